"""The namespace ``torch.overrides``: objects with a ``__torch_function__`` of their own in calls."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ._core.tensor_base import TensorBase, has_override
from ._declare.overrides import ordered, override, state
from ._declare.record import REGISTRY

__all__ = [
    "get_overridable_functions",
    "handle_torch_function",
    "has_torch_function",
    "has_torch_function_unary",
    "has_torch_function_variadic",
    "is_tensor_like",
    "is_tensor_method_or_property",
    "resolve_name",
    "wrap_torch_function",
]

F = TypeVar("F", bound=Callable[..., Any])


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether an object among some arguments wants a say in a call.

    Args:
        relevant_args: the arguments that may have a ``__torch_function__``.

    Example::

        >>> from rushlight.overrides import has_torch_function
        >>> has_torch_function((torch.ones(1), 2))
        False
    """
    return not state.disabled and any(has_override(type(item)) for item in relevant_args)


def has_torch_function_unary(obj: Any) -> bool:
    """`has_torch_function` of one argument."""
    return has_torch_function((obj,))


def has_torch_function_variadic(*args: Any) -> bool:
    """`has_torch_function` of several arguments."""
    return has_torch_function(args)


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """Lets the ``__torch_function__`` of arguments answer a call of your own function.

    Args:
        public_api: the function that was called.
        relevant_args: its arguments that may have a ``__torch_function__``.
        args, kwargs: all its arguments.

    Raises:
        TypeError: all answers were NotImplemented.

    Example::

        >>> from rushlight.overrides import handle_torch_function, has_torch_function
        >>> def double(x):
        ...     if has_torch_function((x,)):
        ...         return handle_torch_function(double, (x,), x)
        ...     return x * 2
        >>> double(torch.ones(1))
        tensor([2.])
    """
    return override(public_api, ordered(relevant_args), args, kwargs)


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[[F], F]:
    """Decorates a function of your own so that ``__torch_function__`` may answer its calls.

    Args:
        dispatcher: gets the function's arguments and returns those that may have a ``__torch_function__``.

    Example::

        >>> from rushlight.overrides import wrap_torch_function
        >>> @wrap_torch_function(lambda x: (x,))
        ... def double(x):
        ...     return x * 2
        >>> double(torch.ones(1))
        tensor([2.])
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]

    return decorate


def is_tensor_like(inp: Any) -> bool:
    """Whether an object is a tensor or has a ``__torch_function__``.

    Example::

        >>> from rushlight.overrides import is_tensor_like
        >>> is_tensor_like(torch.ones(1)), is_tensor_like([1])
        (True, False)
    """
    return isinstance(inp, TensorBase) or hasattr(type(inp), "__torch_function__")


def get_overridable_functions() -> list[Callable[..., Any]]:
    """The operators, all of which a ``__torch_function__`` may answer."""
    return [op.call for op in REGISTRY.values()]


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether a function is one of Tensor's methods."""
    return getattr(func, "__qualname__", "").startswith("Tensor.")


def resolve_name(f: Callable[..., Any]) -> str | None:
    """The public name of an operator, ``torch.add``; None for other functions.

    Example::

        >>> from rushlight.overrides import resolve_name
        >>> resolve_name(torch.add)
        'torch.add'
    """
    op = getattr(f, "op", None)
    if op is None:
        return None
    return f"torch.{op.name}" if not is_tensor_method_or_property(f) else f"torch.{f.__qualname__}"
