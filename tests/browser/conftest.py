"""A real browser for the pages: the system's Chromium, without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
"""Names under which systems install it; `CHROMIUM` in the environment names another one."""


@dataclass
class Complaints:
    """What a page must not do: log errors, fetch, or ask the user."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def none(self) -> bool:
        return not (self.errors or self.requests or self.dialogs)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.fail("no Chromium: install it, or name it in the environment variable CHROMIUM")
    with sync_playwright() as playwright:
        flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses to sandbox for root
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, tmp_path: Path) -> Iterator[Callable[..., tuple]]:
    """Open a page's HTML; returns the page and what it has to answer for."""
    contexts = []

    def open_(html: str, **settings: object):
        context = chromium.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        complaints = Complaints()
        file = tmp_path / f"{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        page.on("console", lambda m: m.type == "error" and complaints.errors.append(m.text))
        page.on("pageerror", lambda error: complaints.errors.append(str(error)))

        def on_dialog(dialog) -> None:
            complaints.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", on_dialog)

        def on_request(request) -> None:
            if request.url != file.as_uri():
                complaints.requests.append(request.url)

        page.on("request", on_request)
        page.goto(file.as_uri())
        return page, complaints

    yield open_
    for context in contexts:
        context.close()
