"""The general path of a call: overrides, transforms, promotion, the backend, and the tape.

The fast paths in `fast.py` serve the common call and come here for everything else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._backends.numpy.errstate import quiet
from .._backends.numpy.machine_code import FROM, compiled
from .._core import dtypes
from .._core.dtypes import FLOATING, dtype, of_numpy
from .._core.meta_array import MetaArray, stand_in
from .._core.modes import OFF, modes
from .._core.named_results import NamedResult
from .._core.promotion import Promotion, accumulate_type, can_cast
from .._core.sizes import mismatch, wrap_dims
from .._core.tensor_base import PLAIN, TensorBase, has_override, is_tensor, storage_of, wrap, wrap_view
from .binding import bind, invalid_combination, is_number, type_error
from .computing import compute_elementwise, run_body
from .overlap import check_memory
from .overrides import handle_override
from .record import Operator
from .tape import attach

SAME, FLOAT, BOOL, INT64 = "same", "float", "bool", "int64"
"""Promotion kinds: operands to their common dtype; integers to the default dtype; a bool result;
integers to int64."""


def call(op: Operator, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Runs an operator on any arguments."""
    values, out = bind(op, args, kwargs)
    special = find_special(op, values, out)
    if special is not None:
        return handle_override(op, special, values, args, kwargs)
    if out is not None:
        return write_out(op, values, out)
    return run(op, values)


def run(op: Operator, values: list[Any], target: Any = None) -> Any:
    """Runs an operator on bound values and records it; an observer hears of `target` if that will be written to."""
    found = _RUNNERS[op.kind](op, values)
    if modes.observer is not None:
        modes.observer(op, values, found if target is None else target)
    return found


def find_special(op: Operator, values: list[Any], out: Any = None) -> Any:
    """The first argument that is no plain tensor and wants a say in the call (a subclass, a dual, a batch)."""
    for name in op.tensors:
        value = values[op.position[name]]
        if type(value) in PLAIN or value is None:
            continue
        if isinstance(value, (list, tuple)):
            for item in value:
                if has_override(type(item)):
                    return item
        elif has_override(type(value)):
            return value
    return None


def compute_dtype(op: Operator, values: list[Any]) -> dtype:
    """The dtype to which an elementwise operator brings its operands."""
    promotion = Promotion()
    seen = False
    for name in op.tensors:
        value = values[op.position[name]]
        if isinstance(value, TensorBase):
            if op.keep is None or name not in op.keep:
                array = value._array
                promotion.add_tensor(of_numpy(array.dtype), array.ndim)
            seen = True
        elif name in op.numbers and is_number(value):
            promotion.add_scalar(value)
        elif value is not None or name not in op.defaults:
            raise _mistyped(op, name, values)
    for name in op.operands or ():
        value = values[op.position[name]]
        if is_number(value):
            promotion.add_scalar(value)
        elif value is not None and name not in op.tensors:
            raise type_error(op, name, value, "Number")
    if not seen and not op.scalars_alone:
        raise _mistyped(op, op.tensors[0], values)
    found = promotion.result()
    kind = op.promote
    if callable(kind):
        kind = run_body(op, kind, values)
    if kind == FLOAT and found.category < FLOATING:
        return dtypes.get_default_dtype()
    return found


def _mistyped(op: Operator, name: str, values: list[Any]) -> TypeError:
    """torch's error for an argument that is neither a tensor nor what else may stand in its place."""
    if not op.overloads:
        return type_error(op, name, values[op.position[name]])
    given = list(values)
    while given and op.params[len(given) - 1] in op.defaults and given[-1] is op.defaults[op.params[len(given) - 1]]:
        given.pop()
    return invalid_combination(op.name, tuple(given))


def checked_dtype(op: Operator, values: list[Any]) -> dtype:
    """The dtype that an elementwise operator computes in, after torch's errors for its arguments and for this dtype."""
    if op.check is not None:
        run_body(op, op.check, values)
    common = compute_dtype(op, values)
    if op.refuse:
        refuse_dtype(op, common)
    return common


def _run_elementwise(op: Operator, values: list[Any]) -> Any:
    common = checked_dtype(op, values)
    array = compute_elementwise(op, values, common)
    return attach(op, values, (wrap(array),))[0]


class Refusal(NamedTuple):
    """An item of ``refuse=`` whose error is not the usual one of a missing kernel."""

    kind: str
    error: type[Exception]
    text: str


def refuse_dtype(op: Operator, common: dtype) -> None:
    """Raises torch's error for a dtype that the kernels of an operator do not exist for."""
    for item in op.refuse:
        if isinstance(item, Refusal):
            if _is_kind(common, item.kind):
                raise item.error(item.text)
        elif _is_kind(common, item):
            raise no_kernel(op.kernel_name or f"{op.name}_cpu", common)


def no_kernel(name: str, element: dtype) -> NotImplementedError:
    """torch's error for a kernel that does not exist for a dtype."""
    return NotImplementedError(f"\"{name}\" not implemented for '{scalar_name(element)}'")


def _is_kind(element: dtype, kind: str) -> bool:
    return {
        "bool": element.category == dtypes.BOOL,
        "complex": element.is_complex,
        "float": element.is_floating_point,
        "integer": element.category == dtypes.INTEGER,
        "reduced": element in dtypes.REDUCED,
    }[kind]


_SCALAR_NAMES = {
    "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int", "int64": "Long", "float16": "Half",
    "bfloat16": "BFloat16", "float32": "Float", "float64": "Double", "complex64": "ComplexFloat",
    "complex128": "ComplexDouble", "bool": "Bool", "uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64",
}  # fmt: skip


def scalar_name(element: dtype) -> str:
    """The name error messages give a dtype: ``Float``, ``Long``."""
    return _SCALAR_NAMES[element.name]


def element_name(array: Any) -> str:
    """The name error messages give the dtype of an array."""
    return scalar_name(dtypes.of_numpy(array.dtype))


def tensor_type_name(array: Any) -> str:
    """torch's name of the type of a tensor with this array: ``torch.FloatTensor``."""
    return f"torch.{element_name(array)}Tensor"


def computes_into(op: Operator, values: list[Any], target: Any) -> bool:
    """Whether a kernel has written an elementwise operator's result straight into a large array.

    Where it has not, nothing was written: the result has to be computed beside the array first, or does not fit it.
    """
    if op.kind != "elementwise" or op.result is not None or type(target) is not np.ndarray or target.size < FROM:
        return False
    common = checked_dtype(op, values)
    return compute_elementwise(op, values, common, target) is target


def _run_reduction(op: Operator, values: list[Any]) -> Any:
    values = list(values)
    tensor = values[0]
    if not isinstance(tensor, TensorBase):
        raise type_error(op, op.tensors[0], tensor)
    array = tensor._array
    if "keepdim" in op.position and not isinstance(values[op.position["keepdim"]], bool):
        raise type_error(op, "keepdim", values[op.position["keepdim"]], "bool")
    element = of_numpy(array.dtype)
    wanted = values[op.position["dtype"]] if "dtype" in op.position else None
    result = wanted or (dtypes.int64 if op.promote == INT64 and element.category < FLOATING else element)
    if op.refuse:
        refuse_dtype(op, result)
    if op.check is not None:
        run_body(op, op.check, values)
    if "dim" in op.position:
        dim = values[op.position["dim"]]
        values[op.position["dim"]] = None if dim is None else _wrap(op, dim, array.ndim)
    work = accumulate_type(result)
    meta = type(array) is MetaArray
    if meta:
        array = stand_in(tuple(min(size, 2) for size in array.shape), work.numpy)
    found = None
    if array.dtype is not work.numpy:
        if op.large is not None and array.size >= FROM and not meta:
            found = _unconverted(op, array, result, values)
        if found is None:
            array = quiet(array.astype, work.numpy)
    if found is None:
        arguments = [array, *values[1:]]
        if "dim" in op.position and not array.ndim:  # NumPy's 0-d arrays have no dimension 0
            arguments[op.position["dim"]] = None
        found = run_body(op, op.body, arguments)
    several = isinstance(found, tuple)
    outputs = []
    for item in found if several else (found,):
        item = np.asarray(item)
        if work is not result and item.dtype is work.numpy:
            item = quiet(item.astype, result.numpy)
        outputs.append(wrap(MetaArray.empty(_reduced_shape(op, values), item.dtype) if meta else item))
    return _pack(op, attach(op, values, tuple(outputs)), several)


def _unconverted(op: Operator, array: Any, result: dtype, values: list[Any]) -> Any:
    """What a kernel gives for a large array as it is, where the body would get another dtype; None if there is none."""
    if array.dtype != result.numpy and not (result is dtypes.int64 and array.dtype.kind in "iub"):
        return None
    found = compiled(op.large, array, values[op.position["dim"]], values[op.position["keepdim"]], part="folds")
    return None if found is None else quiet(found.astype, result.numpy, copy=False)


def _reduced_shape(op: Operator, values: list[Any]) -> tuple[int, ...]:
    """The shape of the result of a reduction."""
    shape, dims = values[0]._array.shape, values[op.position["dim"]] or range(values[0]._array.ndim)
    if values[op.position["keepdim"]]:
        return tuple(1 if dim in dims else size for dim, size in enumerate(shape))
    return tuple(size for dim, size in enumerate(shape) if dim not in dims)


def _wrap(op: Operator, dim: Any, ndim: int) -> tuple[int, ...]:
    try:
        return wrap_dims(dim, ndim)
    except TypeError:
        raise invalid_combination(op.name, (dim,)) from None


def _run_view(op: Operator, values: list[Any]) -> Any:
    tensor = values[0]
    if not isinstance(tensor, TensorBase):
        raise type_error(op, op.tensors[0], tensor)
    array = tensor._array
    if type(array) is MetaArray:
        found = run_body(op, op.body, [array.geometry, *values[1:]])
        several = isinstance(found, (tuple, list))
        views = tuple(wrap_view(tensor, MetaArray(item)) for item in (found if several else (found,)))
    else:
        found = run_body(op, op.body, [array, *values[1:]])
        several = isinstance(found, (tuple, list))
        views = tuple(wrap_view(tensor, item) for item in (found if several else (found,)))
    return _pack(op, attach(op, values, views, is_view=True), several)


def _run_kernel(op: Operator, values: list[Any]) -> Any:
    if op.large is not None:
        made = _narrow_kernel(op, values)
        if made is not None:
            several = isinstance(made, tuple)
            return _pack(op, attach(op, values, tuple(map(wrap, made)) if several else (wrap(made),)), several)
    values, arguments, meta, narrow = kernel_arguments(op, values)
    if op.overwrites:
        found = grown(arguments) if op.grows else arguments[0]
        if not meta:
            found = found.copy(order="C" if op.grows else "K")
            run_body(op, op.body, [found, *arguments[1:]])
    else:
        found = run_body(op, op.meta if meta and op.meta is not None else op.body, arguments)
        if op.copies and not meta:
            found = tuple(item.copy() for item in found) if isinstance(found, tuple) else found.copy()
    several = isinstance(found, (tuple, list))
    outputs = []
    for item in found if several else (found,):
        item = np.asarray(item)
        element = narrow if narrow is not None and item.dtype == np.float32 else item.dtype
        if meta:
            outputs.append(wrap(MetaArray.empty(item.shape, element)))
        else:
            outputs.append(wrap(item if element is item.dtype else quiet(item.astype, element)))
    return _pack(op, attach(op, values, tuple(outputs)), several)


def _narrow_kernel(op: Operator, values: list[Any]) -> Any:
    """What a kernel gives for large 16-bit floats as they are; None if they are anything else, or there is none."""
    tensors = [values[op.position[name]] for name in op.tensors]
    arrays = [getattr(value, "_array", None) for value in tensors if value is not None]
    first = arrays[0]
    if type(first) is not np.ndarray or first.size < FROM or of_numpy(first.dtype) not in dtypes.REDUCED:
        return None
    if any(type(array) is not np.ndarray or array.dtype is not first.dtype for array in arrays):
        return None
    if op.check is not None:
        run_body(op, op.check, values)
    arguments = [value._array if isinstance(value, TensorBase) else value for value in values]
    return compiled(op.large, *arguments)


def grown(arguments: list[Any]) -> Any:
    """The first array broadcast with the second, which says where to write; as it is where they do not broadcast."""
    first, second = arguments[0], arguments[1]
    if first.shape == second.shape or mismatch(first.shape, second.shape) is not None:
        return first
    return np.broadcast_to(first, np.broadcast_shapes(first.shape, second.shape))


def kernel_arguments(op: Operator, values: list[Any]) -> tuple[list[Any], list[Any], Any, Any]:
    """What a kernel is called with: arrays in the places of tensors.

    Returns:
        The values, promoted; the arguments; whether one is on the meta device; the 16-bit dtype
        that was widened to float32, or None.
    """
    if op.check is not None:
        run_body(op, op.check, values)
    values = _promote_params(op, values)
    arguments = list(values)
    meta = narrow = None
    for name in op.tensors:
        value = arguments[op.position[name]]
        if name in op.lists and isinstance(value, (list, tuple)):
            value = tuple(value)
            values[op.position[name]] = value
            items: list[Any] = []
            for index, item in enumerate(value):
                if item is None and name in op.gaps:
                    items.append(None)
                    continue
                if not isinstance(item, TensorBase):
                    raise TypeError(
                        f"expected Tensor as element {index} in argument {op.position[name]}, "
                        f"but got {type(item).__name__}"
                    )
                array, meta, narrow = _kernel_array(op, item._array, meta, narrow)
                items.append(array)
            arguments[op.position[name]] = items
        elif name in op.lists and value is not None:
            raise type_error(op, name, value, "tuple of Tensors")
        elif isinstance(value, TensorBase):
            arguments[op.position[name]], meta, narrow = _kernel_array(op, value._array, meta, narrow)
        elif value is not None and not (is_number(value) and "Number" in str(op.body.__annotations__[name])):
            raise type_error(op, name, value)
    return values, arguments, meta, narrow


def _kernel_array(op: Operator, array: Any, meta: Any, narrow: Any) -> tuple[Any, Any, Any]:
    """The array a kernel gets: zeros for meta tensors, float32 for 16-bit floats."""
    if type(array) is MetaArray:
        meta, array = True, array.geometry if op.copies else array.stand_in()
    if array.dtype.itemsize == 2 and of_numpy(array.dtype) in dtypes.REDUCED and not op.exact:
        narrow, array = array.dtype, stand_in(array.shape, np.float32) if meta else array.astype(np.float32)
    return array, meta, narrow


def _promote_params(op: Operator, values: list[Any]) -> list[Any]:
    """Brings the parameters named by a kernel's ``promote=`` to their common dtype."""
    values = list(values)
    if not op.promote:
        return values
    promotion = Promotion()
    found: list[tuple[int, Any]] = []
    for name in op.promote:
        value = values[op.position[name]]
        if isinstance(value, TensorBase):
            promotion.add_tensor(of_numpy(value._array.dtype), value._array.ndim)
        elif name in op.lists:
            for item in value:
                if isinstance(item, TensorBase):
                    promotion.add_tensor(of_numpy(item._array.dtype), item._array.ndim)
        elif is_number(value):
            promotion.add_scalar(value)
        else:
            continue
        found.append((op.position[name], value))
    common = promotion.result()
    for position, value in found:
        if isinstance(value, TensorBase):
            values[position] = as_dtype(value, common)
        elif isinstance(value, (list, tuple)):
            values[position] = tuple(as_dtype(item, common) if isinstance(item, TensorBase) else item for item in value)
    return values


def as_dtype(tensor: Any, element: dtype) -> Any:
    """The tensor itself or a recorded conversion of it."""
    return tensor if tensor._array.dtype is element.numpy else tensor.to(element)


def _run_fused(op: Operator, values: list[Any]) -> Any:
    if op.check is not None:
        run_body(op, op.check, values)
    values = _promote_params(op, values)
    arguments, narrow = list(values), None
    record = modes.record
    modes.record = OFF
    try:
        for name in op.tensors:
            value = arguments[op.position[name]]
            if is_tensor(value):
                element = of_numpy(value._array.dtype)
                if element in dtypes.REDUCED:
                    narrow = element
                    arguments[op.position[name]] = value.to(dtypes.float32)
            elif value is not None and name not in op.lists and not is_number(value):
                raise type_error(op, name, value)
        found = run_body(op, op.body, arguments)
        several = isinstance(found, tuple)
        outputs = tuple(found) if several else (found,)
        if narrow is not None:
            outputs = tuple(
                item.to(narrow) if of_numpy(item._array.dtype) is dtypes.float32 else item for item in outputs
            )
        inputs = {id(value) for value in values if isinstance(value, TensorBase)}
        outputs = tuple(wrap(item._array) if id(item) in inputs else item for item in outputs)
    finally:
        modes.record = record
    return _pack(op, attach(op, values, outputs), several)


def _pack(op: Operator, outputs: tuple[Any, ...], several: bool) -> Any:
    if not several:
        return outputs[0]
    return op.returns(outputs) if op.returns is not None else outputs


def _run_composite(op: Operator, values: list[Any]) -> Any:
    return run_body(op, op.body, values)


_RUNNERS = {
    "elementwise": _run_elementwise,
    "reduction": _run_reduction,
    "view": _run_view,
    "kernel": _run_kernel,
    "fused": _run_fused,
    "composite": _run_composite,
}


def write_out(op: Operator, values: list[Any], out: Any) -> Any:
    """Runs an operator and writes the result to ``out=``."""
    from_args = any(isinstance(value, TensorBase) and value._edge is not None for value in values)
    targets = out if isinstance(out, (tuple, list)) else (out,)
    for target in targets:
        if not isinstance(target, TensorBase):
            raise TypeError(f"{op.call.__name__}(): argument 'out' must be Tensor, not {type(target).__name__}")
    recorded = from_args and op.nondifferentiable is not True
    if modes.grad_enabled and (recorded or any(target._edge is not None for target in targets)):
        raise RuntimeError(
            f"{op.call.__name__}(): functions with out=... arguments don't support automatic differentiation, but one "
            "of the arguments requires grad."
        )
    record = modes.record
    modes.record = OFF
    try:
        if op.into is not None:
            op.into(values, out)
            return out
        if len(targets) == 1 and _written(op, values, out):
            return out
        found = run(op, values)
    finally:
        modes.record = record
    results = found if isinstance(found, (tuple, list)) else (found,)
    for target, result in zip(targets, results, strict=True):
        check_memory(target, values, disjoint=bool(op.disjoint))
        deliver(result, target)
    if isinstance(found, (tuple, list)):
        maker = op.returns or (type(found) if isinstance(found, NamedResult) else tuple)
        return maker(targets)
    return out


def _written(op: Operator, values: list[Any], out: Any) -> bool:
    """Whether a kernel has written the result to an ``out=`` tensor, with no array for it in between."""
    if op.kind != "elementwise" or out._array.size < FROM:
        return False
    check_memory(out, values, disjoint=bool(op.disjoint))
    if not computes_into(op, values, out._array):
        return False
    storage_of(out).version += 1
    if modes.observer is not None:
        modes.observer(op, values, out)
    return True


def deliver(result: Any, target: Any) -> None:
    """Writes a result to an ``out=`` tensor, resizing it as torch does."""
    source = of_numpy(result._array.dtype)
    wanted = of_numpy(target._array.dtype)
    if not can_cast(source, wanted):
        raise RuntimeError(
            f"result type {scalar_name(source)} can't be cast to the desired output type {scalar_name(wanted)}"
        )
    if target._array.shape != result._array.shape:
        target._resize_output(tuple(result._array.shape))
    target._write(result._array)
