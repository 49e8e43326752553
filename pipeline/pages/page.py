"""A self-contained HTML page from templates, with one look for all.

Style and script are in the page and are the only ones that its content security policy lets a
browser use; nothing is fetched. Jinja2 escapes all text, which is freed of characters that HTML
cannot hold.
"""

from __future__ import annotations

import base64
import hashlib
import re

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.model import EntityType
from pipeline.pages.linkouts import concept_url

_CLASSES = {str(t): str(t).lower() for t in EntityType}
_UNPRINTABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def page_environment(package: str) -> Environment:
    """Return the environment for a package's templates, which may build on those of this one.

    `page.html.j2` is the frame to extend, `macros.html.j2` has what writes identifiers, types and
    tables; the filters `concept_url` and `css` give the web page of a concept and the class of an
    entity type.

    Args:
        package: Name of the package that has the folder `templates`.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("pipeline.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.filters.update(
        concept_url=concept_url, css=lambda entity_type: _CLASSES.get(entity_type, "other")
    )
    return environment


def render_page(environment: Environment, name: str, /, **context: object) -> str:
    """Render the page `name`: its template, style (after the common one) and script.

    Args:
        environment: The environment of the package that has `name.html.j2`, `name.css` and
            `name.js`.
        name: Name of the page.
        context: What the template needs.
    """
    style = _source(environment, "base.css") + _source(environment, f"{name}.css")
    script = _source(environment, f"{name}.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    template = environment.get_template(f"{name}.html.j2")
    return template.render(context, style=style, script=script, policy=policy)


def printable(text: str) -> str:
    """Return a text that HTML can hold, of the same length.

    A carriage return becomes a blank; control characters, surrogates and noncharacters become
    U+FFFD.
    """
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r", " "))


def _finalize(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _source(environment: Environment, name: str) -> Markup:
    loader = environment.loader
    if not isinstance(loader, BaseLoader):
        raise TypeError("the page's environment has no loader")
    # Our own files, not input: they go into the page as they are, and must match their hashes.
    return Markup(loader.get_source(environment, name)[0])  # noqa: S704 - our own file, no text of a paper


def _digest(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"sha256-{digest}"
