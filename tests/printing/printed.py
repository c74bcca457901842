"""The least that printing asks of a tensor, so that its tests need neither operators nor autograd."""

from contextlib import contextmanager
from typing import Any

import numpy as np

from rushlight._core import dtypes
from rushlight._core.devices import CPU
from rushlight._printing import printoptions, tensor_format, tensor_repr


def Node(name: str) -> Any:
    """A graph node of a class of this name, which is what is printed of it."""
    return type(name, (), {})()


class Tensor:
    """An array with what else is printed; `grad_fn` may be an exception that reading it raises."""

    def __init__(self, array: Any, grad_fn: Any = None, requires_grad: bool = False, device: Any = CPU) -> None:
        self._array = np.asarray(array)
        self.dtype = dtypes.of_numpy(self._array.dtype)
        self._grad_fn = grad_fn
        self.requires_grad = requires_grad or grad_fn is not None
        self.device = device

    @property
    def grad_fn(self) -> Any:
        if isinstance(self._grad_fn, Exception):
            raise self._grad_fn
        return self._grad_fn

    def __repr__(self, *, tensor_contents: str | None = None) -> str:
        return tensor_repr(self, tensor_contents=tensor_contents)

    def __format__(self, spec: str) -> str:
        return tensor_format(self, spec)


class Parameter(Tensor):
    pass


@contextmanager
def default_dtype(name: str):
    before = dtypes.get_default_dtype()
    dtypes.set_default_dtype(dtypes.DTYPES[name])
    try:
        yield
    finally:
        dtypes.set_default_dtype(before)


def printed(array: Any, options: dict[str, Any], default: str = "float32", **state: Any) -> str:
    """The text of an array as a tensor, under print options and a default dtype."""
    with default_dtype(default), printoptions(**options):
        return repr(Tensor(array, **state))
