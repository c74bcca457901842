"""What torch's tensors have and rushlight's do not: sparse, quantized and foreign forms, each an error that says so."""

from __future__ import annotations

from typing import Any, NoReturn


def _of_sparse(name: str, form: str) -> Any:
    """A method that torch has for sparse tensors alone; on a dense one it fails in torch too."""

    def refused(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(f"{name} expected {form} tensor layout but got Strided")

    return _documented(refused, name, "only sparse tensors have it")


def _unsupported(name: str, feature: str) -> Any:
    """A method that would make what rushlight does not have."""

    def refused(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(f"rushlight has no {feature}, so no Tensor.{name}")

    return _documented(refused, name, f"rushlight has no {feature}")


def _without_device(name: str) -> Any:
    """A method that moves a tensor to a device that rushlight does not have."""

    def refused(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise AssertionError(f"Torch not compiled with {name.upper()} enabled")

    return _documented(refused, name, "rushlight has no such device")


def _documented(function: Any, name: str, reason: str) -> Any:
    function.__name__ = name
    function.__qualname__ = f"Tensor.{name}"
    function.__doc__ = f"Always raises: {reason}."
    return function


class AbsentMethods:
    """Rows of the method table: what is not there."""

    __slots__ = ()

    def __delitem__(self: Any, index: Any) -> NoReturn:
        """Always raises: a tensor has no elements that could be taken out."""
        raise TypeError("Tensor does not support deleting items")

    @property
    def __cuda_array_interface__(self: Any) -> NoReturn:
        """Always raises: the memory is not on a CUDA device."""
        raise AttributeError(
            f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {self.type()} If CUDA data is required use "
            "tensor.cuda() to copy tensor to device memory."
        )

    is_coalesced = _of_sparse("is_coalesced", "sparse coordinate")
    coalesce = _of_sparse("coalesce", "sparse coordinate")
    indices = _of_sparse("indices", "sparse coordinate")
    values = _of_sparse("values", "sparse")
    crow_indices = _of_sparse("crow_indices", "sparse row compressed")
    col_indices = _of_sparse("col_indices", "sparse row compressed")
    ccol_indices = _of_sparse("ccol_indices", "sparse column compressed")
    row_indices = _of_sparse("row_indices", "sparse column compressed")

    to_sparse = _unsupported("to_sparse", "sparse tensors")
    to_sparse_coo = _unsupported("to_sparse_coo", "sparse tensors")
    to_sparse_csr = _unsupported("to_sparse_csr", "sparse tensors")
    to_sparse_csc = _unsupported("to_sparse_csc", "sparse tensors")
    to_sparse_bsr = _unsupported("to_sparse_bsr", "sparse tensors")
    to_sparse_bsc = _unsupported("to_sparse_bsc", "sparse tensors")
    sparse_mask = _unsupported("sparse_mask", "sparse tensors")
    to_mkldnn = _unsupported("to_mkldnn", "oneDNN tensors")
    chalf = _unsupported("chalf", "dtype torch.complex32")
    qscheme = _unsupported("qscheme", "quantized tensors")
    int_repr = _unsupported("int_repr", "quantized tensors")
    q_scale = _unsupported("q_scale", "quantized tensors")
    q_zero_point = _unsupported("q_zero_point", "quantized tensors")

    xpu = _without_device("xpu")
    mtia = _without_device("mtia")
    ipu = _without_device("ipu")
