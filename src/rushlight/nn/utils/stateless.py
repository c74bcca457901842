"""The old place of `functional_call`."""

from __future__ import annotations

import warnings
from typing import Any

from ...func.modules import call_with_state


def functional_call(
    module: Any,
    parameters_and_buffers: dict[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Calls a module with other tensors in the place of its parameters and buffers; see `torch.func.functional_call`.

    Args:
        module: the module.
        parameters_and_buffers: tensors by name.
        args, kwargs: the arguments of the call.
        tie_weights: whether a name also replaces the same parameter under its other names.
        strict: whether all parameters and buffers have to be given, and no others.
    """
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed in a future "
        "version of PyTorch. Please use `torch.func.functional_call` instead which is a drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return call_with_state(module, parameters_and_buffers, args, kwargs, tie_weights, strict)
