"""Derivatives as functions of functions: `grad`, `vjp`, `jvp` and their kin."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .._core.dtypes import of_numpy
from .._core.modes import modes
from .._core.tensor_base import LEAF, TensorBase
from .._ops.slices import alias
from .._tape.node import Node, OutputEdge, edge_of
from .._tape.saved import without_history
from ..autograd.api import grad as autograd_grad
from ..autograd.duals import DualLevel, DualMethods
from ..autograd.grad_mode import enable_grad
from ..autograd.levels import Transform, current_level
from ..autograd.trees import flatten, map_tree, unflatten


def track(tensor: Any) -> Any:
    """Another tensor of the same values, with respect to which the gradient of what follows can be taken."""
    if not isinstance(tensor, TensorBase):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(tensor)}")
    if tensor._array.dtype.kind not in "fcV":
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    level = current_level()
    if level is not None and not level.owns(tensor):
        tensor = level.lift(tensor)
    if tensor._edge is not None:
        return alias(tensor)
    tracked = without_history(tensor)
    tracked._edge = LEAF
    return tracked


def release(tree: Any, tracked: Sequence[Any]) -> Any:
    """The tensors of a tree without the history that `track` began, where they have no other."""

    def cut(leaf: Any) -> Any:
        if not isinstance(leaf, TensorBase) or leaf._edge is None or depends_on_others((leaf,), tracked):
            return leaf
        return without_history(leaf)

    return map_tree(cut, tree)


def depends_on_others(tensors: Sequence[Any], tracked: Sequence[Any]) -> bool:
    """Whether the history of some tensors goes back to more than what is tracked in this transform."""
    own = {id(tensor) for tensor in tracked if tensor._edge is LEAF}
    pending = [edge_of(tensor) for tensor in tensors]
    seen: set[Node] = set()
    while pending:
        edge = pending.pop()
        if edge is None:
            continue
        if not isinstance(edge, (Node, OutputEdge)):
            if id(edge) not in own:
                return True
            continue
        node = edge if isinstance(edge, Node) else edge.node
        if node not in seen:
            seen.add(node)
            pending.extend(node.edges)
    return False


def _pick(args: tuple[Any, ...], argnums: Any) -> list[int]:
    """Which positional arguments `argnums` names."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    if argnums == ():
        raise RuntimeError("argnums must be non-empty, got argnums=().")
    wrapped = []
    for number in (argnums,) if isinstance(argnums, int) else argnums:
        if not isinstance(number, int):
            raise RuntimeError(f"argnum must be int, got: {type(number)}")
        if not -len(args) <= number < len(args):
            raise RuntimeError(f"Got argnum={number}, but only {len(args)} positional inputs")
        wrapped.append(number % len(args))
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError(f"argnums elements must be unique, got argnums={argnums}")
    return wrapped


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of `func`, and its value.

    Args:
        func: returns a tensor of one element, or with `has_aux` a pair of that and anything else.
        argnums: with respect to which argument, or tuple of arguments (which may be nested dicts, lists and tuples).
        has_aux: whether `func` returns more than what is differentiated.

    Returns:
        a function whose result is ``(gradient, value)``, or ``(gradient, (value, aux))``.

    Example::

        >>> torch.func.grad_and_value(lambda x: x**2)(torch.tensor(3.0))
        (tensor(6.), tensor(9.))
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        outer = modes.grad_enabled
        places = _pick(args, argnums)
        chosen = tuple(args[place] for place in places)
        with Transform(), enable_grad():
            leaves, spec = flatten(chosen)
            tracked = [track(leaf) for leaf in leaves]
            changed = list(args)
            for place, value in zip(places, unflatten(tracked, spec)):
                changed[place] = value
            value = func(*changed, **kwargs)
            aux = None
            if has_aux:
                if not (isinstance(value, tuple) and len(value) == 2):
                    raise RuntimeError(
                        "grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if has_aux is "
                        "True"
                    )
                value, aux = value
            _check_value(value)
        keep = outer and depends_on_others((value,), tracked)
        grads = _gradients((value,), tracked, None, keep, keep)
        found = unflatten(grads, spec)
        gradient = found[0] if isinstance(argnums, int) else found
        value = release(value, tracked)
        return (gradient, (value, release(aux, tracked))) if has_aux else (gradient, value)

    return wrapper


def _check_value(value: Any) -> None:
    start = "grad_and_value(f)(*args): Expected f(*args) to return a "
    if not isinstance(value, TensorBase):
        raise RuntimeError(f"{start}Tensor, got {type(value)}")
    if value._array.ndim:
        raise RuntimeError(
            f"{start}scalar Tensor, got tensor with {value._array.ndim} dims. Maybe you wanted to use the vjp or "
            "jacrev "
            "APIs instead?"
        )


def _gradients(
    outputs: Sequence[Any], tracked: Sequence[Any], vectors: Sequence[Any] | None, keep: bool, create: bool
) -> list[Any]:
    """The gradients with respect to tracked tensors, zeros for those that the outputs do not depend on."""
    pairs = [
        (output, None if vectors is None else vectors[index])
        for index, output in enumerate(outputs)
        if output._edge is not None
    ]
    if not pairs:
        return [tensor.new_zeros(tensor.shape) for tensor in tracked]
    return list(
        autograd_grad(
            [output for output, _ in pairs],
            list(tracked),
            [vector for _, vector in pairs],
            retain_graph=keep,
            create_graph=create,
            materialize_grads=True,
        )
    )


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of `func`; it can be differentiated, and mapped with `vmap`, in turn.

    Args:
        func: returns a tensor of one element, or with `has_aux` a pair of that and anything else.
        argnums: with respect to which argument, or tuple of arguments (which may be nested dicts, lists and tuples).
        has_aux: whether `func` returns more than what is differentiated; the result is then ``(gradient, aux)``.

    Raises:
        RuntimeError: `func` returns no tensor, or one of more than one element.

    Example::

        >>> torch.func.grad(torch.func.grad(torch.sin))(torch.tensor(0.5))
        tensor(-0.4794)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of `func`, and the function that multiplies a vector with its Jacobian from the left.

    Args:
        func: takes `primals`, and returns tensors in nested dicts, lists and tuples.
        primals: the point of differentiation.
        has_aux: whether `func` returns a pair of what is differentiated and anything else.

    Returns:
        ``(output, vjp_fn)`` or ``(output, vjp_fn, aux)``; ``vjp_fn(cotangents)`` gives a tuple with the gradient of
        each primal.

    Example::

        >>> output, vjp_fn = torch.func.vjp(torch.sin, torch.zeros(2))
        >>> vjp_fn(torch.ones(2))
        (tensor([1., 1.]),)
    """
    outer = modes.grad_enabled
    with Transform(), enable_grad():
        leaves, spec = flatten(primals)
        tracked = [track(leaf) for leaf in leaves]
        found = func(*unflatten(tracked, spec))
    aux = None
    if has_aux:
        if not (isinstance(found, tuple) and len(found) == 2):
            raise RuntimeError(
                "vjp(f, *primals): output of function f should be a tuple: (output, aux) if has_aux is True"
            )
        found, aux = found
    outputs, out_spec = flatten(found)
    for output in outputs:
        if not isinstance(output, TensorBase):
            raise RuntimeError(
                f"vjp(f, *primals): Expected f(*primals) to return only tensors, got unsupported type {type(output)}"
            )
    keep = outer and depends_on_others(outputs, tracked)

    def vjp_fn(*cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> tuple[Any, ...]:
        vectors, given = flatten(cotangents[0] if len(cotangents) == 1 else cotangents)
        if given != out_spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                "function. "
                f"cotangents: {_sketch(given)}, primal output: {_sketch(out_spec)}"
            )
        create = keep if create_graph is None else create_graph
        tracks = modes.grad_enabled and any(vector._edge is not None for vector in vectors)
        grads = _gradients(outputs, tracked, vectors, retain_graph, modes.grad_enabled and (create or tracks))
        found = unflatten(grads, spec)
        return found

    released = release(found, tracked)
    return (released, vjp_fn, release(aux, tracked)) if has_aux else (released, vjp_fn)


def _sketch(spec: Any) -> str:
    """A structure as error messages show it: ``(*, *)``."""
    if spec.kind is None:
        return "*"
    inside = ", ".join(map(_sketch, spec.children))
    if spec.kind is dict:
        return "{" + ", ".join(f"{key!r}: {_sketch(child)}" for key, child in zip(spec.context, spec.children)) + "}"
    return f"[{inside}]" if spec.kind is list else f"({inside})"


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """The value of `func`, and its Jacobian times a vector, in one forward pass.

    Args:
        func: takes `primals`, and returns tensors in nested dicts, lists and tuples.
        primals: tuple of arguments.
        tangents: tuple of the same structure and shapes.
        strict: whether an output that does not depend on the inputs is an error.
        has_aux: whether `func` returns a pair of what is differentiated and anything else.

    Returns:
        ``(output, tangents)`` or ``(output, tangents, aux)``.

    Example::

        >>> torch.func.jvp(torch.sin, (torch.zeros(2),), (torch.ones(2),))
        (tensor([0., 0.]), tensor([1., 1.]))
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    leaves, spec = flatten(primals)
    moves, given = flatten(tangents)
    if given != spec:
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals and tangents to have the same python structure. For example, "
            "if "
            f"primals is a tuple of 3 tensors, tangents also must be. Got primals with structure {spec} and tangents "
            f"with structure {given}"
        )
    with DualLevel() as level:
        duals = [_dual(level, leaf, move) for leaf, move in zip(leaves, moves)]
        found = func(*unflatten(duals, spec))
        aux = None
        if has_aux:
            if not (isinstance(found, tuple) and len(found) == 2):
                raise RuntimeError(
                    "jvp(f, primals, tangents): output of function f should be a tuple: (output, aux) if has_aux is "
                    "True"
                )
            found, aux = found
        outputs, out_spec = flatten(found)
        values, changes = [], []
        for output in outputs:
            if not isinstance(output, TensorBase):
                raise RuntimeError(
                    "jvp(f, primals, tangents): Expected f(*primals) to return only tensors, got unsupported type "
                    f"{type(output)}"
                )
            value, change = _parts(level, output)
            if change is None:
                if strict:
                    raise RuntimeError(
                        "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is "
                        "not allowed with strict=True."
                    )
                change = value.new_zeros(value.shape)
            values.append(value)
            changes.append(change)
        result = unflatten(values, out_spec), unflatten(changes, out_spec)
        return (*result, map_tree(lambda leaf: _parts(level, leaf)[0], aux)) if has_aux else result


def _dual(level: DualLevel, primal: Any, tangent: Any) -> Any:
    for value in (primal, tangent):
        if not isinstance(value, TensorBase):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(value)}")
    if primal._array.shape != tangent._array.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(primal._array.shape)} while the given forward gradient is of size "
            f"{list(tangent._array.shape)}."
        )
    if tangent._array.dtype != primal._array.dtype:
        tangent = tangent.to(of_numpy(primal._array.dtype))
    return level.wrap(primal, tangent)


def _parts(level: DualLevel, value: Any) -> tuple[Any, Any]:
    """A tensor one level down, and its tangent."""
    if isinstance(value, DualMethods) and level.owns(value):
        return value.primal, value.tangent
    return value, None


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The value of `func`, and its derivative at this point as a linear function of tangents.

    Args:
        func: takes `primals`, and returns tensors in nested dicts, lists and tuples; it runs again for each tangent.
        primals: the point of differentiation.

    Example::

        >>> output, tangent_fn = torch.func.linearize(torch.sin, torch.zeros(2))
        >>> tangent_fn(torch.ones(2))
        tensor([1., 1.])
    """
    output = func(*primals)

    def tangent_fn(*tangents: Any) -> Any:
        return jvp(func, primals, tangents)[1]

    return output, tangent_fn
