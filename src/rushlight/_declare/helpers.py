"""Helpers that checks and derivative rules of several families share."""

from __future__ import annotations

from typing import Any

from .._core.dtypes import dtype, of_numpy
from .._core.meta_array import MetaArray
from .._core.promotion import Promotion
from .._core.tensor_base import TensorBase
from .binding import is_number
from .record import REGISTRY


def common_dtype(*operands: Any) -> dtype | None:
    """The dtype to which tensors and numbers promote; None if something else is among them."""
    promotion = Promotion()
    for value in operands:
        if isinstance(value, TensorBase):
            promotion.add_tensor(of_numpy(value._array.dtype), value._array.ndim)
        elif is_number(value):
            promotion.add_scalar(value)
        else:
            return None
    return promotion.result()


def call_operator(name: str, *args: Any, **kwargs: Any) -> Any:
    """Calls a declared operator by its name, for files of operators, which do not import each other."""
    return REGISTRY[name].call(*args, **kwargs)


def is_complex(value: Any) -> bool:
    """Whether a value is a complex tensor; symbols of scalar programs count as real."""
    return isinstance(value, TensorBase) and value._array.dtype.kind == "c"


def check_has_values(name: str, *tensors: Any) -> None:
    """Raises torch's error where the shape of a result depends on values that tensors on the meta device have not."""
    if any(type(getattr(tensor, "_array", None)) is MetaArray for tensor in tensors):
        error = NotImplementedError(
            f"aten::{name}: attempted to run this operator with Meta tensors, but there was no fake impl or Meta "
            "kernel registered."
        )
        error.add_note("the shape of its result depends on the values of its arguments, which a meta tensor has not")
        raise error
