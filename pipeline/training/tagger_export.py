"""From the trained network to the weights that ship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch

from pipeline.recognition.recognizer import SEQUENCE_TYPES
from pipeline.recognition.tagger_weights import STEPS, Weights, pack, whole, with_consensus
from pipeline.training.corpora import LEFT_OUT
from pipeline.training.tagger import TYPES, Material
from pipeline.training.tagger_net import DILATION, POOLED_AFTER, Net

_ENOUGH = 400
"""Items whose inputs of each matrix are looked at."""
_COVERED = 0.9999
"""Share of the inputs that must not be cut off."""

Float32s = npt.NDArray[np.float32]


def weights_of(net: Net, material: Material, training: Mapping[str, Sequence[str]]) -> Weights:
    """Turn a trained network into the weights of `recognition/tagger.py`.

    Args:
        net: The network.
        material: What it was trained on.
        training: Corpus and split -> identifiers of the documents that it was trained on.
    """
    alphabet = material.alphabet
    limits = _limits(net, material)
    own = _array(net.own.weight).T
    vectors = _array(net.vectors.weight)
    reach = vectors.shape[1]
    channels = net.spelling.out_channels
    word_rows = vectors @ own[:reach]
    word_scale = np.maximum(np.abs(word_rows).max(axis=0), 1e-8) / STEPS
    here = _array(net.here.weight).T
    tables = [net.brackets, net.begin, net.guidelines, *net.named, *net.likely]
    rows, first = [], 0
    for table in tables:
        width = table.weight.shape[1]
        rows.append(_array(table.weight) @ here[first : first + width])
        first += width
    kinds = len(TYPES)
    kernel = _array(net.spelling.weight)  # channels x dimensions x places
    gate, shift = _array(net.gate.weight), _array(net.shift.weight)
    output, output_bias = _array(net.output.weight).T, _array(net.output.bias)
    return Weights(
        types=TYPES,
        guidelines=alphabet.guidelines,
        training={name: tuple(ids) for name, ids in training.items()},
        words=alphabet.words,
        characters=alphabet.characters,
        shapes=alphabet.shapes,
        scopes=alphabet.scopes,
        dilation=DILATION,
        pooled_after=POOLED_AFTER,
        word_rows=np.rint(word_rows / word_scale).astype(np.int8),
        word_scale=word_scale.astype(np.float32),
        shape_rows=_array(net.shapes.weight) @ own[reach + channels :],
        character_rows=np.stack(
            [_array(net.characters.weight) @ kernel[:, :, k].T for k in range(3)]
        ),
        character_bias=_array(net.spelling.bias),
        character_matrix=whole(
            own[reach : reach + channels], _array(net.own.bias), limits["characters"]
        ),
        bracket_rows=rows[0],
        begin_rows=rows[1],
        guideline_rows=rows[2],
        named_rows=np.stack(rows[3 : 3 + kinds]),
        likely_rows=np.stack(rows[3 + kinds :]),
        layers=tuple(
            whole(_array(layer.weight).T, _array(layer.bias), limits[f"layer{i}"])
            for i, layer in enumerate(net.layers)
        ),
        pool=whole(_array(net.pool.weight).T, _array(net.pool.bias), limits["pool"]),
        outputs=tuple(
            whole(gate[i][:, None] * output, output_bias + shift[i], limits["output"])
            for i in range(len(alphabet.guidelines))
        ),
        transitions=_array(net.transitions).astype(np.float64),
    )


def _array(values: torch.Tensor) -> Float32s:
    result: Float32s = values.detach().numpy().astype(np.float32)
    return result


def _limits(net: Net, material: Material) -> dict[str, float]:
    """Return what nearly all inputs of each matrix stay below."""
    limits: dict[str, float] = {}

    def watch(name: str, inputs: torch.Tensor) -> None:
        limits[name] = max(limits.get(name, 0.0), float(np.quantile(_array(inputs), _COVERED)))

    with torch.no_grad():
        for item in material.items[:: max(1, len(material.items) // _ENOUGH)]:
            net([item], material.forms, watch)
    return limits


def pack_net(net: Net, material: Material, training: Mapping[str, Sequence[str]]) -> bytes:
    """Return the bytes of the file of a trained network's weights; see `weights_of`.

    They get the guideline `CONSENSUS` of the corpora whose guidelines are wanted.
    """
    annotating = {
        type_: [
            corpus
            for corpus in material.alphabet.guidelines
            if corpus not in LEFT_OUT and corpus in material.annotating(i)
        ]
        for i, type_ in enumerate(TYPES)
    }
    return pack(with_consensus(weights_of(net, material, training), annotating, SEQUENCE_TYPES))
