"""How fast citations of MEDLINE are read on one core, and in how much memory.

    python tests/papers/time_medline.py [CITATIONS]

writes a packed file in the layout of PubMed's, with as many citations as theirs have (30,000),
reads it some times over, and prints the best time: processor time, which other programs on the
machine disturb less than that on the clock.
"""

from __future__ import annotations

import gzip
import resource
import sys
import tempfile
import time
from pathlib import Path

from medline_by_hand import medline

from pipeline.papers import scan

ROUNDS = 3


def main(citations: int) -> None:
    """Write, read and tell."""
    with tempfile.TemporaryDirectory(prefix="bionorm-medline-") as directory:
        file = Path(directory, "citations.xml.gz")
        with gzip.open(file, "wt", encoding="utf-8", compresslevel=6) as stream:
            stream.writelines(medline(citations))
        small = Path(directory, "few.xml.gz")
        with gzip.open(small, "wt", encoding="utf-8") as stream:
            stream.writelines(medline(max(1, citations // 30)))
        read(small)
        before = peak()
        times = [read(file) for _ in range(ROUNDS)]
    cpu, clock = min(times)
    sys.stdout.write(
        f"{citations:,} citations: {citations / cpu:,.0f} a second of processor time "
        f"({citations / clock:,.0f} on the clock); memory {peak():.0f} MB, "
        f"{peak() - before:.0f} MB more than for a thirtieth of them\n"
    )


def read(file: Path) -> tuple[float, float]:
    """Read a file; return seconds of processor time and on the clock."""
    cpu, clock = time.process_time(), time.perf_counter()
    for _ in scan(file):
        pass
    return time.process_time() - cpu, time.perf_counter() - clock


def peak() -> float:
    """Return the largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
