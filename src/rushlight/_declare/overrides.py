"""Calls handed to arguments that are no plain tensors: ``__torch_function__`` and transforms."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from .._core.tensor_base import has_override
from .record import Operator


class _State(threading.local):
    disabled = 0


state = _State()


def handle_override(
    op: Operator, special: Any, values: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Lets a transform or a ``__torch_function__`` answer a call.

    Raises:
        TypeError: every ``__torch_function__`` returned NotImplemented.
    """
    transform = getattr(type(special), "_transform", None)
    if transform is not None:
        return transform(op, values, kwargs.get("out"))
    if state.disabled:
        return op.run_plain(values, kwargs.get("out"))
    return override(op.call, overloaded_in(op, values), args, kwargs)


def overloaded_in(op: Operator, values: list[Any]) -> list[Any]:
    """The arguments with a ``__torch_function__`` of their own, subclasses before their bases."""
    items: list[Any] = []
    for name in op.tensors:
        value = values[op.position[name]]
        items.extend(value if isinstance(value, (list, tuple)) else (value,))
    return ordered(items)


def ordered(items: Iterable[Any]) -> list[Any]:
    """Those of some objects that want a say in a call, one of each class, subclasses before their bases."""
    found: list[Any] = []
    for item in items:
        if not has_override(type(item)) or any(type(item) is type(known) for known in found):
            continue
        place = next((index for index, known in enumerate(found) if isinstance(item, type(known))), len(found))
        found.insert(place, item)
    return found


def override(function: Any, overloaded: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The first answer of ``__torch_function__`` that is not NotImplemented."""
    types = tuple(map(type, overloaded))
    for item in overloaded:
        answer = type(item).__torch_function__(function, types, args, kwargs)
        if answer is not NotImplemented:
            return answer
    name = f"{getattr(function, '__module__', 'torch')}.{getattr(function, '__name__', function)}"
    raise TypeError(f"no implementation found for '{name}' on types that implement __torch_function__: {list(types)}")


def unconverted(cls: type, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
    """A ``__torch_function__`` that leaves results as they are, for classes that are tensors in name only."""
    state.disabled += 1
    try:
        return func(*args, **(kwargs or {}))
    finally:
        state.disabled -= 1
