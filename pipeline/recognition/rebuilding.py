"""Components that other processes build again instead of receiving them.

A component holds memory-mapped arrays and models of native libraries, which cannot be pickled or
would be copied. Where processes are spawned and not forked, as on macOS and Windows,
`nlp.pipe(n_process=2)` pickles the components.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self


class Rebuilt:
    """A component that is pickled as the call that made it."""

    _call: tuple[Callable[..., object], tuple[object, ...]] | None = None

    def made_by(self, make: Callable[..., object], *arguments: object) -> Self:
        """Note the call that makes a component like this one; returns this one."""
        self._call = (make, arguments)
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._call or super().__reduce_ex__(protocol)
