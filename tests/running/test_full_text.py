"""Full texts from a server that is near, and from some that are not what they should be."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from spacy.language import Language
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.evaluation.seed_check import check
from pipeline.language import annotate_papers
from pipeline.model import Paper, Passage
from pipeline.papers.seed import parse
from pipeline.running import full_text
from pipeline.running.full_text import POLICY, FullTextResult, FullTexts
from pipeline.terminology.terminology import Terminology

PATIENCE = replace(POLICY, backoff=0.001, connect_timeout=5, read_timeout=5)
HASTE = replace(PATIENCE, read_timeout=0.3)
TITLE = "Serum exosomes protect bone"
BODY = f"# {TITLE}\n\n## Full text\n\n### Introduction\n\nOsteoporosis in women.\n".encode()
NEWER = BODY.replace(b"women", b"men")


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = BODY
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = '"1"'
    cut: int = -1  # bytes after which the connection is closed
    pause: float = 0.0  # seconds before the answer
    trickle: float = 0.0  # seconds between single bytes


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((time.monotonic(), self.path, dict(self.headers)))
        script = self.server.answers.get(self.path, [Answer(404)])
        answer = script.pop(0) if len(script) > 1 else script[0]
        time.sleep(answer.pause)
        known = answer.etag and self.headers.get("If-None-Match") == answer.etag
        status = 304 if known and answer.status == 200 else answer.status
        self.send_response(status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if status == 304:
            self.end_headers()
            return
        if answer.etag:
            self.send_header("ETag", answer.etag)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        sent = answer.body if answer.cut < 0 else answer.body[: answer.cut]
        if answer.trickle:
            for byte in sent:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.trickle)
        else:
            self.wfile.write(sent)
        self.close_connection = answer.cut >= 0

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.seen: list[tuple[float, str, dict[str, str]]] = []

    def handle_error(self, *_: object) -> None:
        pass  # a client that hangs up is what some tests are about

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def paper(url: str, paper_id: str = "PMC1") -> Paper:
    return Paper(
        paper_id,
        (Passage("title", "title", TITLE), Passage("abstract.1", "abstract", "Rats.")),
        metadata={"full_text_url": url} if url else {},
    )


Get = Callable[..., FullTextResult]


@pytest.fixture
def get(server: Server, tmp_path: Path) -> Get:
    """Serve answers in turn (the last one for good), and ask for the text."""

    def get(*answers: Answer, path: str = "/full.md", **options: object) -> FullTextResult:
        if answers:
            server.answers[path] = list(answers)
        settings = {"policy": PATIENCE, "sleep": lambda _: None} | options
        texts = FullTexts(cache=tmp_path, **settings)
        return texts.extend(paper(server.url(path)))

    return get


def test_the_body_follows_on_the_abstract(get: Get, server: Server, tmp_path: Path) -> None:
    result = get(Answer())
    assert result.warning == ""
    assert [(p.id, p.kind, p.text) for p in result.paper.passages] == [
        ("title", "title", TITLE),
        ("abstract.1", "abstract", "Rats."),
        ("introduction.1", "introduction", "Osteoporosis in women."),
    ]
    assert result.paper.metadata["full_text"] == "included"
    ((_, path, headers),) = server.seen
    assert path == "/full.md"
    assert headers["User-Agent"].startswith("bionorm/")
    assert len([f for f in tmp_path.iterdir() if not f.name.startswith(".")]) == 1


def test_an_unchanged_text_is_not_sent_again(get: Get, server: Server) -> None:
    first = get(Answer())
    assert get() == first
    assert server.seen[1][2]["If-None-Match"] == '"1"'


def test_a_changed_text_replaces_the_copy(get: Get) -> None:
    get(Answer())
    assert get(Answer(body=NEWER, etag='"2"')).paper.passages[-1].text == "Osteoporosis in men."


@pytest.mark.parametrize(
    "first",
    [
        Answer(503, b""),
        Answer(429, b"", {"Retry-After": "1"}),
        Answer(500, b""),
        Answer(cut=30),
        Answer(cut=0),
    ],
    ids=["503", "429", "500", "cut", "cut at once"],
)
def test_what_may_go_right_the_next_time_is_tried_again(
    get: Get, server: Server, first: Answer
) -> None:
    result = get(first, Answer())
    assert result.warning == ""
    assert result.paper.passages[-1].text == "Osteoporosis in women."
    assert len(server.seen) == 2


def test_a_slow_server_is_asked_again_and_given_up(get: Get, server: Server) -> None:
    result = get(Answer(pause=1.0), Answer(), policy=HASTE)
    assert result.warning == ""
    assert len(server.seen) >= 2
    result = get(Answer(pause=1.0), path="/slow.md", policy=replace(HASTE, attempts=2))
    assert "no answer within 0.3 s; gave up after 2 attempts" in result.warning


def test_the_wait_that_a_server_asks_for_is_kept(server: Server, tmp_path: Path) -> None:
    server.answers["/full.md"] = [Answer(429, b"", {"Retry-After": "7"}), Answer()]
    waits: list[float] = []
    FullTexts(cache=tmp_path, policy=PATIENCE, sleep=waits.append).extend(
        paper(server.url("/full.md"))
    )
    assert waits == [7.0]


@pytest.mark.parametrize(
    ("answer", "reason", "asked"),
    [
        (Answer(404, b""), "is not there (404 Not Found)", 1),
        (Answer(410, b""), "is not there (410 Gone)", 1),
        (Answer(403, b""), "answered 403 Forbidden", 1),
        (Answer(503, b""), "answered 503 Service Unavailable; gave up after 4 attempts", 4),
        (Answer(429, b"", {"Retry-After": "3600"}), "asks to come back in 3600 s", 1),
        (Answer(body=b"<body>Log in</body>"), "is a web page, not Markdown", 1),
        (Answer(body=b"<!DOCTYPE html><html>Log in"), "what the server sent is a web page", 2),
        (Answer(body=b"a" * (PATIENCE.most_bytes + 1)), "is larger than 8,388,608 bytes", 1),
        (Answer(body=b"# Another paper\n\n## Results\n\nMice."), "it is another paper's", 1),
        (Answer(body=BODY[:42]), "it has no text beyond the abstract", 1),
        (Answer(body=b""), "what the server sent is empty, twice", 2),
        (Answer(body=b"\x89PNG\r\n\x1a\n" + b"\x00" * 50), "not a text file", 1),
        (Answer(body=b"# Caf\xe9\n\nMice."), "not UTF-8", 1),
        (Answer(302, b"", {"Location": "/full.md"}), "redirects more than 10 times", 11),
        (Answer(302, b"", {"Location": "ftp://127.0.0.1/x"}), "ftp://127.0.0.1/x", 1),
        (Answer(302, b"", {"Location": "file:///etc/passwd"}), "file:///etc/passwd", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_had_leaves_the_paper_as_it_was(
    get: Get, server: Server, tmp_path: Path, answer: Answer, reason: str, asked: int
) -> None:
    result = get(answer)
    assert result.paper == paper(server.url("/full.md"))
    assert result.warning.startswith("PMC1: its full text is left out; ")
    assert reason in result.warning
    assert "\n" not in result.warning
    assert "ontologies" not in result.warning
    assert len(server.seen) == asked
    assert not [file for file in tmp_path.iterdir() if file.suffix == ".md"]


def test_a_redirect_is_followed(get: Get, server: Server) -> None:
    server.answers["/new.md"] = [Answer()]
    assert get(Answer(301, b"", {"Location": "/new.md"})).warning == ""
    assert [path for _, path, _ in server.seen] == ["/full.md", "/new.md"]


def test_a_text_that_trickles_in_is_given_up(get: Get) -> None:
    begin = time.monotonic()
    result = get(Answer(trickle=0.02), longest=0.3)
    assert "bytes came in 0.3 s" in result.warning
    assert time.monotonic() - begin < 2


def test_without_a_network_the_copy_serves(get: Get, server: Server, tmp_path: Path) -> None:
    whole = get(Answer()).paper
    result = get(Answer(503, b""))
    assert result.paper == whole
    assert "PMC1: the copy of its full text of 20" in result.warning
    assert "is used; " in result.warning


def test_a_text_that_was_taken_back_is_not_used(get: Get, server: Server) -> None:
    get(Answer())
    result = get(Answer(404, b""))
    assert result.paper == paper(server.url("/full.md"))


def test_a_server_that_is_not_there_is_asked_once(server: Server, tmp_path: Path) -> None:
    texts = FullTexts(cache=tmp_path, policy=PATIENCE, sleep=lambda _: None)
    closed = "http://127.0.0.1:9/full.md"
    results = [texts.extend(paper(closed, f"PMC{i}")) for i in range(3)]
    assert all(f"PMC{i}: " in result.warning for i, result in enumerate(results))
    assert "no answer from 127.0.0.1" in results[0].warning
    assert "not asked for any more: no answer from 127.0.0.1" in results[1].warning
    nowhere = texts.extend(paper("https://host.invalid/full.md"))
    assert "the name host.invalid cannot be resolved" in nowhere.warning


def test_a_server_that_keeps_failing_is_given_up(server: Server, tmp_path: Path) -> None:
    texts = FullTexts(cache=tmp_path, policy=PATIENCE, sleep=lambda _: None)
    server.answers = {f"/{i}": [Answer(503, b"")] for i in range(5)}
    results = [texts.extend(paper(server.url(f"/{i}"))) for i in range(5)]
    assert len(server.seen) == 3 * PATIENCE.attempts
    assert ["not asked for any more" in r.warning for r in results] == [False] * 3 + [True] * 2


def test_a_missing_text_is_no_failure_of_the_server(server: Server, tmp_path: Path) -> None:
    texts = FullTexts(cache=tmp_path, policy=PATIENCE, sleep=lambda _: None)
    server.answers["/4"] = [Answer()]
    results = [texts.extend(paper(server.url(f"/{i}"))) for i in range(5)]
    assert [bool(r.warning) for r in results] == [True] * 4 + [False]


def test_a_server_is_asked_at_a_polite_rate(server: Server, tmp_path: Path) -> None:
    server.answers = {f"/{i}": [Answer()] for i in range(3)}
    now = 0.0
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        waits.append(seconds)

    texts = FullTexts(cache=tmp_path, policy=PATIENCE, pause=2, sleep=sleep, clock=lambda: now)
    for i in range(3):
        assert texts.extend(paper(server.url(f"/{i}"))).warning == ""
    assert waits == [2.0, 2.0]
    texts.extend(paper(server.url("/0").replace("127.0.0.1", "localhost")))
    assert waits == [2.0, 2.0]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "it gives no address"),
        ("file:///etc/passwd", "not the address of a web page"),
        ("ftp://example.org/full.md", "not the address of a web page"),
        ("javascript:alert(1)", "not the address of a web page"),
        ("http://", "not the address of a web page"),
        ("http://[::1", "not the address of a web page"),
    ],
)
def test_only_web_addresses_are_asked(tmp_path: Path, address: str, reason: str) -> None:
    result = FullTexts(cache=tmp_path, policy=PATIENCE).extend(paper(address))
    assert result.paper == paper(address)
    assert result.warning.startswith("PMC1: its full text is left out; ")
    assert reason in result.warning


def test_a_cache_that_cannot_be_written(server: Server, tmp_path: Path) -> None:
    server.answers["/full.md"] = [Answer()]
    (tmp_path / "file").write_text("")
    texts = FullTexts(cache=tmp_path / "file" / "cache", policy=PATIENCE)
    result = texts.extend(paper(server.url("/full.md")))
    assert "its full text is left out" in result.warning


def test_two_runs_at_the_same_time_do_not_mix(server: Server, tmp_path: Path) -> None:
    server.answers["/full.md"] = [Answer(trickle=0.001)]
    results: list[FullTextResult] = []

    def ask() -> None:
        texts = FullTexts(cache=tmp_path, policy=PATIENCE)
        results.append(texts.extend(paper(server.url("/full.md"))))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [r.warning for r in results] == [""] * 4
    assert len({r.paper.passages for r in results}) == 1
    assert {f.name for f in tmp_path.iterdir() if f.name.startswith(".fetching")} == set()


def seed_with_full_text(seeds: Path, server: Server) -> str:
    """A seed whose full text the server has; it names what the summary does not."""
    source = next(seeds.glob("004_*")).read_text(encoding="utf-8")
    local = source.replace("https://tomesphere.com", server.url(""))
    front, _, back = local.partition("## Linked entities")
    body = "## Full text\n\n### Introduction\n\nOsteoporosis is common.\n\n"
    text = f"{front}{body}## Linked entities{back}"
    server.answers["/paper/PMC12646256/full.md"] = [Answer(body=text.encode())]
    return local


def test_the_check_reads_the_full_text(
    seeds: Path, server: Server, tmp_path: Path, nlp: Language, terminology: Terminology
) -> None:
    seed = parse(seed_with_full_text(seeds, server), Path("seed.txt"))
    assert isinstance(seed, Paper)
    result = FullTexts(cache=tmp_path, policy=PATIENCE).extend(seed)
    assert result.warning == ""
    added = result.paper.passages[len(seed.passages) :]
    assert [(p.kind, p.text) for p in added] == [("introduction", "Osteoporosis is common.")]
    statuses = [
        {
            f.identifier: str(f.status)
            for f in check(annotate_papers(nlp, [p]), terminology).findings
            if f.group == "Full-text entities"
        }
        for p in (seed, result.paper)
    ]
    assert [s["MESH:D010024"] for s in statuses] == ["related", "matched"]


def run(papers: Path, output: Path, *options: str) -> tuple[int, str, dict[str, Any]]:
    result = CliRunner().invoke(app, ["run", str(papers), "-o", str(output), *options])
    return result.exit_code, result.stderr, json.loads((output / "run.json").read_text("utf-8"))


def test_a_run_with_full_texts(
    seeds: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_text, "cache_directory", lambda: tmp_path / "cache")
    papers = tmp_path / "papers"
    papers.mkdir()
    seed = seed_with_full_text(seeds, server)
    (papers / "a.txt").write_text(seed, encoding="utf-8")
    lost = seed.replace("PMC12646256", "PMC7")
    (papers / "b.txt").write_text(lost, encoding="utf-8")

    code, errors, record = run(papers, tmp_path / "out", "--full-text")
    assert code == 0
    (line,) = [line for line in errors.splitlines() if line.startswith("bionorm: ")]
    assert line.startswith("bionorm: PMC7: its full text is left out; http://127.0.0.1")
    assert record["warnings"] == [line.removeprefix("bionorm: ")]
    assert record["counts"]["problems"] == 0
    assert record["settings"]["options"]["full-text"]["value"] is True
    rows = (tmp_path / "out" / "mentions.tsv").read_text("utf-8").splitlines()
    assert [r.split("\t")[:2] for r in rows if "\tintroduction." in r] == [
        ["PMC12646256", "introduction.1"]
    ]

    code, errors, record = run(papers, tmp_path / "plain")
    assert (code, record["warnings"]) == (0, [])
    assert len(server.seen) == 2
