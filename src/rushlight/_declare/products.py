"""What matrix products ask of their arguments, with torch's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.dtypes import BOOL, dtype as DType
from .._core.meta_array import stand_in
from .._core.modes import OFF, modes
from .._core.tensor_base import PLAIN, wrap
from .dispatch import scalar_name

if TYPE_CHECKING:
    from ..tensor import Tensor

_FLOATS = frozenset((np.dtype(np.float32), np.dtype(np.float64)))

C_NAMES = {
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long",
    "int32": "int", "int16": "short", "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip


def shape_text(tensor: Tensor) -> str:
    """A shape as ``2x3``."""
    return "x".join(map(str, tensor.shape))


def products_note(error: Exception, first: Tensor, second: Tensor) -> Exception:
    """The error with a note on which sizes have to meet."""
    error.add_note(
        f"the shapes are {list(first.shape)} and {list(second.shape)}: the last size of the first must equal the "
        "first size of the second; transpose one of them (`.mT`) if its dimensions are in the other order"
    )
    return error


def refuse_bool(tensor: Tensor, kernel_name: str) -> None:
    """Raises torch's error for bools, which no product is defined for."""
    if tensor.dtype.category == BOOL:
        raise NotImplementedError(f"\"{kernel_name}\" not implemented for 'Bool'")


def check_mm(input: Tensor, mat2: Tensor, name: str = "self") -> None:
    """Raises torch's error unless two matrices can be multiplied."""
    first, second = input._array, mat2._array
    if first.ndim == second.ndim == 2 and first.shape[1] == second.shape[0] and first.dtype is second.dtype in _FLOATS:
        return
    for tensor, role in ((input, name), (mat2, "mat2")):
        if tensor.ndim != 2:
            raise RuntimeError(f"{role} must be a matrix")
    if input.shape[1] != mat2.shape[0]:
        text = f"mat1 and mat2 shapes cannot be multiplied ({shape_text(input)} and {shape_text(mat2)})"
        raise products_note(RuntimeError(text), input, mat2)
    if input.dtype is not mat2.dtype:
        first, second = C_NAMES[input.dtype.name], C_NAMES[mat2.dtype.name]
        error = RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {first} != {second}")
        error.add_note(f"matrix products do not promote: convert one with .to({mat2.dtype}) or .to({input.dtype})")
        raise error
    refuse_bool(input, "addmm_impl_cpu_")


def check_bmm(input: Tensor, mat2: Tensor, out_dtype: DType | None = None) -> None:
    """Raises torch's error unless two batches of matrices can be multiplied."""
    if out_dtype is not None and out_dtype is not input.dtype:
        raise NotImplementedError("rushlight does not have bmm(out_dtype=) on the CPU, as torch has not")
    for tensor, role in ((input, "batch1"), (mat2, "batch2")):
        if tensor.ndim != 3:
            raise RuntimeError(f"{role} must be a 3D tensor")
    if mat2.shape[:2] != (input.shape[0], input.shape[2]):
        error = RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{input.shape[0]}, {input.shape[2]}] but "
            f"got: [{mat2.shape[0]}, {mat2.shape[1]}]."
        )
        raise products_note(error, input, mat2)
    if input.dtype is not mat2.dtype:
        first, second = scalar_name(input.dtype), scalar_name(mat2.dtype)
        raise RuntimeError(f"expected scalar type {first} but found {second}")
    refuse_bool(input, "bmm")


def product_flops(input: Tensor, result: Tensor) -> int:
    """The operations of a matrix product, from its left factor: a multiplication and an addition for each pair."""
    return 2 * input.shape[-1] * result.numel()  # type: ignore[no-any-return]


def product_meta(input: Any, mat2: Any, out_dtype: DType | None = None) -> Any:
    """The shape of a product of matrices or of batches of them."""
    return stand_in(input.shape[:-1] + mat2.shape[-1:], input.dtype)


def left_gradient(g: Tensor, right: Tensor) -> Tensor:
    """The gradient of the left factor of a product of matrices."""
    if _only_arrays(g, right):
        return wrap(g._array.dot(right._array.T))  # type: ignore[no-any-return]
    return g.mm(right.t())  # type: ignore[no-any-return]


def right_gradient(g: Tensor, left: Tensor, by_columns: bool = False) -> Tensor:
    """The gradient of the right factor of a product of matrices, column after column in memory if asked for.

    The weight of a linear layer enters as its transpose: so its gradient comes out in the weight's own layout and
    becomes ``weight.grad`` without a copy.
    """
    if _only_arrays(g, left):
        given, rows = g._array, left._array
        return wrap(given.T.dot(rows).T if by_columns else rows.T.dot(given))  # type: ignore[no-any-return]
    return g.t().mm(left).t() if by_columns else left.t().mm(g)  # type: ignore[no-any-return]


def _only_arrays(g: Tensor, factor: Tensor) -> bool:
    """Whether a gradient that nobody records may be computed past the operators: 2 us in place of 5."""
    return (
        modes.record == OFF
        and type(g) in PLAIN
        and type(factor) in PLAIN
        and type(g._array) is np.ndarray
        and g._array.dtype in _FLOATS
    )
