"""Forward mode: dual numbers that carry a tangent through a computation."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from .._core.dtypes import of_numpy
from .._core.tensor_base import new
from .._tape.node import Node, edge_of, next_sequence
from .duals import DualLevel, DualMethods
from .levels import LevelTensor

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class UnpackedDualTensor(NamedTuple):
    """The two parts of a dual number.

    Attributes:
        primal: the tensor.
        tangent: its tangent; None where it has none.
    """

    primal: Any
    tangent: Any


class _State(threading.local):
    level: DualLevel | None = None


_state = _State()


class MakeDualBackward(Node):
    """The history of a dual number: the tensor it was made of."""

    __slots__ = ()
    title = "ViewBackward0"

    def apply(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradient as it is."""
        return (g,)


def enter_dual_level() -> int:
    """Opens the level on which dual numbers are made; it has to be closed by `exit_dual_level`.

    Returns:
        the number of the level, always 0.
    """
    if _state.level is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    _state.level = DualLevel()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Closes the level; dual numbers made on it become plain tensors.

    Args:
        level: the number that `enter_dual_level` returned.
    """
    if _state.level is None:
        raise RuntimeError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    _state.level.closed = True
    _state.level = None


class dual_level:
    """Context in which dual numbers can be made and used.

    Example::

        >>> import rushlight.autograd.forward_ad as forward_ad
        >>> with forward_ad.dual_level():
        ...     x = forward_ad.make_dual(torch.tensor(3.0), torch.tensor(1.0))
        ...     forward_ad.unpack_dual(x * x).tangent
        tensor(6.)
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exception: Any) -> None:
        exit_dual_level()


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """A dual number: `tensor` with a tangent, whose memory it shares.

    Args:
        tensor: the primal, a floating point or complex tensor.
        tangent: of the same shape.
        level: 0 or None, the level that is open.

    Raises:
        RuntimeError: no level is open, or the shapes differ.
        ValueError: one of the two has no floating point or complex dtype.
    """
    if _state.level is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for name, value in (("primal", tensor), ("tangent", tangent)):
        if not (value.is_floating_point() or value.is_complex()):
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {value.dtype}")
        if isinstance(value, LevelTensor) and value.level is _state.level:
            raise RuntimeError(
                "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
                "supported."
                if name == "primal"
                else "Setting a forward grad that itself has a forward gradient at the same level0 is not supported."
            )
    if tensor._array.shape != tangent._array.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(tensor._array.shape)} while the given forward gradient is of size "
            f"{list(tangent._array.shape)}."
        )
    if tangent._array.dtype != tensor._array.dtype:
        tangent = tangent.to(of_numpy(tensor._array.dtype))
    dual = _state.level.wrap(tensor, tangent)
    if edge_of(tensor) is not None:
        dual._edge = _bridge(tensor)
    return dual


def _bridge(tensor: Any) -> Node:
    """The node through which gradients of the dual number reach the tensor it was made of."""
    node = new(MakeDualBackward)
    node.edges = (edge_of(tensor),)
    node.sequence = next_sequence()
    node.shape, node.dtype = tensor._array.shape, tensor._array.dtype
    node.saved, node.versions, node._extra = (), None, None
    return node


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The two parts of a dual number; the tangent of any other tensor is None.

    Args:
        tensor: a tensor.
        level: 0 or None, the level that is open.
    """
    if isinstance(tensor, DualMethods):
        if tensor.level is _state.level:
            return UnpackedDualTensor(tensor.primal, tensor.tangent)
        if tensor.level.closed:
            return UnpackedDualTensor(tensor.primal, None)
    return UnpackedDualTensor(tensor, None)
