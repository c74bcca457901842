"""Functions of the user's own with a derivative: `Function` and the context that its two halves share."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .._core.meta_array import MetaArray
from .._core.modes import CAREFUL, OFF, modes
from .._core.tensor_base import LEAF, TensorBase, extra_of, is_tensor, new, wrap, wrap_view
from .._declare.inplace import check_writable, set_history
from .._declare.tape import careful, keep, keep_result
from .._tape.node import Node, OutputEdge, edge_of, next_sequence
from .._tape.saved import Like, unpack, versions_of
from .grad_mode import no_grad


class FunctionCtx:
    """What ``forward`` leaves behind for ``backward``: the `ctx` argument of both.

    Any attribute may be set on it; tensors belong into `save_for_backward`.

    Attributes:
        needs_input_grad: for every argument of ``forward`` whether its gradient is wanted.
        materialize_grads: whether ``backward`` gets zeros for outputs without a gradient.
    """

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads = True
    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] | None = None
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps tensors for ``backward``, where ``ctx.saved_tensors`` gives them back.

        Args:
            tensors: inputs, outputs or intermediate results, or None.

        Raises:
            TypeError: something else than a tensor is given.
        """
        for index, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                error = TypeError(
                    "save_for_backward can only save variables, but argument "
                    f"{index} is of type {type(tensor).__name__}"
                )
                error.add_note("keep what is no tensor as an attribute: ctx.factor = factor")
                raise error
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keeps tensors for ``jvp``, where ``ctx.saved_tensors`` gives them back."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes "
                    "on "
                    "ctx."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Says which inputs ``forward`` has written to; each of them has to be returned."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Says which outputs have no derivative; ``backward`` gets zeros for them."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Says whether ``backward`` gets zeros (the default) or None for outputs without a gradient."""
        self.materialize_grads = value


class BackwardCFunction(FunctionCtx, Node):
    """The node of a `Function`, and the `ctx` that its methods get.

    Attributes:
        places: positions of the tensors among the arguments, one for each edge.
        outputs: shape, dtype and device of every output, None for what is no tensor.
    """

    handles_undefined = True
    runs_forward = False
    places: tuple[int, ...]
    outputs: tuple[Any, ...]
    _forward_cls: Any = None

    @classmethod
    def make(cls, args: tuple[Any, ...]) -> Any:
        """The context for one call."""
        node = new(cls)
        node.edges = ()
        node.saved = ()
        node.versions = None
        node.sequence = next_sequence()
        node.shape, node.dtype = (), None
        node._extra = None
        node.outputs = ()
        node.places = tuple(index for index, value in enumerate(args) if isinstance(value, TensorBase))
        node.needs_input_grad = tuple(isinstance(value, TensorBase) and value._edge is not None for value in args)
        return node

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors given to ``save_for_backward``; in ``jvp`` those given to ``save_for_forward``.

        Raises:
            RuntimeError: they have been freed, or written to since.
        """
        if self.runs_forward:
            return self.saved_for_forward or ()
        return tuple(unpack(self))

    @property
    def saved_variables(self) -> tuple[Any, ...]:
        """The old name of `saved_tensors`."""
        return self.saved_tensors

    def name(self) -> str:
        """The name of the node, ``CubeBackward`` for a function `Cube`."""
        return self.title

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{self.title} object at {id(self):#x}>"

    def apply(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """Calls the user's ``backward`` and checks what it returns."""
        return self._checked(self._backward_method()(self, *self._materialized(g)))

    def _backward_method(self) -> Callable[..., Any]:
        cls = self._forward_cls
        own, vjp = cls.backward is not Function.backward, cls.vjp is not Function.vjp
        if own and vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement "
                "one of them."
            )
        return cls.vjp if vjp else cls.backward  # type: ignore[no-any-return]

    def _materialized(self, g: Any) -> list[Any]:
        """The gradients of all outputs, zeros for those that have none."""
        grads = list(g) if self.dtype is None and g is not None else [g] * len(self.outputs)
        if not self.materialize_grads:
            return grads
        return [
            zeros_like(like) if gradient is None and like is not None else gradient
            for gradient, like in zip(grads, self.outputs)
        ]

    def _checked(self, found: Any) -> tuple[Any, ...]:
        """The gradients of the tensors among the arguments."""
        grads = found if isinstance(found, tuple) else (found,)
        count = len(self.needs_input_grad)
        if len(grads) < count or any(gradient is not None for gradient in grads[count:]):
            error = RuntimeError(
                f"function {self.title} returned an incorrect number of gradients (expected {count}, got {len(grads)})"
            )
            error.add_note("backward returns one gradient for each argument of forward, None for those without one")
            raise error
        for position, gradient in enumerate(grads[:count]):
            if gradient is None:
                continue
            if position not in self.places:
                raise RuntimeError(
                    f"function {self.title} returned a gradient different than None at position {position + 1}, but "
                    "the "
                    "corresponding forward input was not a Variable"
                )
            if not isinstance(gradient, TensorBase):
                raise RuntimeError(f"expected Variable or None (got {type(gradient).__name__})")
        return tuple(grads[position] for position in self.places)


def zeros_like(like: Like) -> Any:
    """Zeros of the shape, dtype and device that are remembered of a tensor."""
    return wrap(MetaArray.empty(like.shape, like.element) if like.meta else np.zeros(like.shape, like.element))


class FunctionMeta(type):
    """Gives every `Function` a class of nodes of its own, named after it."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        title = f"{name}Backward"
        cls._backward_cls = type(
            title,
            (BackwardCFunction,),
            {"_forward_cls": cls, "title": title, "__module__": "torch.autograd.function", "__doc__": cls.__doc__},
        )


class Function(FunctionCtx, metaclass=FunctionMeta):
    """A function of your own with a derivative: a subclass with static ``forward`` and ``backward``, used by ``apply``.

    ``forward(ctx, *args)`` computes and keeps what ``backward(ctx, *grads)`` needs in `ctx`; ``backward`` returns one
    gradient for each argument. With a third method ``setup_context(ctx, inputs, output)``, ``forward`` gets no `ctx`.

    Example::

        >>> class Cube(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x**3
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         (x,) = ctx.saved_tensors
        ...         return grad * 3 * x**2
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> Cube.apply(x).sum().backward()
        >>> x.grad
        tensor([ 3., 12.])
    """

    generate_vmap_rule = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Raises: a `Function` is used by ``apply``."""
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the outputs; to be overridden."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Keeps in `ctx` what ``backward`` needs, where ``forward`` gets no `ctx`; to be overridden."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of the arguments, given those of the outputs; to be overridden."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The tangents of the outputs, given those of the arguments; to be overridden for forward mode."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        """The outputs for a batch of arguments and their batch dimensions; to be overridden for `vmap`."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Runs ``forward`` and records it as one node.

        Args:
            args: the arguments of ``forward`` after `ctx`; gradients flow to tensors given directly, not inside lists.
        """
        if cls.setup_context is not Function.setup_context:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        for value in args:
            transform = getattr(type(value), "_transform_function", None)
            if transform is not None:
                return transform(cls, args, kwargs)
        return run(cls, args, kwargs)


def run(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Runs a `Function` on plain tensors, or on wrappers as if they were plain."""
    return run_with_context(cls, args, kwargs)[0]


def run_with_context(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """What `run` returns, and the context."""
    ctx = cls._backward_cls.make(args)
    edges = tuple(edge_of(args[place]) for place in ctx.places)
    recorded = modes.record != OFF and any(edge is not None for edge in edges)
    with no_grad():
        output = call_forward(cls, ctx, args, kwargs)
        values = output if isinstance(output, tuple) else (output,)
        _check_dirty(ctx, values)
        owned = tuple(_own(ctx, value, args, len(values) > 1) for value in values)
        if ctx.non_differentiable:  # what stands for a tensor that was marked is marked too
            pairs = zip(values, owned, strict=True)
            ctx.non_differentiable += tuple(own for value, own in pairs if _among(value, ctx.non_differentiable))
        values = owned
    if recorded:
        _record(ctx, edges, values)
    ctx.to_save = ctx.dirty_tensors = ctx.non_differentiable = ()  # they may hold outputs, which refer to ctx
    return (values if isinstance(output, tuple) else values[0]), ctx


def call_forward(cls: Any, ctx: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Calls ``forward`` in either of its styles."""
    if cls.setup_context is Function.setup_context:
        return cls.forward(ctx, *args, **kwargs)
    output = cls.forward(*args, **kwargs)
    cls.setup_context(ctx, args, output)
    return output


def _among(value: Any, values: tuple[Any, ...]) -> bool:
    return any(value is known for known in values)


def _check_dirty(ctx: Any, values: tuple[Any, ...]) -> None:
    for tensor in ctx.dirty_tensors:
        if not _among(tensor, values):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )


def _own(ctx: Any, value: Any, args: tuple[Any, ...], several: bool) -> Any:
    """An output that can have a history of its own: an input that is returned as it is becomes a view of itself."""
    if not isinstance(value, TensorBase) or _among(value, ctx.dirty_tensors):
        return value
    if _among(value, args):
        value = wrap_view(value, value._array)
    if value._base is not None:
        extra_of(value).creation = "multi_output" if several else "function"
    return value


def _record(ctx: Any, edges: tuple[Any, ...], values: tuple[Any, ...]) -> None:
    """Makes a context the node of the outputs, and keeps what ``forward`` wanted to save."""
    ctx.edges = edges
    ctx.outputs = tuple(Like(value) if isinstance(value, TensorBase) else None for value in values)
    several = len(values) > 1
    shapes = [((), None) if like is None else (tuple(like.shape), like.element) for like in ctx.outputs]
    ctx.shape, ctx.dtype = (shapes, None) if several else shapes[0]
    made: dict[int, int | None] = {}
    for number, value in enumerate(values):
        if not isinstance(value, TensorBase) or _among(value, ctx.non_differentiable):
            continue
        if value._array.dtype.kind not in "fcV":
            continue
        made[id(value)] = number if several else None
        if _among(value, ctx.dirty_tensors):
            _check_overwritten(value, several)
            set_history(value, OutputEdge(ctx, number) if several else ctx)
        else:
            value._edge = OutputEdge(ctx, number) if several else ctx
    ctx.saved = tuple(
        value if value is None else keep_result(value, made[id(value)]) if id(value) in made else keep(value)
        for value in ctx.to_save
    )
    ctx.versions = versions_of(ctx.saved)
    if modes.record == CAREFUL:
        careful(ctx)


def _check_overwritten(tensor: Any, several: bool) -> None:
    """Raises torch's error for an input that ``forward`` has written to and must not."""
    if several and tensor._base is not None:
        raise NotImplementedError(
            "a Function with several outputs cannot write to an input that is a view: clone the input first"
        )
    if tensor._edge is LEAF and tensor._base is None:
        raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
    check_writable(tensor, True)


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a ``backward`` that cannot itself be differentiated, for example because it computes with NumPy.

    Example::

        >>> class Double(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return x * 2
        ...     @staticmethod
        ...     @torch.autograd.function.once_differentiable
        ...     def backward(ctx, grad):
        ...         return grad * 2
    """

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = fn(ctx, *args)
        if modes.record == OFF or not any(isinstance(arg, TensorBase) and arg._edge is not None for arg in args):
            return outputs
        several = isinstance(outputs, tuple)
        guarded = tuple(_guarded(value) for value in (outputs if several else (outputs,)))
        return guarded if several else guarded[0]

    return wrapper


class Error(Node):
    """The history of a gradient that cannot be differentiated."""

    __slots__ = ()
    title = "Error"

    def apply(self, g: Any, edges: tuple[Any, ...]) -> tuple[Any, ...]:
        """Raises the error that was put off until somebody wants the gradient."""
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def _guarded(value: Any) -> Any:
    """A gradient that counts as recorded and raises when it is differentiated."""
    if not is_tensor(value):
        return value
    value = value.detach()
    origin = value.detach()
    origin._edge = LEAF
    node = new(Error)
    node.edges = (origin,)
    node.sequence = next_sequence()
    node.shape, node.dtype = value._array.shape, value._array.dtype
    node.saved, node.versions, node._extra = (), None, None
    value._edge = node
    return value


class InplaceFunction(Function):
    """A `Function` that can be made for in-place use; kept for old programs.

    Args:
        inplace: remembered as an attribute.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace
