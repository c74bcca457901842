"""Modules as functions of their parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._core.tensor_base import TensorBase
from .._ops.joining import stack


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Calls a module with other tensors in the place of its parameters and buffers.

    Args:
        module: the module; its own parameters are the same afterwards.
        parameter_and_buffer_dicts: tensors by name (``"0.weight"``), or several such dicts.
        args: the arguments of the call, a tuple or a single one.
        kwargs: its keyword arguments.
        tie_weights: whether a name also replaces the same parameter under its other names.
        strict: whether all parameters and buffers have to be given, and no others.

    Example::

        >>> layer = torch.nn.Linear(2, 1)
        >>> new = {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}
        >>> torch.func.functional_call(layer, new, torch.ones(1, 2))
        tensor([[2.]])
    """
    if isinstance(parameter_and_buffer_dicts, dict):
        given = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, Sequence):
        given = _merged(parameter_and_buffer_dicts)
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    return call_with_state(module, given, args, kwargs, tie_weights, strict)


def _merged(parts: Sequence[Any]) -> dict[str, Any]:
    if not all(isinstance(part, dict) for part in parts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    merged: dict[str, Any] = {}
    for part in parts:
        repeated = merged.keys() & part.keys()
        if repeated:
            raise ValueError(
                f"{sorted(repeated)} appeared in multiple dictionaries; behavior of functional call is ambiguous"
            )
        merged.update(part)
    return merged


def call_with_state(
    module: Any, given: dict[str, Any], args: Any, kwargs: Mapping[str, Any] | None, tie_weights: bool, strict: bool
) -> Any:
    """`functional_call` with one dictionary, into which values go that the module itself replaces."""
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    owned = {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
    values = _with_ties(owned, given) if tie_weights else given
    if strict:
        _check_names(module, owned, values)
    swapped: list[tuple[str, Any, str, Any]] = []
    try:
        for name, value in values.items():
            holder, key = _holder(module, name)
            swapped.append((name, holder, key, _swap(holder, key, value)))
        return module(*arguments, **({} if kwargs is None else kwargs))
    finally:
        for name, holder, key, before in reversed(swapped):
            replaced = _swap(holder, key, before)
            if name in given and replaced is not given[name]:
                given[name] = replaced


def _with_ties(owned: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The given tensors, and under every other name of what they replace once more."""
    names_of: dict[int, list[str]] = {}
    for name, value in owned.items():
        names_of.setdefault(id(value), []).append(name)
    values = dict(given)
    for names in names_of.values():
        named = [name for name in names if name in given]
        if not named:
            continue
        if any(given[name] is not given[named[0]] for name in named):
            raise ValueError(
                f"functional_call got multiple values for keys {named}, which are tied. Consider using "
                "tie_weights=False"
            )
        values.update(dict.fromkeys(names, given[named[0]]))
    return values


def _check_names(module: Any, owned: dict[str, Any], values: dict[str, Any]) -> None:
    reasons = []
    for kind, names in (("Unexpected", values.keys() - owned.keys()), ("Missing", owned.keys() - values.keys())):
        if names:
            reasons.append(f"{kind} key(s): {', '.join(map(repr, sorted(names)))}.")
    if reasons:
        raise RuntimeError(f"Error(s) in reparametrizing for {module._get_name()}:\n\t" + "\n\t".join(reasons))


def _holder(module: Any, name: str) -> tuple[Any, str]:
    """The module that a dotted name leads to, and the last part of the name."""
    *path, key = name.split(".")
    holder = module
    for place, part in enumerate(path):
        if not hasattr(holder, part):
            raise AttributeError(f"{holder._get_name()} has no attribute `{part}`")
        holder = getattr(holder, part)
        if not hasattr(holder, "_parameters"):
            raise TypeError(
                f"submodule `{'.'.join(path[: place + 1])}`: {holder} is not an instance of torch.nn.Module"
            )
    return holder, key


_ABSENT: Any = object()
"""Stands for the value of an attribute that is not there."""


def _swap(holder: Any, key: str, value: Any) -> Any:
    """Puts a tensor in the place of a parameter, a buffer or an attribute, and gives what was there."""
    if key == "":
        raise KeyError('tensor name can\'t be empty string ""')
    if value is not None and value is not _ABSENT and not isinstance(value, TensorBase):
        raise TypeError(f"{value} is not an instance of torch.Tensor")
    for table in (holder._parameters, holder._buffers):
        if key in table:
            before, table[key] = table[key], value
            return before
    before = getattr(holder, key, _ABSENT)
    if before is not _ABSENT and before is not None and not isinstance(before, TensorBase):
        raise TypeError(f"attribute `{key}`: {before} is not an instance of torch.Tensor")
    if value is _ABSENT:
        delattr(holder, key)
    else:
        setattr(holder, key, value)
    return before


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and buffers of several modules of one structure, stacked, for an ensemble under `vmap`.

    Args:
        models: modules of one class, all in training or all in evaluation mode.

    Returns:
        ``(params, buffers)``, dicts of tensors with one dimension more in front.

    Raises:
        RuntimeError: there are none, or they differ in class or mode.
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(model.training for model in models) or all(not model.training for model in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    params = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return _stacked(params), _stacked(buffers)


def _stacked(tables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = {}
    for name, first in tables[0].items():
        tensors = [table[name] for table in tables]
        leaf = first._edge is not None and first.is_leaf
        joined = stack([tensor.detach() for tensor in tensors] if leaf else tensors)
        found[name] = joined.requires_grad_() if leaf else joined
    return found
