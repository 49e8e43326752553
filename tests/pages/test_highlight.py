from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Link, Mention, Passage
from pipeline.pages.highlight import pieces


def mention(start, end, name="x", passage="p"):
    return Mention(passage, start, end, "?", "Gene", Link(curie=name))


def shape(text, *mentions):
    out = ""
    for piece in pieces(Passage("p", "text", text), mentions):
        out += {"open": "[", "close": "]", "text": piece.text}[piece.kind]
    return out


def test_adjacent_and_nested():
    assert shape("abcdef", mention(0, 2), mention(2, 4)) == "[ab][cd]ef"
    assert shape("abcdef", mention(2, 3), mention(1, 5)) == "a[b[c]de]f"
    assert shape("abc", mention(0, 3), mention(0, 3)) == "[[abc]]"
    assert shape("abc", mention(0, 1), mention(0, 3), mention(2, 3)) == "[[a]b[c]]"


def test_of_crossing_mentions_the_longest_then_the_first_stays():
    assert shape("abcdef", mention(0, 3), mention(2, 6)) == "ab[cdef]"
    assert shape("abcdef", mention(0, 3), mention(2, 5)) == "[abc]def"


def test_mentions_outside_of_the_text_or_of_another_passage_are_left_out():
    assert shape("abc", mention(1, 9), mention(-1, 2), mention(2, 2), mention(3, 2)) == "abc"
    assert shape("abc", mention(0, 1, passage="q")) == "abc"


def test_towers_are_cut():
    text = "x" * 40
    assert shape(text, *(mention(0, n) for n in range(1, 41))).count("[") == 4


def test_text_belongs_to_the_innermost_mention_and_its_first_stretch_is_marked():
    outer, inner = mention(0, 5, "outer"), mention(1, 2, "inner")
    texts = [
        (p.text, p.mention.link.curie, p.first)
        for p in pieces(Passage("p", "text", "abcde"), [outer, inner])
        if p.kind == "text"
    ]
    assert texts == [("a", "outer", True), ("b", "inner", True), ("cde", "outer", False)]


SPANS = st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), max_size=25)


@given(text=st.text(max_size=25), spans=SPANS)
def test_the_text_is_kept_and_the_nesting_proper(text, spans):
    result = pieces(
        Passage("p", "text", text), [mention(a, b, str(i)) for i, (a, b) in enumerate(spans)]
    )
    assert "".join(p.text for p in result) == text
    stack, position, opened = [], 0, set()
    for piece in result:
        if piece.kind == "open":
            assert piece.mention.start == position
            stack.append(piece.mention)
            opened.add((piece.mention.start, piece.mention.end))
        elif piece.kind == "close":
            assert stack.pop() == piece.mention
            assert piece.mention.end == position
        else:
            assert piece.text
            assert piece.mention == (stack[-1] if stack else None)
            position += len(piece.text)
    assert not stack
    valid = [(a, b) for a, b in spans if 0 <= a < b <= len(text)]
    if valid:
        assert max(b - a for a, b in valid) == max(b - a for a, b in opened)
