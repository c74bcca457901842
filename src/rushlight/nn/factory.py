"""What layers hand on to the functions that make their tensors."""

from __future__ import annotations

from typing import Any

_NAMES = ("device", "dtype", "memory_format")


def factory_kwargs(kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """The keyword arguments of a layer that are meant for the functions that make its tensors.

    Args:
        kwargs: some of ``device``, ``dtype`` and ``memory_format``, given directly or as a dict under
            ``factory_kwargs``, where a layer has an argument of that name itself.

    Returns:
        One dict of them.

    Raises:
        TypeError: there is another name, or one is given both ways.

    Example::

        >>> torch.nn.factory_kwargs({"dtype": torch.float64})
        {'dtype': torch.float64}
    """
    if kwargs is None:
        return {}
    unknown = set(kwargs) - {*_NAMES, "factory_kwargs"}
    if unknown:
        raise TypeError(f"unexpected kwargs {unknown}")
    found = dict(kwargs.get("factory_kwargs", {}))
    for name in _NAMES:
        if name in kwargs:
            if name in found:
                raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
            found[name] = kwargs[name]
    return found
