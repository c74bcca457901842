"""Modules whose parameters are not given initial values."""

from __future__ import annotations

import inspect
from typing import Any

from ..modules.module import Module


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """Makes a module without drawing initial values: its parameters hold whatever the memory held.

    Args:
        module_cls: the class; its constructor takes a ``device``.
        args, kwargs: the arguments of the constructor.

    Raises:
        RuntimeError: `module_cls` is no module class, or takes no ``device``.

    Example::

        >>> torch.nn.utils.skip_init(torch.nn.Linear, 2, 3)
        Linear(in_features=2, out_features=3, bias=True)
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    final = kwargs.pop("device", "cpu")
    return module_cls(*args, device="meta", **kwargs).to_empty(device=final)
