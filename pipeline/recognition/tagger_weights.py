"""The trained weights of the tagger, and their file.

Weights of matrices are whole numbers from -127 to 127 with a scale for each column, inputs of
matrices are whole numbers from 0 to 255. All sums of their products stay below 2**24, so that
32-bit floating point adds them up exactly, in whatever order: the same text gives the same result
on every machine, alone or with others.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Float32s = npt.NDArray[np.float32]
Int8s = npt.NDArray[np.int8]

STEPS = 127
"""Greatest weight as a whole number."""
INPUTS = 255
"""Greatest input as a whole number."""
CONSENSUS = "consensus"
"""The guideline that is the mean of several corpora's."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of whole numbers that maps rows of inputs to rows of outputs.

    Attributes:
        weights: Shape inputs x outputs.
        scale: What a product of whole numbers counts, for each output.
        bias: Added to each output.
        inputs: How many steps an input of 1 is.
    """

    weights: Float32s
    scale: Float32s
    bias: Float32s
    inputs: np.float32

    def __call__(self, rows: Float32s) -> Float32s:
        """Map rows of whole numbers as `steps` makes them."""
        return self.outputs(rows @ self.weights)

    def outputs(self, sums: Float32s) -> Float32s:
        """Turn sums of products with the weights into outputs, in place."""
        sums *= self.scale
        sums += self.bias
        return sums

    def real(self) -> Float32s:
        """Return the matrix in real numbers."""
        result: Float32s = self.weights * (self.scale * self.inputs)
        return result

    def steps(self, rows: Float32s, out: Float32s | None = None) -> Float32s:
        """Turn inputs, none of which is negative, into whole numbers."""
        result: Float32s = np.multiply(rows, self.inputs, out=out)
        np.rint(result, out=result)
        # Numpy is faster with a row of limits than with one number.
        return np.minimum(result, np.full(rows.shape[1], INPUTS, np.float32), out=result)


def whole(weights: Float32s, bias: Float32s, largest_input: float) -> Matrix:
    """Make a matrix of whole numbers from one of real numbers.

    Args:
        weights: Shape inputs x outputs.
        bias: For each output.
        largest_input: Inputs above are taken for it.
    """
    step = np.maximum(np.abs(weights).max(axis=0), 1e-8) / STEPS
    inputs = np.float32(INPUTS / largest_input)
    return Matrix(
        np.rint(weights / step).astype(np.float32),
        (step / inputs).astype(np.float32),
        bias.astype(np.float32),
        inputs,
    )


@dataclass(frozen=True, slots=True)
class Weights:
    """What the tagger has learned; see `tagger.py` for how it is used.

    Attributes:
        types: The entity types, in the order of the outputs.
        guidelines: The corpora whose guidelines it can follow, and `CONSENSUS`.
        training: Corpus and split -> identifiers of the documents that it was trained on.
        words: The words that have a vector; row 0 of `word_rows` is that of any other word.
        characters: The characters that it knows, the first as number 2.
        shapes: The shapes of words that it knows, the first as number 1.
        scopes: The scopes of names that it knows.
        dilation: For each layer, how far apart the three words are that it looks at.
        pooled_after: Number of layers before what is known from other places is added.
        word_rows: Words x width, whole numbers.
        word_scale: What a step of each column counts.
        shape_rows: Shapes + 1 x width.
        character_rows: Before, at and after a place x characters x channels.
        character_bias: For each channel.
        character_matrix: From channels to width.
        bracket_rows: Outside and inside brackets x width.
        begin_rows: Elsewhere and at the beginning of a sentence x width.
        guideline_rows: Guidelines x width.
        named_rows: Types x (4 * scopes + 1) x width.
        likely_rows: Types x (4 * levels + 1) x width.
        layers: From three words to one.
        pool: From a word, its repetitions and its long form to a word.
        outputs: For each guideline, from a word to the tags of all types.
        transitions: Types x tags x tags.
    """

    types: tuple[str, ...]
    guidelines: tuple[str, ...]
    training: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]
    characters: str
    shapes: tuple[str, ...]
    scopes: tuple[str, ...]
    dilation: tuple[int, ...]
    pooled_after: int
    word_rows: Int8s
    word_scale: Float32s
    shape_rows: Float32s
    character_rows: Float32s
    character_bias: Float32s
    character_matrix: Matrix
    bracket_rows: Float32s
    begin_rows: Float32s
    guideline_rows: Float32s
    named_rows: Float32s
    likely_rows: Float32s
    layers: tuple[Matrix, ...]
    pool: Matrix
    outputs: tuple[Matrix, ...]
    transitions: npt.NDArray[np.float64]


def with_consensus(
    weights: Weights, annotating: Mapping[str, Sequence[str]], types: Sequence[str]
) -> Weights:
    """Add the guideline `CONSENSUS`, the mean of others.

    Where annotators disagree, such as on families of genes, it goes with most of them.

    Args:
        weights: The weights.
        annotating: For each type, the corpora that annotate it: they alone decide its tags.
        types: The types that matter: what their corpora tell the layers has a say.
    """
    numbers = {name: i for i, name in enumerate(weights.guidelines)}
    every = sorted({numbers[name] for type_ in types for name in annotating[type_]})
    real = np.stack([output.real() for output in weights.outputs])
    biases = np.stack([output.bias for output in weights.outputs])
    tags = len(biases[0]) // len(weights.types)
    matrix, bias = np.zeros_like(real[0]), np.zeros_like(biases[0])
    for i, type_ in enumerate(weights.types):
        own = sorted(numbers[name] for name in annotating[type_])
        columns = slice(i * tags, (i + 1) * tags)
        matrix[:, columns] = real[own, :, columns].mean(axis=0)
        bias[columns] = biases[own, columns].mean(axis=0)
    largest_input = float(INPUTS / weights.outputs[0].inputs)
    row = weights.guideline_rows[every].mean(axis=0, keepdims=True)
    return replace(
        weights,
        guidelines=(*weights.guidelines, CONSENSUS),
        guideline_rows=np.concatenate([weights.guideline_rows, row]),
        outputs=(*weights.outputs, whole(matrix, bias, largest_input)),
    )


_NAMES = ("types", "guidelines", "words", "characters", "shapes", "scopes", "dilation")
_ARRAYS = (
    "word_rows", "word_scale", "shape_rows", "character_rows", "character_bias", "bracket_rows",
    "begin_rows", "guideline_rows", "named_rows", "likely_rows", "transitions",
)  # fmt: skip


def pack(weights: Weights) -> bytes:
    """Return the bytes of a file of weights; the same weights give the same bytes."""
    about = {name: getattr(weights, name) for name in _NAMES}
    about["pooled_after"] = weights.pooled_after
    about["training"] = {name: sorted(ids) for name, ids in sorted(weights.training.items())}
    text = json.dumps(about, ensure_ascii=False, sort_keys=True)
    arrays = {name: getattr(weights, name) for name in _ARRAYS}
    matrices = {
        "characters": weights.character_matrix,
        "pool": weights.pool,
        **{f"layer{i}": m for i, m in enumerate(weights.layers)},
        **{f"output{i}": m for i, m in enumerate(weights.outputs)},
    }
    for name, matrix in matrices.items():
        arrays[f"{name}.weights"] = matrix.weights.astype(np.int8)
        arrays[f"{name}.scale"] = matrix.scale
        arrays[f"{name}.bias"] = matrix.bias
        arrays[f"{name}.inputs"] = matrix.inputs
    stream = io.BytesIO()
    np.savez_compressed(stream, about=np.frombuffer(text.encode(), np.uint8), **arrays)
    return stream.getvalue()


def unpack(packed: bytes) -> Weights:
    """Read what `pack` has written."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as found:
        arrays = dict(found.items())
    about = json.loads(arrays["about"].tobytes())

    def matrix(name: str) -> Matrix:
        return Matrix(
            arrays[f"{name}.weights"].astype(np.float32),
            arrays[f"{name}.scale"],
            arrays[f"{name}.bias"],
            arrays[f"{name}.inputs"][()],
        )

    return Weights(
        types=tuple(about["types"]),
        guidelines=tuple(about["guidelines"]),
        training={name: tuple(ids) for name, ids in about["training"].items()},
        words=tuple(about["words"]),
        characters=about["characters"],
        shapes=tuple(about["shapes"]),
        scopes=tuple(about["scopes"]),
        dilation=tuple(about["dilation"]),
        pooled_after=about["pooled_after"],
        character_matrix=matrix("characters"),
        layers=tuple(matrix(f"layer{i}") for i in range(len(about["dilation"]))),
        pool=matrix("pool"),
        outputs=tuple(matrix(f"output{i}") for i in range(len(about["guidelines"]))),
        **{name: arrays[name] for name in _ARRAYS},
    )
