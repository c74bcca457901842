"""In-place operators: what may be written to, the write, and the history of the tensor and its views after it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._backends.numpy.errstate import quiet
from .._core.dtypes import of_numpy
from .._core.meta_array import MetaArray
from .._core.modes import CAREFUL, OFF, modes
from .._core.promotion import can_cast
from .._core.tensor_base import LEAF, TensorBase, storage_of, wrap
from .._tape.node import OutputEdge, edge_of, retain_at
from .._tape.rebase import rebase_view, renew_views
from .._tape.saved import versions_of
from .binding import bind
from .computing import run_body
from .dispatch import computes_into, kernel_arguments, run, scalar_name
from .overlap import check_memory
from .record import Operator
from .tape import careful, input_edges, make_node, remember


def run_inplace(op: Operator, input: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Runs an operator and writes its result into `input`.

    Raises:
        RuntimeError: autograd or the memory layout forbids the write, or the result does not fit; nothing was written.
    """
    values, _ = bind(op, (input, *args), kwargs, inplace=True)
    recorded = (
        modes.record != OFF
        and input._array.dtype.kind in "fcV"
        and any(edge is not None for edge in input_edges(op, values))
    )
    check_history(input, recorded)
    if op.kind == "view":
        return _adopt(op, input, values, recorded)
    check_memory(input, values[1:], bool(op.spreads), bool(op.disjoint))
    if op.overwrites:
        return _overwrite(op, input, values, recorded)
    kept = list(values)
    if recorded and "input" in op.saved_names:  # a rule wants the operand as it was before the write
        kept[0] = _before(input)
    record = modes.record
    modes.record = OFF
    try:
        written = computes_into(op, values, input._array)
        found: Any = None if written else run(op, values, input)
    finally:
        modes.record = record
    if written:
        storage_of(input).version += 1
        if modes.observer is not None:
            modes.observer(op, values, input)
    else:
        check_fits(op, input, found)
        write(input, found._array)
    if recorded:
        commit(op, input, values, kept)
    return input


def _overwrite(op: Operator, input: Any, values: list[Any], recorded: bool) -> Any:
    """Runs a kernel whose body writes into its first argument, on the tensor's own memory."""
    values, arguments, meta, narrow = kernel_arguments(op, values)
    kept = list(values)
    if recorded and "input" in op.saved_names:
        kept[0] = _before(input)
    if not meta:
        run_body(op, op.body, arguments)
        if narrow is not None and arguments[0] is not input._array:
            input._array[...] = arguments[0]
    storage_of(input).version += 1
    if modes.observer is not None:
        modes.observer(op, values, input)
    if recorded:
        commit(op, input, values, kept)
    return input


def overwrite_recorded(op: Operator, input: Any, values: list[Any], arguments: list[Any]) -> Any:
    """Runs such a kernel on arguments that have been looked at, and records it.

    Raises:
        RuntimeError: autograd forbids the write.
    """
    check_history(input, True)
    kept = list(values)
    if "input" in op.saved_names:
        kept[0] = _before(input)
    run_body(op, op.body, arguments)
    storage_of(input).version += 1
    commit(op, input, values, kept)
    return input


def _adopt(op: Operator, input: Any, values: list[Any], recorded: bool) -> Any:
    """Gives a tensor the geometry of a view of itself (``t_``, ``unsqueeze_``)."""
    array = input._array
    storage_of(input).version += 1
    if type(array) is MetaArray:
        found: Any = MetaArray(run_body(op, op.body, [array.geometry, *values[1:]]))
    else:
        found = run_body(op, op.body, [array, *values[1:]])
    if recorded:
        node = make_node(op, values, input_edges(op, values), (wrap(found),), inplace=True)
        node.saved = remember(op, node, values, (input,))
        node.versions = None
        if modes.record == CAREFUL:
            careful(node)
        input._edge = node
    input._array = found
    return input


def _before(tensor: Any) -> Any:
    array = tensor._array
    copy = wrap(array if type(array) is MetaArray else array.copy())
    copy._edge = edge_of(tensor)
    if copy._edge is tensor:
        copy._edge = None
    return copy


def check_writable(tensor: Any, recorded: bool) -> None:
    """Raises torch's error where a tensor must not be written to.

    Args:
        tensor: the destination.
        recorded: whether the write itself will be recorded.
    """
    check_history(tensor, recorded)
    check_memory(tensor, ())


def check_history(tensor: Any, recorded: bool) -> None:
    """Raises torch's error where autograd forbids a write.

    Args:
        tensor: the destination.
        recorded: whether the write itself will be recorded.
    """
    extra = tensor._extra
    if extra is not None and extra.inference and not modes.inference:
        error = RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
            "normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
        )
        raise error
    if modes.record == OFF:
        return
    base = tensor._base
    if tensor._edge is LEAF and base is None:
        raise _leaf_error("a leaf Variable that requires grad is being used in an in-place operation.")
    if base is not None and (recorded or base._edge is not None):
        creation = extra.creation if extra is not None else None
        if creation is None and _is_one_of_several(tensor._edge):
            creation = "multi_output"
        if creation is not None:
            raise _creation_error(tensor, creation)
    if base is not None and (base._edge is LEAF or tensor._edge is LEAF):
        raise _leaf_error("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def _is_one_of_several(edge: Any) -> bool:
    """Whether a view is one output of several, or a view of such a one."""
    while type(edge) is not OutputEdge:
        op = getattr(type(edge), "op", None)
        if op is None or op.kind != "view":
            return False
        edge = edge.edges[0]
    producer: Any = edge.node
    return bool(producer.op.kind == "view")


def _leaf_error(text: str) -> RuntimeError:
    error = RuntimeError(text)
    error.add_note(
        "the tensor is a leaf whose gradient is wanted, so its value must stay: write inside `with torch.no_grad():` "
        "(an update step), or make a new tensor (x = x + 1) instead of x += 1"
    )
    return error


def _creation_error(tensor: Any, creation: str) -> RuntimeError:
    node = tensor._edge
    title = str(getattr(getattr(node, "node", node), "title", None)).rsplit("Backward", 1)[0]
    if creation == "multi_output":
        source = f"Output {getattr(node, 'number', 0)} of {title} is a view and is being modified inplace."
        reason = (
            "This view is the output of a function that returns multiple views. Such functions do not allow the "
            "output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
        )
        return RuntimeError(f"{source} {reason}")
    if creation == "no_grad":
        return RuntimeError(
            "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this "
            "use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view "
            "and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or "
            "both outside (if you want the inplace to be tracked)."
        )
    if creation == "inference":
        return RuntimeError(
            "A view was created in inference mode and is being modified inplace in normal mode. Given that this use "
            "case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and "
            "the inplace either both inside the inference_mode block (if you don't want the inplace to be tracked) or "
            "both outside (if you want the inplace to be tracked)."
        )
    return RuntimeError(
        f"Output {getattr(node, 'number', 0)} of {title} is a view and is being modified inplace. This view was "
        "created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle "
        "view+inplace would override the custom backward associated with the custom Function, leading to incorrect "
        "gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function."
    )


def check_fits(op: Operator, input: Any, found: Any) -> None:
    """Raises torch's error where a result cannot be written into `input`."""
    array, result = input._array, found._array
    if result.shape != array.shape:
        raise RuntimeError(
            f"output with shape {_listed(array.shape)} doesn't match the broadcast shape {_listed(result.shape)}"
        )
    source, target = of_numpy(result.dtype), of_numpy(array.dtype)
    if not can_cast(source, target):
        raise RuntimeError(
            f"result type {scalar_name(source)} can't be cast to the desired output type {scalar_name(target)}"
        )


def _listed(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def write(tensor: Any, array: Any) -> None:
    """Writes values into a tensor's memory and counts the write; the history is left alone."""
    target = tensor._array
    if type(target) is not MetaArray:
        quiet(np.copyto, target, array, "unsafe")
    storage_of(tensor).version += 1


def commit(op: Operator, input: Any, values: list[Any], kept: list[Any]) -> None:
    """Records an in-place operator that has written: its node becomes the history of `input` and of its base."""
    edges = input_edges(op, values)
    node = make_node(op, kept, edges, (input,), inplace=True)
    node.saved = remember(op, node, kept, (input,))
    node.versions = _versions_before(versions_of(node.saved), node.saved, input)
    if modes.record == CAREFUL:
        careful(node)
    set_history(input, node)


def _versions_before(versions: Any, saved: tuple[Any, ...], input: Any) -> Any:
    """Write counts of saved tensors before this write: one that shares memory with `input` is no longer what it was."""
    if versions is None or not any(isinstance(value, TensorBase) for value in saved):
        return versions
    return tuple(
        version - 1 if isinstance(value, TensorBase) and value._storage is input._storage else version
        for version, value in zip(versions, saved, strict=True)
    )


def set_history(input: Any, node: Any) -> None:
    """Makes `node` the history of a tensor that was written to, through its base if it is a view."""
    if input._base is not None:
        rebase_view(input, node)
    else:
        input._edge = node
        if input._storage is not None and input._storage.views:
            renew_views(input)
    if input._extra is not None and input._extra.retains_grad:
        retain_at(input._edge, input)
