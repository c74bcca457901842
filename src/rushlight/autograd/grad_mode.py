"""Modes: whether operators are recorded, as contexts, as decorators and, where torch has it, at once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from .._core.modes import modes, set_grad_enabled as _switch
from .._core.tensor_base import hold_fast_paths, release_fast_paths
from .._core.warn import warn

F = TypeVar("F", bound=Callable[..., Any])


class Mode:
    """A context that is also a decorator of functions and generator functions.

    A generator runs under the mode and its consumer does not: the mode is left at every ``yield``.
    """

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(self, *exception: Any) -> None:
        raise NotImplementedError

    def clone(self) -> Mode:
        """A new context of the same settings, for one more call of a decorated function."""
        return type(self)()

    def __call__(self, function: F) -> F:
        """Decorates a function, or a generator function, so that it runs under the mode."""
        if inspect.isclass(function):
            warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
                "the `__init__` method and nothing else.",
                FutureWarning,
            )
            function.__init__ = self(function.__init__)  # type: ignore[method-assign]  # what decorating a class means
            return function
        if inspect.isgeneratorfunction(function):
            return _in_steps(function, self.clone)  # type: ignore[return-value]
        clone = self.clone

        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with clone():
                return function(*args, **kwargs)

        return decorated  # type: ignore[return-value]


def _in_steps(function: Callable[..., Any], clone: Callable[[], Mode]) -> Callable[..., Any]:
    """A generator function each of whose steps runs under a mode."""

    @functools.wraps(function)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        step: Callable[[], Any] = lambda: next(generator)  # noqa: E731
        while True:
            try:
                with clone():
                    value = step()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield value
            except GeneratorExit:
                with clone():
                    generator.close()
                raise
            except BaseException as error:
                step = functools.partial(generator.throw, error)
            else:
                step = functools.partial(generator.send, sent)

    return decorated


class _Bare(Mode):
    """A mode without arguments may decorate without parentheses: ``@torch.no_grad``."""

    enabled = False

    def __new__(cls, function: Any = None) -> Any:
        mode = object.__new__(cls)
        if function is None:
            return mode
        mode.before = []
        return mode(function)

    def __init__(self, function: Any = None) -> None:
        self.before: list[bool] = []

    def __enter__(self) -> None:
        self.before.append(modes.grad_enabled)
        _switch(self.enabled)

    def __exit__(self, *exception: Any) -> None:
        _switch(self.before.pop())


class no_grad(_Bare):
    """Context or decorator under which nothing is recorded.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> with torch.no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """


class enable_grad(_Bare):
    """Context or decorator under which operators are recorded, also inside of `no_grad`.

    Example::

        >>> x = torch.ones(2, requires_grad=True)
        >>> with torch.no_grad(), torch.enable_grad():
        ...     y = x * 2
        >>> y.requires_grad
        True
    """

    enabled = True


class set_grad_enabled(Mode):
    """Switches recording on or off: at once, and as a context until it is left.

    Args:
        mode: whether operators are recorded.

    Example::

        >>> with torch.set_grad_enabled(False):
        ...     torch.is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            kind = type(mode).__name__
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {kind}")
        self.before = modes.grad_enabled
        self.mode = mode
        _switch(mode)

    def __call__(self, function: F) -> F:
        """Decorates a function so that it runs under the mode."""
        _switch(self.before)  # as a decorator it changes nothing now
        return super().__call__(function)

    def __enter__(self) -> None:
        _switch(self.mode)

    def __exit__(self, *exception: Any) -> None:
        _switch(self.before)

    def clone(self) -> set_grad_enabled:
        """A new context of the same setting."""
        return type(self)(self.mode)

    def __repr__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


class inference_mode(Mode):
    """Context or decorator like `no_grad` whose results can never take part in differentiation.

    Args:
        mode: whether inference mode is on; False switches it and `no_grad` off inside of it.

    Example::

        >>> with torch.inference_mode():
        ...     y = torch.ones(2) * 2
        >>> y.is_inference()
        True
    """

    def __new__(cls, mode: Any = True) -> Any:
        """The context; for a function, as of a decorator without parentheses, that function under the mode."""
        found = object.__new__(cls)
        if isinstance(mode, bool):
            return found
        found.mode, found.before = True, []
        return found(mode)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self.before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self.before.append((modes.inference, modes.grad_enabled))
        _set_inference(self.mode)
        _switch(not self.mode)

    def __exit__(self, *exception: Any) -> None:
        inference, enabled = self.before.pop()
        _set_inference(inference)
        _switch(enabled)

    def clone(self) -> inference_mode:
        """A new context of the same setting."""
        return type(self)(self.mode)


def _set_inference(on: bool) -> None:
    """Switches inference mode; while it is on, every call takes the path that marks its results."""
    if on == modes.inference:
        return
    if on:
        hold_fast_paths()
    else:
        release_fast_paths()
    modes.inference = on
    modes.refresh()


class set_multithreading_enabled(Mode):
    """Says whether a backward pass may use several threads; rushlight's runs on the thread that calls it.

    Args:
        mode: remembered, and of no other effect.
    """

    def __init__(self, mode: bool) -> None:
        self.before = modes.multithreading
        self.mode = mode
        modes.multithreading = mode

    def __enter__(self) -> None:
        modes.multithreading = self.mode

    def __exit__(self, *exception: Any) -> None:
        modes.multithreading = self.before

    def clone(self) -> set_multithreading_enabled:
        """A new context of the same setting."""
        return type(self)(self.mode)


def is_grad_enabled() -> bool:
    """Whether operators are recorded in this thread.

    Example::

        >>> torch.is_grad_enabled()
        True
    """
    return modes.grad_enabled


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on in this thread.

    Example::

        >>> torch.is_inference_mode_enabled()
        False
    """
    return modes.inference
