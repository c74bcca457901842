"""Arguments brought into the order of an operator's parameters, with torch's errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._core.names import type_name
from .._core.warn import warn
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


def bind(op: Operator, args: tuple[Any, ...], kwargs: dict[str, Any], inplace: bool = False) -> tuple[list[Any], Any]:
    """Values of all parameters in order, and the ``out=`` destination (None without one).

    Args:
        op: the operator.
        args, kwargs: what it was called with.
        inplace: whether its in-place method was, whose tensor messages do not count.

    Raises:
        TypeError: too many, missing, repeated or unknown arguments.
    """
    params = op.params
    positional = len(params) - op.keyword_only
    values = list(args)
    if op.older and len(args) > 1 and is_number(args[1]) and len(args) + len(kwargs) > positional:
        older = _older_signature(op, args, kwargs, inplace)
        if older is not None:
            return bind(op, *older, inplace)
    if len(values) > positional:
        raise _too_many(op, len(args), positional, inplace)
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


def _older_signature(
    op: Operator, args: tuple[Any, ...], kwargs: dict[str, Any], inplace: bool
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Arguments in the order of a signature that torch still takes, ``add(input, alpha, other)``, in today's order."""
    rest = [name for name in op.tensors[1:] if name not in kwargs]
    if op.older in kwargs or len(args) != 2 + len(rest):
        return None
    name = f"{op.name}_" if inplace else op.name
    first = [] if inplace else ["Tensor input"]
    tensors = [f"Tensor {tensor}" for tensor in op.tensors[1:]]
    out = [] if inplace else ["Tensor out = None"]
    warn(
        f"This overload of {name} is deprecated:\n"
        f"\t{name}({', '.join([*first, f'Number {op.older}', *tensors, *(['*', *out] if out else [])])})\n"
        "Consider using one of the following signatures instead:\n"
        f"\t{name}({', '.join([*first, *tensors, '*', f'Number {op.older} = 1', *out])})",
        once=True,
        key="an overload is deprecated",
    )
    return (args[0], *args[2:]), {**kwargs, op.older: args[1]}


def _missing(op: Operator, values: list[Any]) -> TypeError:
    return missing(op.name, *(name for name, value in zip(op.params, values, strict=True) if value is MISSING))


def missing(name: str, *params: str) -> TypeError:
    """What torch raises where arguments without a default are not given."""
    listed = ", ".join(f'"{param}"' for param in params)
    return TypeError(f"{name}() missing {len(params)} required positional arguments: {listed}")


def _too_many(op: Operator, given: int, most: int, inplace: bool) -> TypeError:
    least = sum(name not in op.defaults for name in op.params[:most]) - inplace
    most, given = most - inplace, given - inplace
    name = f"{op.name.rstrip('_')}_" if inplace else op.name
    if most == 0:
        return TypeError(f"TensorBase.{name}() takes no arguments ({given} given)")
    takes = f"from {least} to {most}" if least < most else f"{most}"
    noun = "argument" if takes == "1" else "arguments"
    return TypeError(f"{name}() takes {takes} positional {noun} but {given} were given")


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
