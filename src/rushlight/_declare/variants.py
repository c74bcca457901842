"""What follows from a declaration: methods, Python operators and in-place forms, without a second definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._backends.llvm.switch import FROM
from .._core.modes import OFF, modes
from .._core.names import type_name
from .._core.storage import Storage
from .._core.tensor_base import PLAIN, TensorBase, wrap
from . import fast, fast_kernels
from .binding import is_number
from .compiled import large_inplace
from .dispatch import call, find_special
from .fast_mixed import mixed
from .inplace import run_inplace
from .overrides import overloaded_in, override, state
from .record import Operator

ndarray = np.ndarray


def method(function: Any) -> Any:
    """The operator as a method of tensors: the same function, its first parameter bound."""
    return function


def operator(function: Any, name: str, arrays: bool = False) -> Any:
    """The operator behind a Python operator (``__add__``): NotImplemented for operands it does not know.

    Args:
        function: the operator.
        name: the name of the method.
        arrays: whether it knows NumPy's arrays; the others leave them to NumPy, which makes arrays of tensors.
    """
    op: Operator = function.op

    def general(input: Any, other: Any) -> Any:
        if arrays and isinstance(other, np.ndarray):
            other = wrap(other)
        if not (isinstance(other, TensorBase) or is_number(other) or hasattr(type(other), "__torch_function__")):
            return NotImplemented
        return call(op, (input, other), {})

    other_dtypes = mixed(op, general)

    def fallback(input: Any, other: Any) -> Any:
        if type(input) not in PLAIN and not hasattr(type(input), "__torch_function__"):
            raise TypeError(
                f"descriptor '{name}' for 'torch._C.TensorBase' objects doesn't apply to a '{type_name(input)}' object"
            )
        return other_dtypes(input, other)

    maker = fast.pair if op.kind in ("elementwise", "kernel") and op.eager is not None else None
    if maker is None:

        def plain(input: Any, other: Any) -> Any:
            if isinstance(other, TensorBase) or is_number(other) or hasattr(type(other), "__torch_function__"):
                return function(input, other)
            return NotImplemented

        return _named(plain, op, name)
    return _named(maker(op, fallback), op, name)


def reflected(function: Any, name: str) -> Any:
    """The operator behind a Python operator with the tensor on the right (``__rpow__``)."""
    op: Operator = function.op

    def swapped(input: Any, other: Any) -> Any:
        if isinstance(other, TensorBase) or is_number(other) or hasattr(type(other), "__torch_function__"):
            return function(other, input)
        return NotImplemented

    return _named(swapped, op, name)


def augmented(function: Any, name: str) -> Any:
    """The operator behind an augmented assignment (``+=``): NotImplemented for operands it does not know."""
    op: Operator = function.op
    write = inplace(function)

    def assign(input: Any, other: Any) -> Any:
        if (
            type(other) in PLAIN
            or is_number(other)
            or isinstance(other, TensorBase)
            or hasattr(type(other), "__torch_function__")
        ):
            return write(input, other)
        return NotImplemented

    return _named(assign, op, name)


def inplace(function: Any) -> Any:
    """The operator that writes its result into the first operand (``add_``, ``+=``)."""
    op: Operator = function.op
    eager: Any = op.eager if isinstance(op.eager, np.ufunc) else None
    arity = len(op.tensors)
    natural = op.natural or frozenset()
    compiled = large_inplace(op)

    def general(input: Any, *args: Any, **kwargs: Any) -> Any:
        special = find_special(op, [input, *args, *(None,) * len(op.params)][: len(op.params)]) if op.tensors else None
        transform = getattr(type(special), "_transform_inplace", None)
        if transform is not None:
            return transform(op, input, args, kwargs)
        if special is not None and not state.disabled:
            return override(
                public, overloaded_in(op, [input, *args, *(None,) * len(op.params)]), (input, *args), kwargs
            )
        return run_inplace(op, input, args, kwargs)

    def write(input: Any, *args: Any, **kwargs: Any) -> Any:
        """The common case: plain tensors of one float dtype, nothing recorded, memory not shared by elements."""
        if kwargs or len(args) != arity - 1 or type(input) not in PLAIN or input._extra is not None:
            return general(input, *args, **kwargs)
        array = input._array
        dtype = array.dtype
        edge = input._edge
        if not (dtype is fast.F32 or dtype is fast.F64 or dtype in natural) or (
            edge is not None and modes.record != OFF
        ):
            return general(input, *args)
        storage = input._storage
        if storage is None:
            storage = input._storage = Storage(array)
        elif storage.frozen or (input._base is not None and _is_delicate(input, array)):
            return general(input, *args)
        if type(array) is not ndarray:
            return general(input, *args)
        if arity == 1:
            if array.size < FROM or not compiled(array):
                eager(array, array)
        else:
            other = args[0]
            if type(other) in PLAIN:
                operand = other._array
                if (
                    operand.dtype is not dtype
                    or operand.ndim > array.ndim
                    or (other._edge is not None and modes.record != OFF)
                    or operand.shape != array.shape
                    or (other._storage is storage and other is not input)
                ):
                    return general(input, *args)
            elif (type(other) is float or type(other) is int) and (dtype is fast.F32 or dtype is fast.F64):
                operand = other
            else:
                return general(input, *args)
            if array.size < FROM or not compiled(array, operand):
                eager(array, operand, out=array)  # NumPy frowns on a third argument of maximum and minimum
        storage.version += 1
        return input

    public = write if eager is not None and arity in (1, 2) and len(op.tensors) == arity else general
    if op.promote == "bool":
        public = general
    if op.overwrites:
        public = fast_kernels.overwriting(op, general)
    return _named(public, op, op.name if op.name.endswith("_") else f"{op.name}_")


def _is_delicate(view: Any, array: Any) -> bool:
    """Whether a write to a view that records nothing itself needs a closer look at its base or its memory."""
    return 0 in array.strides or (view._base._edge is not None and modes.record != OFF)


def _named(function: Callable[..., Any], op: Operator, name: str) -> Any:
    function.__name__ = name
    function.__qualname__ = f"Tensor.{name}"
    is_form = name.endswith("_") and name[:2] != "__" and name != op.name
    function.__doc__ = f"In-place form of `{op.name}`." if is_form else op.body.__doc__
    function.__wrapped__ = op.body  # type: ignore[attr-defined]
    function.op = op  # type: ignore[attr-defined]
    return function
