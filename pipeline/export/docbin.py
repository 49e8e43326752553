"""spaCy's DocBin: documents with entities, to train on, to search, or to go on in a pipeline.

Each paper is a `Doc` of its passages with an empty line between them, as the pipeline annotates
it. `doc.ents` has the mentions with `label_` and `kb_id_` (the CURIE, or `NIL`); those that overlap
a longer one are in `doc.spans["mentions"]` only, which has all. No package but spaCy is needed to
read that:

    doc_bin = DocBin().from_disk("papers.spacy")
    docs = list(doc_bin.get_docs(spacy.blank("en").vocab))

`doc.user_data["bionorm"]` tells the paper's identifier and where its passages are. The whole link
of each mention is in the document's data too: after `pipeline.load()`, `span._.link` returns it.

Tokens are those of the pipeline, and additionally split where a mention begins or ends inside one,
so that no mention changes its borders. A DocBin is one compressed block: it is kept in memory until
all papers are there (about 50 kB for an abstract), so write a large collection in several files.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import BinaryIO

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from pipeline.export.characters import replace_surrogates
from pipeline.export.layout import Layout, in_a_row
from pipeline.export.prefixes import restyle_link
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import NIL, Paper
from pipeline.normalization.link_extension import keep_link
from pipeline.recognition.places import Place, keep_places
from pipeline.recognition.spans import MENTIONS, without_shared_tokens
from pipeline.recognition.tokenizer import WordTokenizer

_GAP = 2
_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "ENT_KB_ID")


@contextmanager
def open_docbin(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a DocBin when all papers are there."""
    vocab = Vocab()
    tokenizer = WordTokenizer(vocab)
    docs = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    yield lambda paper: docs.add(_doc(paper, tokenizer, vocab, options))
    stream.write(docs.to_bytes())


def _doc(paper: Paper, tokenizer: WordTokenizer, vocab: Vocab, options: WriteOptions) -> Doc:
    layout = in_a_row(paper.passages, gap=_GAP)
    places = [layout.span(m) for m in paper.mentions]
    doc = _split(tokenizer(layout.text("\n")), places, vocab)
    spans, marked, taken = [], [], set()
    for mention, (start, end) in zip(paper.mentions, places, strict=True):
        link = restyle_link(mention.link, options.prefix_style)
        label = replace_surrogates(mention.type)
        span = doc.char_span(start, end, label=label, kb_id=link.curie or NIL)
        if span is None:
            raise ValueError(f"{paper.id}: no text at {start}-{end} in {len(doc.text)} characters")
        # What several names share (`FGFR1-4`) is told apart by the names in full.
        key = (start, end, label)
        place = Place.of(doc.text, *key, full=link.name if key in taken else "")
        taken.add(key)
        keep_link(span, link, place)
        spans.append(span)
        marked.append(place)
    keep_places(doc, MENTIONS, spans, marked)
    doc.set_ents(without_shared_tokens(spans))
    doc.user_data["bionorm"] = _about(paper, layout)
    return doc


def _split(doc: Doc, places: Sequence[tuple[int, int]], vocab: Vocab) -> Doc:
    """Return the document with a token border wherever a mention begins or ends."""
    if all(doc.char_span(*place) is not None for place in places):
        return doc
    starts, ends = ({place[side] for place in places} for side in (0, 1))
    cuts = sorted(starts | ends)
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        tail = token.idx + len(token)
        inner = cuts[bisect_right(cuts, token.idx) : bisect_left(cuts, tail)]
        borders = [token.idx, *inner, tail]
        words += (token.text[a - token.idx : b - token.idx] for a, b in pairwise(borders))
        spaces += [False] * (len(borders) - 1)
        if token.whitespace_:
            # The blank belongs to the token before it, unless a mention has it as its first or
            # last character.
            if tail in starts or tail + 1 in ends:
                words.append(" ")
                spaces.append(False)
            else:
                spaces[-1] = True
    return Doc(vocab, words=words, spaces=spaces)


def _about(paper: Paper, layout: Layout) -> dict[str, object]:
    return {
        "paper_id": replace_surrogates(paper.id),
        "passages": [
            {
                "id": replace_surrogates(passage.id),
                "kind": replace_surrogates(passage.kind),
                "start": layout.starts[passage.id],
                "end": layout.starts[passage.id] + len(passage.text),
            }
            for passage in paper.passages
        ],
    }
