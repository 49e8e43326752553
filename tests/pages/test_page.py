import hashlib
import re
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader

from pipeline.pages.page import page_environment, printable, render_page

PAGE = """\
{% extends "page.html.j2" %}
{% from "macros.html.j2" import badge, concept %}
{% block title %}{{ name }}{% endblock %}
{% block body %}
<p>{{ badge(name) }} {{ concept("NCBIGene:860", name) }} {{ concept("X:1") }}</p>
{% endblock %}
"""


def render(name):
    environment = page_environment("pipeline.pages")
    sources = {"a.html.j2": PAGE, "a.css": "p { color: red; }", "a.js": "let x = 1 < 2;"}
    environment.loader.loaders.insert(0, DictLoader(sources))
    return render_page(environment, "a", name=name)


@given(text=st.text())
def test_printable_text_keeps_its_length(text):
    assert len(printable(text)) == len(text)


def test_printable_text_is_unchanged():
    assert printable("TNF-α\t\n é\u2028\U0001f600") == "TNF-α\t\n é\u2028\U0001f600"


def test_text_is_escaped_and_freed_of_what_html_cannot_hold():
    page = render("<b>\0&")
    assert "<title>&lt;b&gt;\ufffd&amp;</title>" in page
    assert '<span class="badge other">&lt;b&gt;\ufffd&amp;</span>' in page
    assert '<a href="https://www.ncbi.nlm.nih.gov/gene/860" rel="noreferrer">&lt;b&gt;' in page
    assert "X:1</p>" in re.sub(r"\s+<", "<", page)


def test_the_policy_allows_the_style_and_the_script_that_are_in_the_page():
    page = render("x")
    for tag in ("style", "script"):
        (source,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in page
    assert page.index("box-sizing") < page.index("color: red")
    assert "let x = 1 < 2;" in page
