"""Handles: how a hook that was registered is taken out again."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterable
from typing import Any

_next_id = itertools.count().__next__


class RemovableHandle:
    """Takes a hook out again.

    It keeps the table of hooks alive no longer than its owner does.

    Args:
        hooks_dict: the table that the hook is in.
        extra_dict: another table, or several, with an entry of the same id to take out.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> handle = x.register_hook(lambda g: g * 2)
        >>> handle.remove()
    """

    def __init__(self, hooks_dict: Any, *, extra_dict: Any = None) -> None:
        self.id: int = _next_id()
        self._tables = [_reference(hooks_dict)]
        if isinstance(extra_dict, (list, tuple)):
            self._tables.extend(map(_reference, extra_dict))
        elif extra_dict is not None:
            self._tables.append(_reference(extra_dict))

    def remove(self) -> None:
        """Removes the hook; a second call does nothing."""
        for table in self._tables:
            hooks = table()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple[int, list[Any]]:
        return self.id, [table() for table in self._tables]

    def __setstate__(self, state: tuple[int, list[Any]]) -> None:
        """Makes a copy the handle of the copied tables, and keeps its number from being given again."""
        global _next_id
        self.id, tables = state
        self._tables = [_reference(table) for table in tables]
        _next_id = itertools.count(max(self.id + 1, _next_id())).__next__

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.remove()


class Hooks(dict[int, Callable[..., Any]]):
    """Hooks by the id of their handle, in the order of registration; unlike a `dict` it can be referred to weakly."""

    __slots__ = ("__weakref__",)

    def add(self, function: Callable[..., Any]) -> RemovableHandle:
        """Adds a hook and gives the handle that removes it."""
        handle = RemovableHandle(self)
        self[handle.id] = function
        return handle

    def each(self) -> Iterable[Callable[..., Any]]:
        """The hooks as they are now: one that removes itself while it runs disturbs no other."""
        return tuple(self.values())


def _reference(table: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(table)
    except TypeError:  # a plain dict cannot be referred to weakly
        return lambda: table


def add_hook(
    hooks: Any, function: Callable[..., Any], prepend: bool = False, beside: tuple[Any, ...] = ()
) -> RemovableHandle:
    """Adds a hook to any table of hooks, at its end or its beginning, and gives the handle that removes it.

    Args:
        hooks: the table.
        function: the hook.
        prepend: whether it comes first.
        beside: tables that may have an entry of the same id, which goes with the hook.
    """
    handle = RemovableHandle(hooks, extra_dict=beside)
    hooks[handle.id] = function
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle
