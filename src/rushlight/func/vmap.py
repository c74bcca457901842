"""`vmap`: a function of one example turned into a function of a batch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .._core.tensor_base import TensorBase, is_tensor
from .._ops.joining import cat
from ..autograd.batching import BatchLevel
from ..autograd.trees import TreeSpec, flatten, spread, unflatten


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """A function that applies `func` to every example of a batch, all at once.

    Inside of `func` tensors look like one example; operators on them run on the whole batch.

    Args:
        func: takes and returns tensors, possibly in nested dicts, lists and tuples.
        in_dims: for each argument the dimension that counts the examples, None for one that is the same for all; one
            value for all arguments, or a tuple, nested as the arguments are.
        out_dims: where that dimension goes in the results.
        randomness: what random operators do: ``"error"``, ``"same"`` for all examples, or ``"different"``.
        chunk_size: the number of examples at a time; all by default.

    Raises:
        ValueError: the arguments do not fit `in_dims` or one another, or a result is no tensor.

    Example::

        >>> torch.vmap(torch.dot)(torch.ones(2, 3), torch.ones(2, 3))
        tensor([3., 3.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def batched(*args: Any, **kwargs: Any) -> Any:
        size, leaves, dims, spec = _take_inputs(func, in_dims, args)
        if chunk_size is None or chunk_size >= size:
            return _run(func, randomness, size, leaves, dims, spec, out_dims, kwargs)
        return _run_chunks(func, randomness, size, leaves, dims, spec, out_dims, kwargs, chunk_size)

    return batched


def _name(func: Any) -> str:
    return getattr(func, "__name__", repr(func))


def _take_inputs(func: Any, in_dims: Any, args: tuple[Any, ...]) -> tuple[int, list[Any], list[Any], TreeSpec]:
    """The number of examples, and for each leaf of the arguments the dimension that counts them."""
    start = f"vmap({_name(func)}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{start}expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            "got: "
            f"{type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({_name(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap "
            "over a function with no inputs. The latter is unsupported."
        )
    leaves, spec = flatten(args)
    dims = spread(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"{start}in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{flatten(in_dims)[1]} but inputs has structure {spec}."
        )
    wrapped = [_checked_dim(start, leaf, dim) for leaf, dim in zip(leaves, dims)]
    sizes = [leaf.shape[dim] for leaf, dim in zip(leaves, wrapped) if dim is not None]
    if not sizes:
        raise ValueError("vmap: at least one tensor must be mapped: every in_dim is None")
    if any(size != sizes[0] for size in sizes):
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return sizes[0], leaves, wrapped, spec


def _checked_dim(start: str, leaf: Any, dim: Any) -> int | None:
    if dim is None:
        return None
    if not isinstance(dim, int):
        raise ValueError(
            f"{start}Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
        )
    if not isinstance(leaf, TensorBase):
        raise ValueError(
            f"{start}Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
            "non-Tensor "
            "arguments, please use None as the respective in_dim"
        )
    ndim = leaf._array.ndim
    if not -ndim <= dim < ndim:
        raise ValueError(
            f"{start}Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {ndim} so expected "
            f"in_dim to satisfy -{ndim} <= in_dim < {ndim}."
        )
    return dim + ndim if dim < 0 else dim


def _run(
    func: Any, randomness: str, size: int, leaves: Sequence[Any], dims: Sequence[Any], spec: TreeSpec, out_dims: Any,
    kwargs: Any,
) -> Any:  # fmt: skip
    with BatchLevel(size, randomness) as level:
        examples = [
            leaf if dim is None else level.wrap(leaf.movedim(dim, 0) if dim else leaf, True)
            for leaf, dim in zip(leaves, dims)
        ]
        found = func(*unflatten(examples, spec), **kwargs)
        outputs, out_spec = flatten(found)
        targets = _out_dims(func, out_dims, found, out_spec)
        return unflatten([_take_output(func, level, output, dim) for output, dim in zip(outputs, targets)], out_spec)


def _out_dims(func: Any, out_dims: Any, found: Any, spec: TreeSpec) -> list[Any]:
    """For each leaf of the results where its batch dimension goes."""
    if isinstance(out_dims, int) or out_dims is None:
        return [out_dims] * spec.num_leaves
    if isinstance(found, TensorBase) and isinstance(out_dims, tuple) and len(out_dims) == 1:
        return [out_dims[0]]
    dims = spread(out_dims, spec)
    if dims is None or not all(dim is None or isinstance(dim, int) for dim in dims):
        raise ValueError(
            f"vmap({_name(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure "
            "of "
            f"`outputs`. out_dims has structure {flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    return dims


def _take_output(func: Any, level: BatchLevel, output: Any, dim: int | None) -> Any:
    """A result with its batch dimension in place."""
    if not is_tensor(output):
        if dim is None:
            return output
        raise ValueError(
            f"vmap({_name(func)}, ...): `{_name(func)}` must only return Tensors, got type {type(output)}. Did you "
            "mean "
            "to set out_dims= to None for output?"
        )
    batched = level.owns(output) and output.batched
    if dim is None:
        if batched:
            raise ValueError(
                f"vmap({_name(func)}, ...): `{_name(func)}` can not return a BatchedTensor when out_dim is None"
            )
        return output.value if level.owns(output) else output
    value = level.full(output)
    return value.movedim(0, dim) if dim else value


def _run_chunks(
    func: Any, randomness: str, size: int, leaves: Sequence[Any], dims: Sequence[Any], spec: TreeSpec, out_dims: Any,
    kwargs: Any, chunk_size: int,
) -> Any:  # fmt: skip
    """A few examples at a time."""
    parts: list[list[Any]] = []
    for start in range(0, size, chunk_size):
        count = min(chunk_size, size - start)
        chunk = [leaf if dim is None else leaf.narrow(dim, start, count) for leaf, dim in zip(leaves, dims)]
        outputs, out_spec = flatten(_run(func, randomness, count, chunk, dims, spec, out_dims, kwargs))
        parts.append(outputs)
    targets = _out_dims(func, out_dims, unflatten(parts[0], out_spec), out_spec)
    joined = [part[0] if dim is None else cat(part, dim) for part, dim in zip(map(list, zip(*parts)), targets)]
    return unflatten(joined, out_spec)
