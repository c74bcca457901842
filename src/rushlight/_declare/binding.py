"""Arguments brought into the order of an operator's parameters, with torch's errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.names import type_name
from .record import Operator

_ALIASES = {
    "axis": "dim",
    "keepdims": "keepdim",
    "x": "input",
    "a": "input",
    "x1": "input",
    "x2": "other",
    "self": "input",
    "from": "from_",
}
"""NumPy's names for parameters, which torch also takes, and the one that Python cannot spell."""

MISSING: Any = object()


def bind(op: Operator, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], Any]:
    """Values of all parameters in order, and the ``out=`` destination (None without one).

    Raises:
        TypeError: too many, missing, repeated or unknown arguments.
    """
    params = op.params
    positional = len(params) - op.keyword_only
    values = list(args)
    if len(values) > positional:
        raise _too_many(op, args, positional)
    out = None
    if len(values) < len(params):
        defaults = op.defaults
        values.extend([defaults.get(name, MISSING) for name in params[len(values) :]])
    for name, value in kwargs.items():
        position = op.position.get(name)
        if position is None:
            if name == "out" and op.has_out:
                out = value
                continue
            position = op.position.get(_ALIASES.get(name, ""))
            if position is None:
                raise TypeError(f"{op.name}() got an unexpected keyword argument '{name}'")
        if position < len(args):
            raise TypeError(f"{op.name}() got multiple values for argument '{name}'")
        values[position] = value
    for value in values:
        if value is MISSING:
            raise _missing(op, values)
    return values, out


def _missing(op: Operator, values: list[Any]) -> TypeError:
    names = [f'"{name}"' for name, value in zip(op.params, values, strict=True) if value is MISSING]
    return TypeError(f"{op.name}() missing {len(names)} required positional arguments: {', '.join(names)}")


def _too_many(op: Operator, args: tuple[Any, ...], positional: int) -> TypeError:
    if positional == 1:
        return TypeError(f"{op.name}() takes 1 positional argument but {len(args)} were given")
    return TypeError(f"{op.name}() takes from 1 to {positional} positional arguments but {len(args)} were given")


def invalid_combination(name: str, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None) -> TypeError:
    """What torch raises where arguments fit none of a function's overloads.

    Args:
        name: the function.
        args: positional arguments, the tensor too if it was given so.
        kwargs: keyword arguments.
    """
    given = [type_name(value) for value in args]
    given += [f"{key}={type_name(value)}" for key, value in (kwargs or {}).items()]
    listed = ", ".join(given) + (", " if kwargs and not args and len(given) == 1 else "")
    return TypeError(f"{name}() received an invalid combination of arguments - got ({listed}), but expected one of:")


def type_error(op: Operator, name: str, value: Any, wanted: str = "Tensor") -> TypeError:
    """What torch raises for an argument of the wrong type."""
    position = op.position[name] + 1
    given = type_name(value)
    error = TypeError(f"{op.name}(): argument '{name}' (position {position}) must be {wanted}, not {given}")
    if wanted == "Tensor" and isinstance(value, (int, float, complex, list, tuple)):
        error.add_note(f"make a tensor of it first: torch.tensor({value!r:.60})")
    elif wanted == "Tensor" and type(value).__module__ == "numpy":
        error.add_note("make a tensor that shares the array's memory first: torch.from_numpy(array)")
    return error


def is_number(value: Any) -> bool:
    """Whether a value counts as a scalar operand: Python numbers and NumPy scalars."""
    if isinstance(value, (int, float, complex)):
        return True
    return isinstance(value, np.generic)
