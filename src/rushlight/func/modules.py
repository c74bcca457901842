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
    if isinstance(parameter_and_buffer_dicts, Mapping):
        given = dict(parameter_and_buffer_dicts)
    elif isinstance(parameter_and_buffer_dicts, Sequence):
        given = {}
        for part in parameter_and_buffer_dicts:
            repeated = given.keys() & part.keys()
            if repeated:
                name = sorted(repeated)[0]
                raise ValueError(
                    f"{[name]} appeared in multiple dictionaries; behavior of functional call is ambiguous"
                )
            given.update(part)
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got "
            f"{type(parameter_and_buffer_dicts)}"
        )
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    places = _places(module, given, tie_weights, strict)
    before = [(table, key, table[key]) for table, key, _ in places]
    try:
        for table, key, value in places:
            table[key] = value
        return module(*arguments, **(kwargs or {}))
    finally:
        for table, key, value in before:
            table[key] = value


def _places(module: Any, given: dict[str, Any], tie_weights: bool, strict: bool) -> list[tuple[Any, str, Any]]:
    """Where each tensor goes: a module's table of parameters or buffers, the name in it, and the tensor."""
    tables: dict[str, tuple[Any, str]] = {}
    for prefix, part in module.named_modules(remove_duplicate=False):
        for table in (part._parameters, part._buffers):
            for key in table:
                tables[f"{prefix}.{key}" if prefix else key] = (table, key)
    unknown = [name for name in given if name not in tables]
    missing = [name for name, (table, key) in tables.items() if name not in given and table[key] is not None]
    if strict and (unknown or missing):
        reasons = []
        if unknown:
            reasons.append(f"Unexpected key(s): {', '.join(unknown)}.")
        if missing:
            reasons.append(f"Missing key(s): {', '.join(missing)}.")
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(reasons))
    if unknown:
        raise AttributeError(f"'{type(module).__name__}' object has no attribute '{unknown[0]}'")
    by_identity = {id(tables[name][0][tables[name][1]]): value for name, value in given.items()}
    found = []
    for name, (table, key) in tables.items():
        value = given.get(name)
        if value is None and tie_weights and table[key] is not None:
            value = by_identity.get(id(table[key]))
        if value is None and name not in given:
            continue
        if value is not None and not isinstance(value, TensorBase):
            raise TypeError(f"{value} is not an instance of torch.Tensor")
        found.append((table, key, value))
    return found


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
