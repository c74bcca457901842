"""Saved values: kept by a node between forward and backward, and checked for in-place writes on use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .._core.devices import CPU, META, device
from .._core.dtypes import dtype, of_numpy
from .._core.meta_array import MetaArray
from .._core.modes import modes
from .._core.sizes import Size
from .._core.storage import Storage
from .._core.tensor_base import PLAIN, TensorBase, new, storage_of, version_of, wrap
from .node import FREED, Node, OutputEdge, edge_of

NO_HISTORY = -1
"""The number of an output that is not differentiable."""


class SavedResult:
    """A node's own output: the array and its storage, not the tensor, so that no reference cycle arises.

    Attributes:
        array, storage: of the output.
        number: which of several outputs it is; None for the only one, `NO_HISTORY` for one without a gradient.
        wrapper: a copy of an output that is more than its array (a dual number, a batch), cut off from its history.
    """

    __slots__ = ("array", "number", "storage", "wrapper")

    def __init__(self, tensor: Any, number: int | None = None) -> None:
        self.array = tensor._array
        self.storage: Storage = storage_of(tensor)
        self.number = number
        self.wrapper = None if type(tensor) in PLAIN else without_history(tensor)

    def rebuild(self, node: Node) -> Any:
        """The output again, as a tensor with `node` as its history."""
        tensor = wrap(self.array) if self.wrapper is None else without_history(self.wrapper)
        tensor._storage = self.storage
        tensor._edge = edge_to(node, self.number)
        return tensor


def without_history(tensor: Any) -> Any:
    """The same values cut off from their history; a wrapper keeps that of what it wraps."""
    cut = getattr(type(tensor), "_without_history", None)
    return tensor.detach() if cut is None else cut(tensor)


def saved_of(tensor: Any) -> SavedResult:
    """The `SavedResult` of an operator's only output, a plain tensor that has just been made (0.2 us less)."""
    saved = new(SavedResult)
    saved.array = array = tensor._array
    saved.storage = tensor._storage = Storage(array)
    saved.number = saved.wrapper = None
    return saved


def edge_to(node: Node, number: int | None) -> Any:
    """The edge that leads to an output of a node, whose number is as in `SavedResult`."""
    if number is None:
        return node
    return None if number == NO_HISTORY else OutputEdge(node, number)


class Packed:
    """A saved tensor that a user's pack hook has turned into something else.

    Attributes:
        packed: what the hook returned.
        unpack: the hook that makes a tensor of it.
        edge: where the history of the tensor is; for the node's own output its number as in `SavedResult`.
    """

    __slots__ = ("edge", "own", "packed", "unpack")

    def __init__(self, tensor: Any, hooks: tuple[Any, Any], edge: Any, own: bool = False) -> None:
        version = version_of(tensor)
        self.packed = hooks[0](tensor)
        if version_of(tensor) != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
                "cannot "
                "be modified by in-place operations as this can lead to unexpected side-effects. Please open an issue "
                "if "
                "you need to perform in-place operations on the input to a pack hook."
            )
        self.unpack = hooks[1]
        self.edge = edge
        self.own = own

    def rebuild(self, node: Node) -> Any:
        """The tensor that the unpack hook makes, with the history of the one that was packed."""
        tensor = self.unpack(self.packed)
        if not isinstance(tensor, TensorBase):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(tensor).__name__}"
            )
        edge = edge_to(node, self.edge) if self.own else self.edge
        if edge_of(tensor) is not edge:
            tensor = without_history(tensor)
            tensor._edge = edge
        return tensor


class Like:
    """Shape, dtype, device and layout of a tensor whose values a rule does not need."""

    __slots__ = ("element", "meta", "sizes", "strides")

    def __init__(self, tensor: Any) -> None:
        array = tensor._array
        self.sizes: tuple[int, ...] = array.shape
        self.strides: tuple[int, ...] = array.strides
        self.element = array.dtype
        self.meta = type(array) is MetaArray

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return tuple.__new__(Size, self.sizes)

    @property
    def dtype(self) -> dtype:
        """The dtype of the elements."""
        return of_numpy(self.element)

    @property
    def device(self) -> device:
        """Where the memory was."""
        return META if self.meta else CPU

    @property
    def by_columns(self) -> bool:
        """Whether it was a matrix with column after column in memory, such as the transpose of a new one."""
        size = self.element.itemsize
        return len(self.sizes) == 2 and self.strides == (size, size * self.sizes[0])


_IMMUTABLE = frozenset((type(None), int, float, bool, str, complex, Like))


def versions_of(saved: tuple[Any, ...]) -> tuple[int, ...] | None:
    """Write counts of saved tensors, or None when none was ever written to."""
    found = tuple([0 if type(value) in _IMMUTABLE else _version(value) for value in saved])
    return found if any(found) else None


def _version(value: Any) -> int:
    if isinstance(value, TensorBase):
        storage = value._storage
        if storage is None:
            return 0
        if value._extra is not None and value._extra.inference:
            raise inference_error()
        return storage.version
    if type(value) is SavedResult:
        return value.storage.version
    if type(value) is tuple:  # a list argument: counts only grow, so their sum tells whether any did
        return sum(map(_version, value))
    return 0


def inference_error() -> RuntimeError:
    """The error for a tensor that was made in inference mode and would have to be saved."""
    return RuntimeError(
        "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
        "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it "
        "in "
        "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
    )


def unpack(node: Node) -> Sequence[Any]:
    """The values a node has saved, with tensors checked and outputs rebuilt.

    Raises:
        RuntimeError: they were freed by an earlier backward pass, or written to since.
    """
    saved = node.saved
    if saved is FREED:
        raise freed_error(node)
    versions = node.versions
    if versions is None:  # the short way: tensors that were never written to, and numbers
        for value in saved:
            kind = type(value)
            if kind in PLAIN:
                if value._storage is not None and value._storage.version:
                    break
            elif kind not in _IMMUTABLE and not (kind is tuple and (not value or type(value[0]) is int)):
                break
        else:
            return saved  # type: ignore[no-any-return]
    values = []
    for position, value in enumerate(saved):
        if isinstance(value, TensorBase):
            storage = value._storage
            if storage is not None and storage.version != (0 if versions is None else versions[position]):
                raise _modified_error(node, value, position)
        elif type(value) is SavedResult:
            if value.storage.version != (0 if versions is None else versions[position]):
                raise _modified_error(node, value.rebuild(node), position)
            value = value.rebuild(node)
        elif type(value) is Packed:
            value = value.rebuild(node)
        elif type(value) is tuple and _version(value) != (0 if versions is None else versions[position]):
            raise _modified_error(node, value[0], position)
        values.append(value)
    return values


def freed_error(node: Node) -> RuntimeError:
    """What torch raises where a backward pass needs what an earlier one has let go of."""
    error = RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have "
        "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
        "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
        "you need to access saved tensors after calling backward."
    )
    error.add_note(
        f"{node.title} has run before and let go of what it had saved; run the forward pass again to get a new "
        "graph, or write backward(retain_graph=True) the first time"
    )
    return error


def short_name(node: Node) -> str:
    """The name of a node as torch's messages about views and writes give it: ``Mul`` for ``MulBackward0``."""
    return re.sub(r"Backward\d*$", "", node.name().removeprefix("torch::autograd::"))


def _hint() -> str:
    if modes.anomaly:
        return (
            "the backtrace further above shows the operation that failed to compute its gradient. The variable in "
            "question was changed in there or anywhere later. Good luck!"
        )
    return (
        "enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def _modified_error(node: Node, tensor: Any, position: int) -> RuntimeError:
    from_output = type(node.saved[position]) is SavedResult
    producer: Any = tensor._edge if isinstance(tensor._edge, (Node, OutputEdge)) else None
    made_by = ""
    if producer is not None:
        maker = producer.node if type(producer) is OutputEdge else producer
        number = producer.number if type(producer) is OutputEdge else 0
        made_by = f", which is output {number} of {short_name(maker)},"
    expected = 0 if node.versions is None else node.versions[position]
    shape = ", ".join(map(str, tensor._array.shape))
    error = RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{tensor.type()} [{shape}]]{made_by} is at version {tensor._storage.version}; "
        f"expected version {expected} instead. Hint: {_hint()}"
    )
    name = node.saved_names[position] if position < len(node.saved_names) else f"saved tensor {position}"
    what = "its own result" if from_output else f"`{name}`"
    error.add_note(
        f"{node.title} needs {what} as it was in the forward pass; replace the in-place operation that changed it "
        "(`x += y`, `x.relu_()`, `x[i] = y`) by one that makes a new tensor, or work on x.clone()"
    )
    return error
