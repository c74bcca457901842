"""The slots of a tensor, how one is made from an array, and what is known of the class that users see."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from .meta_array import MetaArray
from .storage import Storage

new = object.__new__


class LeafMark:
    """The edge of a leaf that requires grad; the edge recorded in a graph is the tensor itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "LEAF"


LEAF: Any = LeafMark()


class TensorBase:
    """The state of a tensor.

    Attributes:
        _array: the elements, an ndarray view of the storage's buffer (a `MetaArray` on the meta device).
        _edge: where its gradient goes: None (requires no grad), LEAF, a node, or an `OutputEdge`.
        _storage: the shared memory; None until something needs it.
        _base: the tensor that this one is a view of, or None.
        _extra: rare autograd state (gradient, hooks); None until something needs it.
    """

    __slots__ = ("__dict__", "__weakref__", "_array", "_base", "_edge", "_extra", "_storage")

    _array: Any
    _edge: Any
    _storage: Storage | None
    _base: Any
    _extra: Any


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor.

    A type checker that reads `isinstance` takes the value for a bare `TensorBase` from there on, without methods.
    """
    return isinstance(value, TensorBase)


class Extra:
    """Autograd state that few tensors have.

    Attributes:
        grad: the accumulated gradient.
        hooks: functions on the gradient, by handle id (a `Hooks` of the tape, as all hooks here).
        post_hooks: functions run after accumulation into a leaf.
        retains_grad: whether a non-leaf keeps its gradient.
        accumulator: weak reference to the node that stands for a leaf.
        creation: how a view came about, where that forbids writing to it (`"multi_output"`, `"no_grad"` ...).
        inference: whether the tensor was made in inference mode.
    """

    __slots__ = ("accumulator", "creation", "grad", "hooks", "inference", "name", "node_hooks", "node_prehooks",
                 "post_hooks", "retains_grad")  # fmt: skip

    def __init__(self) -> None:
        self.grad: Any = None
        self.hooks: Any = None
        self.post_hooks: Any = None
        self.node_hooks: Any = None
        self.node_prehooks: Any = None
        self.retains_grad = False
        self.accumulator: Any = None
        self.creation: str | None = None
        self.inference = False
        self.name: str | None = None


class Bound:
    """The class `Tensor`, known once `tensor.py` has been imported."""

    Tensor: Any = None


PLAIN: set[type] = set()
"""The classes whose instances take the fast paths: `Tensor` and `Parameter`, no overrides and no transform.

A mode that must see every call (a function mode, inference mode) empties the set while it
is on: all threads then take the general path, which is slower and right.
"""

_plain_classes: set[type] = set()
_watchers: list[Any] = []
_holds = 0
_lock = threading.Lock()


def bind_tensor_class(cls: type) -> None:
    """Names the class that operators return; the one late binding of the package."""
    Bound.Tensor = cls
    for maker in _makers:
        maker(cls)
    register_plain(cls)


_makers: list[Any] = []


def on_bind(function: Any) -> Any:
    """Registers a function that is told the tensor class as soon as it is known."""
    _makers.append(function)
    if Bound.Tensor is not None:
        function(Bound.Tensor)
    return function


def register_plain(cls: type) -> None:
    """Lets instances of `cls` take the fast paths."""
    with _lock:
        _plain_classes.add(cls)
        if not _holds:
            PLAIN.add(cls)
            _tell(Bound.Tensor)


def on_plain(function: Any) -> Any:
    """Registers a function that is told which class most calls are about while it is in `PLAIN`, None while it is not.

    Asking whether a type is that very class takes 10 ns less than asking whether it is in the set.
    """
    _watchers.append(function)
    function(Bound.Tensor if Bound.Tensor in PLAIN else None)
    return function


def _tell(cls: Any) -> None:
    for watcher in _watchers:
        watcher(cls)


def has_override(kind: type) -> bool:
    """Whether a class wants a say in calls with its instances, as a subclass of `Tensor` or a transform does."""
    return kind not in PLAIN and kind not in _plain_classes and hasattr(kind, "__torch_function__")


def hold_fast_paths() -> None:
    """Sends every call down the general path until released; calls nest."""
    global _holds
    with _lock:
        _holds += 1
        PLAIN.clear()
        _tell(None)


def release_fast_paths() -> None:
    """Undoes one `hold_fast_paths`."""
    global _holds
    with _lock:
        _holds -= 1
        if not _holds:
            PLAIN.update(_plain_classes)
            _tell(Bound.Tensor)


def wrap(array: Any) -> Any:
    """A new tensor around an array, without history."""
    if type(array) is not np.ndarray and type(array) is not MetaArray:
        array = np.asarray(array)
    tensor = new(Bound.Tensor)
    tensor._array = array
    tensor._edge = None
    tensor._storage = None
    tensor._base = None
    tensor._extra = None
    return tensor


def storage_of(tensor: TensorBase) -> Storage:
    """The storage of a tensor, made now if this is the first time that anything needs it."""
    storage = tensor._storage
    if storage is None:
        storage = tensor._storage = Storage(tensor._array)
    return storage


def extra_of(tensor: TensorBase) -> Extra:
    """The rare autograd state of a tensor, made on first use."""
    extra: Extra | None = tensor._extra
    if extra is None:
        extra = tensor._extra = Extra()
    return extra


def mark_inference(tensor: Any) -> None:
    """Marks a tensor as made in inference mode; it has a storage from then on, for what saves tensors looks there."""
    extra_of(tensor).inference = True
    storage_of(tensor)


def wrap_view(base: Any, array: Any) -> Any:
    """A tensor without history around an array that shares the memory of `base`."""
    storage = base._storage
    if storage is None:
        storage = base._storage = Storage(base._array)
    tensor = new(Bound.Tensor)
    tensor._array = array
    tensor._edge = None
    tensor._storage = storage
    tensor._base = base if base._base is None else base._base
    tensor._extra = None
    storage.add_view(tensor)
    return tensor


def version_of(tensor: TensorBase) -> int:
    """The number of in-place writes to the memory of a tensor."""
    storage = tensor._storage
    return 0 if storage is None else storage.version


def bump(tensor: TensorBase) -> None:
    """Counts one in-place write."""
    storage = tensor._storage
    if storage is None:
        storage = tensor._storage = Storage(tensor._array)
    storage.version += 1
