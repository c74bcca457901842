"""Whole Jacobians and Hessians, from as many products with a Jacobian as it has rows or columns, all at once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from .._core.tensor_base import TensorBase
from .._ops.creation import eye
from ..autograd.trees import flatten, unflatten
from .derivatives import _pick, jvp, vjp
from .vmap import vmap


def jacrev(
    func: Callable[..., Any],
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """A function that gives the Jacobian of `func`, row by row in reverse mode: for more inputs than outputs.

    Args:
        func: takes and returns tensors, possibly in nested dicts, lists and tuples.
        argnums: with respect to which argument, or tuple of arguments.
        has_aux: whether `func` returns a pair of what is differentiated and anything else.
        chunk_size: the number of rows at a time; all by default.

    Returns:
        a function whose result is nested as the outputs are, and inside of that as the arguments are; each tensor has
        the shape of the output followed by that of the input.

    Example::

        >>> torch.func.jacrev(lambda x: x**2)(torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        places = _pick(args, argnums)
        chosen = tuple(args[place] for place in places)
        _check_tensors("jacrev(f)(*args): Expected args to be only tensors", flatten(chosen)[0])
        partial = _partial(func, args, places, kwargs)
        found = vjp(partial, *chosen, has_aux=has_aux)
        output, pull = found[:2]
        outputs, out_spec = flatten(output)
        _check_tensors("jacrev(f)(*args): Expected f(*args) to return only tensors", outputs)
        inputs, in_spec = flatten(chosen)
        basis = _standard_basis(outputs)
        rows = vmap(lambda *vectors: pull(unflatten(vectors, out_spec)), chunk_size=chunk_size)(*basis)
        grads = flatten(rows)[0]
        blocks = []
        start = 0
        for result in outputs:
            count = prod(result.shape)
            inside = [
                gradient.narrow(0, start, count).reshape((*result.shape, *value.shape))
                for gradient, value in zip(grads, inputs)
            ]
            start += count
            blocks.append(_as_arguments(unflatten(inside, in_spec), argnums))
        jacobian = unflatten(blocks, out_spec)
        return (jacobian, found[2]) if has_aux else jacobian

    return wrapper


def jacfwd(
    func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """A function that gives the Jacobian of `func`, column by column in forward mode: for more outputs than inputs.

    Args:
        func: takes and returns tensors, possibly in nested dicts, lists and tuples.
        argnums: with respect to which argument, or tuple of arguments.
        has_aux: whether `func` returns a pair of what is differentiated and anything else.
        randomness: as for `vmap`.

    Returns:
        a function whose result is as that of `jacrev`.

    Example::

        >>> torch.func.jacfwd(lambda x: x**2)(torch.tensor([1.0, 2.0]))
        tensor([[2., 0.],
                [0., 4.]])
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        places = _pick(args, argnums)
        chosen = tuple(args[place] for place in places)
        inputs, in_spec = flatten(chosen)
        _check_tensors("jacfwd(f)(*args): Expected args to be only tensors", inputs)
        partial = _partial(func, args, places, kwargs)

        def push(*vectors: Any) -> Any:
            found = jvp(partial, chosen, unflatten(vectors, in_spec), has_aux=has_aux)
            return found[1:] if has_aux else found[1]

        found = vmap(push, out_dims=(0, None) if has_aux else 0, randomness=randomness)(*_standard_basis(inputs))
        columns, aux = found if has_aux else (found, None)
        changes, out_spec = flatten(columns)
        blocks = []
        for change in changes:
            start = 0
            inside = []
            for value in inputs:
                count = prod(value.shape)
                part = change.narrow(0, start, count).movedim(0, -1)
                inside.append(part.reshape((*change.shape[1:], *value.shape)))
                start += count
            blocks.append(_as_arguments(unflatten(inside, in_spec), argnums))
        jacobian = unflatten(blocks, out_spec)
        return (jacobian, aux) if has_aux else jacobian

    return wrapper


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """A function that gives the matrix of second derivatives of `func`, in forward over reverse mode.

    Args:
        func: takes and returns tensors, possibly in nested dicts, lists and tuples.
        argnums: with respect to which argument, or tuple of arguments.

    Example::

        >>> torch.func.hessian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


def _partial(func: Any, args: tuple[Any, ...], places: Sequence[int], kwargs: Any) -> Callable[..., Any]:
    """`func` as a function of some of its arguments alone."""

    def partial(*chosen: Any) -> Any:
        changed = list(args)
        for place, value in zip(places, chosen):
            changed[place] = value
        return func(*changed, **kwargs)

    return partial


def _as_arguments(found: tuple[Any, ...], argnums: Any) -> Any:
    return found[0] if isinstance(argnums, int) else found


def _check_tensors(start: str, values: Sequence[Any]) -> None:
    for value in values:
        if not isinstance(value, TensorBase):
            raise RuntimeError(f"{start}, got unsupported type {type(value)}")


def _standard_basis(tensors: Sequence[Any]) -> list[Any]:
    """For each tensor the part of all unit vectors of their joint space that lies in it, one after the other."""
    total = sum(prod(tensor.shape) for tensor in tensors)
    found, start = [], 0
    for tensor in tensors:
        count = prod(tensor.shape)
        unit = eye(total, dtype=tensor.dtype).narrow(1, start, count)
        found.append(unit.reshape((total, *tensor.shape)))
        start += count
    return found
