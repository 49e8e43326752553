import gzip
import hashlib
import json
import lzma
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology import integrity
from pipeline.terminology.download import RENEWAL, Downloader, Remote
from pipeline.terminology.http_client import (
    DownloadError,
    NotFoundError,
    Policy,
    UnreachableError,
)
from pipeline.terminology.integrity import CorruptError
from pipeline.terminology.transfer_state import Place, Version

PATIENCE = Policy(backoff=0.001, connect_timeout=2, read_timeout=2)
TEXT = "".join(f"{i}\tgene {i}\n" for i in range(40_000)).encode()
NEWER = TEXT.replace(b"gene", b"locus")
DATE = "Tue, 02 Jan 2030 03:04:05 GMT"


@dataclass(frozen=True)
class Answer:
    """One answer of the server, and the ways in which it may be wrong.

    Without a status it is what a good server says: 304, 206, 416 or 200 with the validators.
    """

    body: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = '"1"'
    cut: int = -1  # bytes of the body after which the connection is closed
    length: int = 0  # added to the true Content-Length
    ranges: bool = True
    chunked: bool = False
    pause: float = 0.0  # seconds before the answer
    stall: float = 0.0  # seconds before the connection is cut


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        script = self.server.answers.get(self.path, [Answer(status=404)])
        answer = script.pop(0) if len(script) > 1 else script[0]
        time.sleep(answer.pause)
        status, body, headers = self.choose(answer)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif status != 304:
            self.send_header("Content-Length", str(len(body) + answer.length))
        self.end_headers()
        sent = body if answer.cut < 0 else body[: answer.cut]
        if answer.chunked:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(sent), sent))
            if answer.cut < 0:
                self.wfile.write(b"0\r\n\r\n")
        elif status != 304:
            self.wfile.write(sent)
        time.sleep(answer.stall)
        if answer.cut >= 0 or answer.length:
            self.close_connection = True

    def choose(self, answer):
        headers = dict(answer.headers)
        if answer.status:
            return answer.status, answer.body, headers
        if answer.etag:
            headers["ETag"] = answer.etag
            if self.headers.get("If-None-Match") == answer.etag:
                return 304, b"", headers
        wanted = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        unchanged = self.headers.get("If-Range", answer.etag) in (
            answer.etag,
            headers.get("Last-Modified"),
        )
        if wanted and answer.ranges and unchanged:
            start, size = int(wanted[1]), len(answer.body)
            if start >= size:
                return 416, b"", headers | {"Content-Range": f"bytes */{size}"}
            range_ = f"bytes {start}-{size - 1}/{size}"
            return 206, answer.body[start:], headers | {"Content-Range": range_}
        return 200, answer.body, headers

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {}
        self.seen = []

    def handle_error(self, *_):
        pass  # a client that hangs up is what some tests are about

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def requests(self, path):
        return [headers for seen, headers in self.seen if seen == path]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def get(server, tmp_path):
    """Serve answers in turn (the last one for good) under a name, and download it."""

    def get(*answers, name="table.tsv", policy=PATIENCE, sleep=lambda _: None, **options):
        if answers:
            server.answers[f"/{name}"] = list(answers)
        checksum = options.pop("checksum", "")
        remote = Remote(server.url(f"/{name}"), name, checksum and server.url(checksum))
        return Downloader(policy, sleep).fetch(remote, tmp_path, **options)

    return get


def visible(directory):
    return sorted(path.name for path in directory.iterdir() if not path.name.startswith("."))


def test_a_file_arrives_whole(get, server, tmp_path):
    told = []
    fetched = get(Answer(TEXT), watch=lambda done, total: told.append((done, total)))
    assert fetched.changed
    assert fetched.path.read_bytes() == TEXT
    assert fetched.version.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert visible(tmp_path) == ["table.tsv"]
    assert told[0] == (0, len(TEXT))
    assert told[-1] == (len(TEXT), len(TEXT))
    (headers,) = server.requests("/table.tsv")
    assert headers["User-Agent"].startswith("bionorm/")
    assert headers["Accept-Encoding"] == "identity"
    assert "Range" not in headers


def test_a_cut_connection_is_resumed_where_it_was_cut(get, server):
    assert get(Answer(TEXT, cut=1000), Answer(TEXT, cut=5000), Answer(TEXT)).changed
    first, second, third = server.requests("/table.tsv")
    assert "Range" not in first
    assert (second["Range"], second["If-Range"]) == ("bytes=1000-", '"1"')
    assert third["Range"] == "bytes=6000-"


def test_the_date_serves_where_there_is_no_strong_tag(get, server):
    answers = [Answer(TEXT, etag='W/"1"', headers={"Last-Modified": DATE}, cut=1000)] * 2
    assert get(*answers[:1], Answer(TEXT, headers={"Last-Modified": DATE})).changed
    assert server.requests("/table.tsv")[1]["If-Range"] == DATE


def test_without_validators_it_begins_anew(get, server):
    fetched = get(Answer(TEXT, etag="", cut=1000), Answer(TEXT, etag=""))
    assert fetched.path.read_bytes() == TEXT
    assert all("Range" not in headers for headers in server.requests("/table.tsv"))


@pytest.mark.parametrize(
    "second",
    [
        Answer(TEXT, ranges=False),
        Answer(NEWER, etag='"2"'),
        Answer(TEXT, chunked=True),
    ],
    ids=["range ignored", "file changed", "chunked"],
)
def test_a_resumed_transfer_gets_one_version(get, second):
    assert get(Answer(TEXT, cut=1000), second).path.read_bytes() == second.body


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (206, {"Content-Range": f"bytes 1000-{len(NEWER) - 1}/{len(NEWER)}", "ETag": '"2"'}),
        (206, {"Content-Range": f"bytes 0-{len(TEXT) - 1}/{len(TEXT)}", "ETag": '"1"'}),
        (206, {"Content-Range": "bytes 1000-2000/7", "ETag": '"1"'}),
        (206, {}),
        (416, {"Content-Range": "bytes */7"}),
        (416, {}),
    ],
)
def test_an_answer_that_does_not_fit_the_part_starts_it_anew(get, server, status, headers):
    wrong = Answer(NEWER[1000:], status=status, headers=headers)
    assert get(Answer(TEXT, cut=1000), wrong, Answer(TEXT)).path.read_bytes() == TEXT
    assert "Range" not in server.requests("/table.tsv")[2]


def test_a_part_that_lacks_nothing_is_put_into_place(get, server, tmp_path):
    place = Place(tmp_path / "table.tsv")
    place.start(Version(server.url("/table.tsv"), '"1"', "", len(TEXT)))
    place.part.write_bytes(TEXT)
    assert get(Answer(TEXT)).path.read_bytes() == TEXT
    assert visible(tmp_path) == ["table.tsv"]


@pytest.mark.parametrize("sidecar", ["", "[]", "{", '{"url": 1}', '{"size": "x"}', "\x00"])
def test_a_damaged_sidecar_is_no_obstacle(get, tmp_path, sidecar):
    (tmp_path / "table.tsv.part").write_bytes(b"rubbish")
    (tmp_path / "table.tsv.part.json").write_text(sidecar)
    (tmp_path / ".table.tsv.json").write_text(sidecar)
    assert get(Answer(TEXT)).path.read_bytes() == TEXT
    assert visible(tmp_path) == ["table.tsv"]


def test_ctrl_c_leaves_a_part_that_the_next_call_resumes(get, server, tmp_path):
    def interrupt(done, _):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(Answer(TEXT), watch=interrupt)
    kept = (tmp_path / "table.tsv.part").stat().st_size
    assert 0 < kept < len(TEXT)
    assert not (tmp_path / "table.tsv").exists()
    assert get().path.read_bytes() == TEXT
    assert server.requests("/table.tsv")[1]["Range"] == f"bytes={kept}-"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_server_that_always_cuts_is_given_up(get, server, tmp_path, chunked):
    (tmp_path / "table.tsv").write_text("old")
    with pytest.raises(DownloadError, match=r"cut after .* gave up after 6 attempts"):
        get(Answer(TEXT, ranges=False, cut=1000, chunked=chunked))
    assert len(server.seen) == PATIENCE.attempts
    assert (tmp_path / "table.tsv").read_text() == "old"


def test_attempts_that_bring_much_do_not_count(get, server):
    body = bytes(12 * RENEWAL)
    policy = Policy(attempts=2, backoff=0.001)
    cuts = [Answer(body, cut=RENEWAL + 1)] * 11
    assert get(*cuts, Answer(body), policy=policy).version.size == len(body)
    assert len(server.seen) == 12


@pytest.mark.parametrize("name", ["table.tsv", "table.tsv.gz"])
def test_a_body_shorter_than_announced_is_an_error(get, tmp_path, name):
    body = gzip.compress(TEXT) if name.endswith(".gz") else TEXT
    with pytest.raises(DownloadError, match=f"cut after {len(body):,} of {len(body) + 9:,} bytes"):
        get(Answer(body, length=9, ranges=False), name=name)
    assert name not in visible(tmp_path)


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_body_longer_than_announced_is_found_out_by_unpacking(get, tmp_path, suffix, pack):
    (tmp_path / f"table.tsv.{suffix}").write_bytes(b"old")
    with pytest.raises(DownloadError, match="cannot be unpacked"):
        get(Answer(pack(TEXT), length=-9), name=f"table.tsv.{suffix}")
    assert visible(tmp_path) == [f"table.tsv.{suffix}"]
    assert (tmp_path / f"table.tsv.{suffix}").read_bytes() == b"old"


def test_an_unchanged_file_is_not_sent_again(get, server):
    first = get(Answer(TEXT, headers={"Last-Modified": DATE}))
    again = get()
    assert not again.changed
    assert again.version == first.version
    headers = server.requests("/table.tsv")[1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', DATE)
    assert get(Answer(NEWER, etag='"2"')).path.read_bytes() == NEWER


def test_a_part_of_a_newer_version_goes_when_the_server_is_back_at_the_old_one(get, tmp_path):
    get(Answer(TEXT))
    with pytest.raises(DownloadError):
        get(Answer(NEWER, etag='"2"', cut=1000, ranges=False))
    assert (tmp_path / "table.tsv").read_bytes() == TEXT
    assert not get(Answer(TEXT)).changed
    assert visible(tmp_path) == ["table.tsv"]


def test_an_altered_file_and_force_transfer_all(get, server, tmp_path):
    get(Answer(TEXT))
    (tmp_path / "table.tsv").write_bytes(TEXT[:-1] + b"x")
    assert get().path.read_bytes() == TEXT
    assert get(force=True).changed
    assert all("If-None-Match" not in headers for headers in server.requests("/table.tsv"))


def test_not_modified_without_being_asked_is_an_error(get):
    with pytest.raises(DownloadError, match="unexpected answer 304"):
        get(Answer(status=304))


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_file_is_an_error_at_once(get, server, status):
    with pytest.raises(NotFoundError, match=rf"table\.tsv: is not there \({status} .*--sources"):
        get(Answer(status=status))
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 501])
def test_a_refusal_is_an_error_at_once(get, server, status):
    with pytest.raises(DownloadError, match=str(status)):
        get(Answer(status=status))
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_the_server_says_when_to_come_back(get, status):
    waits = []
    busy = Answer(status=status, headers={"Retry-After": "7"})
    assert get(busy, busy, Answer(TEXT), sleep=waits.append).changed
    assert waits == [7, 7]


def test_retry_after_may_be_a_date_in_the_past_or_nonsense(get):
    waits = []
    past = Answer(status=503, headers={"Retry-After": "Tue, 02 Jan 2001 03:04:05 GMT"})
    nonsense = Answer(status=503, headers={"Retry-After": "soon"})
    assert get(past, nonsense, Answer(TEXT), sleep=waits.append).changed
    assert waits == [pytest.approx(0.002)]


def test_who_asks_for_too_much_patience_is_not_asked_again(get, server):
    with pytest.raises(DownloadError, match="asks to come back in 3600 s"):
        get(Answer(status=429, headers={"Retry-After": "3600"}))
    assert len(server.seen) == 1


def test_waits_double_up_to_the_longest(get, server):
    waits = []
    policy = Policy(attempts=7, backoff=1, longest_backoff=10)
    with pytest.raises(DownloadError, match=r"answered 503 .*gave up after 7 attempts"):
        get(Answer(status=503), policy=policy, sleep=waits.append)
    assert waits == [2, 4, 8, 10, 10]
    assert len(server.seen) == 7


def test_redirects_are_followed_but_not_in_circles(get, server):
    server.answers["/home"] = [Answer(TEXT, cut=1000), Answer(TEXT)]
    moved = Answer(status=302, headers={"Location": server.url("/home")})
    assert get(moved).path.read_bytes() == TEXT
    assert server.requests("/home")[1]["Range"] == "bytes=1000-"
    with pytest.raises(DownloadError, match="redirects more than 10 times"):
        get(Answer(status=301, headers={"Location": server.url("/circle.tsv")}), name="circle.tsv")


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("t.gz", gzip.compress(TEXT)[:-5], "cannot be unpacked"),
        ("t.gz", gzip.compress(TEXT)[:-8] + bytes(8), "cannot be unpacked"),
        ("t.gz", TEXT, "cannot be unpacked"),
        ("t.gz", b"", "is empty"),
        ("t.xz", lzma.compress(TEXT)[:-5], "cannot be unpacked"),
        ("t.xz", TEXT, "cannot be unpacked"),
        ("t.obo", b"", "is empty"),
        ("t.obo", b"\n<!DOCTYPE HTML><title>Sign in</title>", "is a web page"),
        ("t.obo", b"<html><body>", "is a web page"),
    ],
)
def test_a_corrupt_file_never_replaces_the_old_one(get, server, tmp_path, name, body, message):
    (tmp_path / name).write_bytes(b"old")
    with pytest.raises(DownloadError, match=message):
        get(Answer(body), name=name)
    assert visible(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"old"
    assert len(server.seen) == 2


def test_a_file_that_is_whole_the_second_time_is_taken(get):
    packed = gzip.compress(TEXT)
    flipped = packed[:500] + bytes([packed[500] ^ 1]) + packed[501:]
    assert get(Answer(flipped), Answer(packed), name="t.gz").path.read_bytes() == packed


def test_a_label_of_packing_is_no_packing(get):
    packed = gzip.compress(TEXT)
    answer = Answer(packed, headers={"Content-Encoding": "x-gzip"})
    assert get(answer, name="t.gz").path.read_bytes() == packed
    with pytest.raises(DownloadError, match="comes packed"):
        get(answer, name="t.tsv")


def test_the_digest_of_the_source_is_held_to(get, server, tmp_path):
    digest = hashlib.md5(TEXT, usedforsecurity=False).hexdigest()
    server.answers["/sums.md5"] = [Answer(f"{digest}  table.tsv\n".encode())]
    assert get(Answer(TEXT), checksum="/sums.md5").changed
    with pytest.raises(DownloadError, match=r"has MD5 \w+, its source states"):
        get(Answer(NEWER, etag='"2"'), checksum="/sums.md5")
    assert (tmp_path / "table.tsv").read_bytes() == TEXT
    assert visible(tmp_path) == ["table.tsv"]


def test_a_digest_that_follows_the_file_late_is_asked_for_again(get, server):
    sums = [Answer(hashlib.sha256(body).hexdigest().encode()) for body in (NEWER, TEXT)]
    server.answers["/sum"] = [*sums, Answer(status=500)]
    assert get(Answer(TEXT), checksum="/sum").changed


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([Answer(status=404)], "sum: is not there"),
        ([Answer(b"<html>")], "states no digest of table.tsv"),
        ([Answer(status=204)], "answered 204"),
    ],
)
def test_a_digest_that_cannot_be_had_is_an_error(get, server, tmp_path, answers, message):
    server.answers["/sum"] = answers
    with pytest.raises(DownloadError, match=message):
        get(Answer(TEXT), checksum="/sum")
    assert not (tmp_path / "table.tsv").exists()


def test_a_busy_server_of_digests_costs_no_second_transfer(get, server):
    server.answers["/sum"] = [
        Answer(status=503),
        Answer(hashlib.sha256(TEXT).hexdigest().encode()),
    ]
    assert get(Answer(TEXT), checksum="/sum").changed
    assert server.requests("/table.tsv")[1]["Range"] == f"bytes={len(TEXT)}-"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_beyond_the_limit_is_refused(get, tmp_path, chunked):
    with pytest.raises(DownloadError, match="larger than 1,000 bytes"):
        get(Answer(TEXT, chunked=chunked), policy=Policy(most_bytes=1000))
    assert visible(tmp_path) == []


def test_a_slow_server_times_out(get, server):
    policy = Policy(attempts=2, backoff=0, read_timeout=0.05)
    with pytest.raises(DownloadError, match=r"no answer within 0\.05 s; gave up after 2"):
        get(Answer(TEXT, pause=0.3), policy=policy)
    assert get(Answer(TEXT, pause=0.3), Answer(TEXT), policy=policy).changed
    stalled = Answer(NEWER, etag='"2"', cut=1000, stall=0.3)
    with pytest.raises(DownloadError, match=r"cut after 1,000 of [\d,]+ bytes \(timed out\)"):
        get(stalled, Answer(NEWER, etag='"2"', ranges=False, cut=1000, stall=0.3), policy=policy)
    assert get(Answer(NEWER, etag='"2"'), policy=policy).path.read_bytes() == NEWER


def test_without_a_server_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with Server() as closed:
        url = closed.url("/table.tsv")
    downloader = Downloader(Policy(attempts=2, backoff=0))
    with pytest.raises(UnreachableError, match=r"refused.*bionorm ontologies build --from DIR"):
        downloader.fetch(Remote(url, "table.tsv"), tmp_path)


def test_a_name_that_cannot_be_resolved_is_not_tried_again(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    waits = []
    downloader = Downloader(sleep=waits.append)
    remote = Remote("http://terminology.invalid/table.tsv", "table.tsv")
    with pytest.raises(UnreachableError, match=r"terminology\.invalid cannot be resolved.*--from"):
        downloader.fetch(remote, tmp_path)
    assert waits == []


@pytest.mark.parametrize("url", ["gopher://x/y", "http://", "no url"])
def test_what_is_no_url_is_a_clear_error(tmp_path, url):
    with pytest.raises(DownloadError, match=re.escape(url)):
        Downloader(PATIENCE).fetch(Remote(url, "table.tsv"), tmp_path)


DIGEST = st.sampled_from([32, 40, 64, 128]).flatmap(
    lambda width: st.text("0123456789abcdef", min_size=width, max_size=width)
)


@given(DIGEST, st.sampled_from(["{d}", "{d}  {n}", "{d} *{n}", "MD5 ({n}) = {d}", "{d}  a/b/{n}"]))
def test_checksum_files_are_read_in_each_form(digest, form):
    text = f"# sums\n{form.format(d=digest.upper(), n='x y.gz')}\n"
    assert integrity.stated_digest(text, "x y.gz") == digest


@given(st.text(max_size=200))
def test_any_other_checksum_file_is_a_clear_error(text):
    try:
        digest = integrity.stated_digest(text, "table.tsv")
    except CorruptError as error:
        assert "table.tsv" in str(error)
    else:
        assert digest in text.lower()


def test_the_digest_of_the_right_file_is_taken():
    text = f"{'a' * 32}  new_taxdump.tar.gz\n{'b' * 32}  taxdump.tar.gz\n"
    assert integrity.stated_digest(text, "taxdump.tar.gz") == "b" * 32


def test_the_sidecar_says_what_the_server_called_the_file(get, tmp_path):
    get(Answer(TEXT, headers={"Last-Modified": DATE}))
    kept = json.loads((tmp_path / ".table.tsv.json").read_text())
    assert (kept["etag"], kept["last_modified"], kept["size"]) == ('"1"', DATE, len(TEXT))
