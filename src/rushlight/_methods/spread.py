"""Arguments that methods take either spread out or as one sequence."""

from __future__ import annotations

from typing import Any


def spread(values: tuple[Any, ...]) -> Any:
    """The sizes of ``view(2, 3)`` and ``view((2, 3))`` alike."""
    if len(values) == 1:
        only = values[0]
        if type(only) is not int and isinstance(only, (tuple, list)):
            return only
    return values


def spread_named(method: str, name: str, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The same where the sequence may also be given by name: ``permute(dims=(1, 0))``.

    Raises:
        TypeError: there is no such argument, or none at all.
    """
    if values and not named:
        return spread(values)
    if not values and tuple(named) == (name,):
        return named[name]
    for given in named:
        if given != name:
            raise TypeError(f"{method}() got an unexpected keyword argument '{given}'")
    if named:
        raise TypeError(f"{method}() got multiple values for argument '{name}'")
    raise TypeError(f'{method}() missing 1 required positional arguments: "{name}"')
