"""What a tensor knows of its gradient: flags, hooks, history, and the way into the backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._core.dtypes import FLOATING, of_numpy
from .._core.meta_array import MetaArray
from .._core.tensor_base import LEAF, extra_of, is_tensor
from .._core.warn import warn
from .._declare.dispatch import element_name
from .._tape.handles import RemovableHandle
from .._tape.node import Node, OutputEdge
from ..autograd import hooks
from ..autograd.api import backward_from

if TYPE_CHECKING:
    from ..tensor import Tensor


class GradientMethods:
    """Rows of the method table: differentiation."""

    __slots__ = ()

    backward = backward_from

    @property
    def requires_grad(self: Any) -> bool:
        """Whether operators on this tensor are recorded."""
        return self._edge is not None

    @requires_grad.setter
    def requires_grad(self: Any, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        _set_requires_grad(self, value, "floating point and complex dtype")

    def requires_grad_(self: Any, requires_grad: bool = True) -> Tensor:
        """Says whether operators on this tensor are recorded, and returns the tensor.

        Raises:
            RuntimeError: the elements are no floating point or complex numbers, or the tensor is no leaf.

        Example::

            >>> torch.ones(2).requires_grad_()
            tensor([1., 1.], requires_grad=True)
        """
        if not isinstance(requires_grad, bool):
            kind = type(requires_grad).__name__
            raise TypeError(f"requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {kind}")
        _set_requires_grad(self, requires_grad, "floating point dtype")
        return self

    @property
    def is_leaf(self: Any) -> bool:
        """Whether no recorded operator made this tensor."""
        return not isinstance(self._edge, (Node, OutputEdge))

    @property
    def grad_fn(self: Any) -> Any:
        """The node of the operator that made this tensor; None for leaves."""
        edge = self._edge
        if isinstance(edge, Node):
            return edge
        return edge.node if type(edge) is OutputEdge else None

    @property
    def output_nr(self: Any) -> int:
        """Which output of its operator this tensor is."""
        return self._edge.number if type(self._edge) is OutputEdge else 0

    @property
    def grad(self: Any) -> Any:
        """The gradient that backward passes have accumulated; None without one."""
        extra = self._extra
        if extra is not None and (extra.grad is not None or extra.retains_grad):
            return extra.grad
        if self._edge is None or self._edge is LEAF:
            return None
        warn(
            "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
            "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
            "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make "
            "sure "
            "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
        )
        return None

    @grad.setter
    def grad(self: Any, gradient: Any) -> None:
        if gradient is not None:
            _check_grad(self, gradient)
        extra_of(self).grad = gradient

    @grad.deleter
    def grad(self: Any) -> None:
        extra_of(self).grad = None

    @property
    def retains_grad(self: Any) -> bool:
        """Whether this tensor is no leaf and keeps its gradient in ``.grad``."""
        return self._extra is not None and self._extra.retains_grad

    def retain_grad(self: Any) -> None:
        """Has a tensor that is no leaf keep its gradient in ``.grad``; nothing changes for a leaf.

        Raises:
            RuntimeError: the tensor requires no grad.

        Example::

            >>> y = torch.ones(2, requires_grad=True) * 2
            >>> y.retain_grad()
            >>> (y * y).sum().backward()
            >>> y.grad
            tensor([4., 4.])
        """
        hooks.retain_grad(self)

    def register_hook(self: Any, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """Has ``hook(grad)`` run whenever the gradient of this tensor has been computed.

        Args:
            hook: gets the gradient; None or a tensor that replaces it is returned.

        Raises:
            RuntimeError: the tensor requires no grad.

        Example::

            >>> x = torch.ones(2, requires_grad=True)
            >>> handle = x.register_hook(lambda grad: grad * 10)
            >>> (x * 3).sum().backward()
            >>> x.grad
            tensor([30., 30.])
        """
        return hooks.register_hook(self, hook)

    def register_post_accumulate_grad_hook(self: Any, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Has ``hook(tensor)`` run whenever a gradient has been added to this leaf's ``.grad``.

        Raises:
            RuntimeError: the tensor requires no grad, or is no leaf.
        """
        return hooks.register_post_accumulate_grad_hook(self, hook)

    def detach_(self: Any) -> Tensor:
        """Cuts this tensor off from its history, and returns it.

        Raises:
            RuntimeError: the tensor is a view.
        """
        if self._base is not None:
            error = RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
                "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
                "detach_() cannot be called on these gradients. To fix this error, please refer to the "
                "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
            )
            error.add_note("write `x = x.detach()`, which makes a tensor of its own over the same memory")
            raise error
        self._edge = None
        if self._extra is not None:
            self._extra.retains_grad = False
        return self

    def is_inference(self: Any) -> bool:
        """Whether this tensor was made in inference mode, and so can never take part in differentiation."""
        return self._extra is not None and self._extra.inference


def _set_requires_grad(tensor: Any, value: bool, wanted: str) -> None:
    edge = tensor._edge
    if edge is not None and edge is not LEAF:
        if value:
            return
        raise RuntimeError(
            "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
            "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
        )
    if value:
        element = of_numpy(tensor._array.dtype)
        if element.category < FLOATING:
            error = RuntimeError(f"only Tensors of {wanted} can require gradients")
            error.add_note(f"this one has dtype {element}; convert it first: x.float().requires_grad_()")
            raise error
        if tensor.is_inference():
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
    tensor._edge = LEAF if value else None


def _check_grad(tensor: Any, gradient: Any) -> None:
    """Raises torch's error for a value that cannot be the gradient of a tensor."""
    if not is_tensor(gradient):
        raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(gradient).__name__}")
    if gradient is tensor:
        raise RuntimeError("can't assign Variable as its own grad")
    given, wanted = gradient._array, tensor._array
    if given.dtype != wanted.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{element_name(given).lower()}' to a tensor "
            "with "
            f"grad_dtype '{element_name(wanted)}'. The gradient must match the tensor's grad_dtype "
            "(defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or "
            "None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient "
            "may "
            "break downstream systems that assume they match."
        )
    if (type(given) is MetaArray) != (type(wanted) is MetaArray):
        raise RuntimeError(
            f"attempting to assign a gradient with device type '{gradient.device}' to a tensor with device type "
            f"'{tensor.device}'. Please ensure that the gradient and the tensor are on the same device"
        )
    if given.shape != wanted.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(given.shape)}' to a tensor of size "
            f"'{list(wanted.shape)}'. "
            "Please ensure that the gradient and the tensor are the same size"
        )
