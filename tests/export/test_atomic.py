import os
import stat
from pathlib import Path

import pytest

from pipeline.export.atomic import atomic_write, write_text


def test_the_file_appears_only_when_it_is_complete(tmp_path):
    target = tmp_path / "a.tsv"
    with atomic_write(target) as stream:
        stream.write(b"half")
        assert not target.exists()
    assert target.read_bytes() == b"half"
    assert [p.name for p in tmp_path.iterdir()] == ["a.tsv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_no_rest(tmp_path, error):
    target = tmp_path / "a.tsv"
    target.write_bytes(b"old")
    with pytest.raises(error), atomic_write(target) as stream:
        stream.write(b"new")
        raise error
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.tsv"]


def test_the_umask_holds(tmp_path):
    target = tmp_path / "a.tsv"
    old = os.umask(0o027)
    try:
        write_text(target, "x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_is_followed(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_what_is_no_regular_file_is_written_directly():
    with atomic_write(device := Path(os.devnull)) as stream:
        stream.write(b"gone")
    assert not device.is_file()


def test_text_keeps_its_line_ends_and_loses_surrogates(tmp_path):
    write_text(tmp_path / "a", "α\r\n\ud800\n")
    assert (tmp_path / "a").read_bytes() == "α\r\n\ufffd\n".encode()


def test_a_missing_directory_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"/no/a'$"):
        write_text(tmp_path / "no" / "a", "x")
