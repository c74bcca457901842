"""Numbers one at a time, for distributions that do not know beforehand how many they need."""

from __future__ import annotations

from collections.abc import Iterator
from operator import length_hint
from types import TracebackType

from ..generator import Generator
from .normal import box_muller

_FIRST, _MOST = 16, 312


class Reader:
    """Takes doubles from a generator in lists and, when the ``with`` block ends, gives back the unused ones."""

    __slots__ = ("_appetite", "_generator", "_values")

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._values: Iterator[float] = iter(())
        self._appetite = _FIRST

    def __enter__(self) -> Reader:
        self._generator.lock.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._generator.skip(-2 * length_hint(self._values))
        self._generator.lock.release()

    def uniform(self) -> float:
        """The next number in [0, 1)."""
        for value in self._values:
            return value
        self._values = iter(self._generator.doubles_of_block(self._appetite))
        self._appetite = _MOST
        return next(self._values)

    def normal(self) -> float:
        """The next standard normal number, which may be the one kept in the generator."""
        kept = self._generator.cached_normal
        if kept is not None:
            self._generator.cached_normal = None
            return kept
        number, self._generator.cached_normal = box_muller(self.uniform(), self.uniform())
        return number
