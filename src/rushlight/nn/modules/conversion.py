"""Moving and converting a module's parameters and buffers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..._core import devices, dtypes
from ..._core.tensor_base import TensorBase
from ..parameter import Parameter, is_lazy


class ConversionMixin:
    """The part of `Module` that converts: `to`, `float`, `half` and their kin."""

    def _apply(self: Any, fn: Callable[[Any], Any], recurse: bool = True) -> Any:
        """Replaces the data of every parameter, gradient and buffer by a function of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for key, parameter in self._parameters.items():
            if parameter is None:
                continue
            if is_lazy(parameter):
                parameter.convert(fn)
                continue
            converted = fn(parameter.data)
            if converted.device == parameter.device:
                parameter.data = converted
                kept = parameter
            else:
                kept = self._parameters[key] = Parameter(converted, parameter.requires_grad)
            if parameter.grad is not None:
                gradient = fn(parameter.grad.data)
                kept.grad = gradient.requires_grad_(parameter.grad.requires_grad)
        for key, buffer in self._buffers.items():
            if is_lazy(buffer):
                buffer.convert(fn)
            elif buffer is not None:
                self._buffers[key] = fn(buffer)
        return self

    def to(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Moves or converts parameters and buffers in place.

        Args:
            args, kwargs: ``device``, ``dtype`` (floating or complex), ``non_blocking``, ``memory_format``, or a tensor
                whose device and dtype are taken.

        Raises:
            TypeError: the dtype is neither floating nor complex.
        """
        dtype, options = _parse_to(args, kwargs)
        layout = options.pop("memory_format", None)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )
        if dtype is not None and dtype.is_complex:
            warnings.warn(
                "Complex modules are a new feature under active development whose design may change, and some modules "
                "might not work as expected when using complex tensors as parameters or buffers. Please file an issue "
                "at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a complex module does not "
                "work as expected.",
                stacklevel=2,
            )

        def convert(tensor: Any) -> Any:
            chosen = dict(options)
            if dtype is not None and (tensor.is_floating_point() or tensor.is_complex()):
                chosen["dtype"] = dtype
            if layout is not None and tensor.dim() in (4, 5):
                chosen["memory_format"] = layout
            return tensor.to(**chosen) if chosen else tensor

        try:
            return self._apply(convert)
        except NotImplementedError as error:
            if str(error) != "Cannot copy out of meta tensor; no data!":
                raise
            raise NotImplementedError(
                f"{error} Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving module "
                "from meta to a different device."
            ) from None

    def float(self: Any) -> Any:
        """Converts floating parameters and buffers to float32."""
        return self._apply(lambda tensor: tensor.float() if tensor.is_floating_point() else tensor)

    def double(self: Any) -> Any:
        """Converts floating parameters and buffers to float64."""
        return self._apply(lambda tensor: tensor.double() if tensor.is_floating_point() else tensor)

    def half(self: Any) -> Any:
        """Converts floating parameters and buffers to float16."""
        return self._apply(lambda tensor: tensor.half() if tensor.is_floating_point() else tensor)

    def bfloat16(self: Any) -> Any:
        """Converts floating parameters and buffers to bfloat16."""
        return self._apply(lambda tensor: tensor.bfloat16() if tensor.is_floating_point() else tensor)

    def type(self: Any, dst_type: Any) -> Any:
        """Converts all parameters and buffers to a dtype."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def cpu(self: Any) -> Any:
        """Moves parameters and buffers to the CPU."""
        return self._apply(lambda tensor: tensor.cpu())

    def cuda(self: Any, device: Any = None) -> Any:
        """Not there: rushlight's tensors live on the CPU.

        Raises:
            AssertionError: always, with torch's text of a build without CUDA.
        """
        raise AssertionError("Torch not compiled with CUDA enabled")

    def ipu(self: Any, device: Any = None) -> Any:
        """Not there: rushlight's tensors live on the CPU.

        Raises:
            RuntimeError: always, with torch's text of a build without it.
        """
        raise RuntimeError("PyTorch is not linked with support for ipu devices")

    def xpu(self: Any, device: Any = None) -> Any:
        """Not there: rushlight's tensors live on the CPU.

        Raises:
            AssertionError: always, with torch's text of a build without it.
        """
        raise AssertionError("Torch not compiled with XPU enabled")

    def mtia(self: Any, device: Any = None) -> Any:
        """Not there: rushlight's tensors live on the CPU.

        Raises:
            AssertionError: always.
        """
        raise AssertionError("Torch not compiled with MTIA enabled.")

    def to_empty(self: Any, *, device: Any, recurse: bool = True) -> Any:
        """Moves parameters and buffers to a device without copying their values."""
        return self._apply(lambda tensor: tensor.new_empty(tensor.shape, device=device), recurse)

    def share_memory(self: Any) -> Any:
        """Not there: tensors shared between processes.

        Raises:
            RuntimeError: parameters wait for their shape.
            NotImplementedError: always else.
        """
        for value in (*self.parameters(), *self.buffers()):
            if is_lazy(value):
                value.share_memory_()
        raise NotImplementedError("rushlight does not share tensors between processes: Module.share_memory")


def _parse_to(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The dtype and the other options of ``Module.to``."""
    options = dict(kwargs)
    dtype = options.pop("dtype", None)
    tensor = options.pop("tensor", None)
    for value in args:
        if isinstance(value, TensorBase):
            tensor = value
        elif isinstance(value, dtypes.dtype):
            dtype = value
        elif isinstance(value, (str, devices.device, int)) and not isinstance(value, bool):
            options["device"] = value
        elif isinstance(value, bool):
            options["non_blocking"] = value
        elif value is not None:
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(value).__name__})")
    if tensor is not None:
        dtype, options["device"] = tensor.dtype, tensor.device
    if options.get("device", 0) is None:
        del options["device"]
    return dtype, options
