"""Dates of publication: `2018`, `May`, `7` -> `2018-05-07`."""

from __future__ import annotations

from functools import lru_cache

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        start=1,
    )
}


@lru_cache(maxsize=1 << 12)
def iso_date(year: str, month: str = "", day: str = "") -> str:
    """Write a date as precisely as its parts allow; empty without a year.

    >>> iso_date("2018", "May", "7"), iso_date("2018", "05"), iso_date("2018", "Spring", "1")
    ('2018-05-07', '2018-05', '2018')
    """
    if not (year.strip().isdecimal() and len(year.strip()) == 4):
        return ""
    date = year.strip()
    for part, most in ((month, 12), (day, 31)):
        text = part.strip()
        number = (
            int(text) if text.isdecimal() and len(text) < 3 else _MONTHS.get(text[:3].lower(), 0)
        )
        if not 1 <= number <= most:
            break
        date += f"-{number:02}"
    return date
