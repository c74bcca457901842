"""A function that is told of every operator while a program runs: what counting and drawing programs rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .._core.modes import modes
from .._core.tensor_base import hold_fast_paths, release_fast_paths
from .record import Operator


@contextmanager
def observed(observer: Callable[[Operator, list[Any], Any], None]) -> Iterator[None]:
    """Context in which a function is told of every operator that this thread runs.

    No call takes a short path meanwhile, so that short paths need not look for observers at any other time.

    Args:
        observer: gets the operator, its arguments in parameter order, and its result, which for an in-place operator is
            the tensor that is written to. Operators written in operators are followed by those they consist of, or
            consist of them alone.
    """
    before = modes.observer
    modes.observer = observer
    hold_fast_paths()
    try:
        yield
    finally:
        release_fast_paths()
        modes.observer = before
