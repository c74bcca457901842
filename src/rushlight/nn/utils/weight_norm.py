"""Weight normalisation by a hook: the older form, whose state has the keys ``weight_g`` and ``weight_v``."""

from __future__ import annotations

import warnings
from typing import Any

from ..._ops.norms import norm_except_dim
from ..._ops.weight_norm import weight_norm as normalized
from ..parameter import Parameter, is_lazy


class WeightNorm:
    """A hook before `forward` that works out a weight from lengths and directions.

    Args:
        name: name of the weight.
        dim: the dimension whose slices have a length each; -1 for one length of the whole.
    """

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Any) -> Any:
        """The weight."""
        return normalized(getattr(module, f"{self.name}_v"), getattr(module, f"{self.name}_g"), self.dim)

    @staticmethod
    def apply(module: Any, name: str, dim: int | None) -> WeightNorm:
        """Puts the hook on a module, with parameters in the place of the weight."""
        if any(isinstance(hook, WeightNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
            raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
        hook = WeightNorm(name, dim)
        weight = getattr(module, name)
        if is_lazy(weight):
            raise ValueError(
                "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to run the dummy "
                "forward before applying weight normalization"
            )
        del module._parameters[name]
        module.register_parameter(f"{name}_g", Parameter(norm_except_dim(weight, 2, hook.dim).data))
        module.register_parameter(f"{name}_v", Parameter(weight.data))
        setattr(module, name, hook.compute_weight(module))
        module.register_forward_pre_hook(hook)
        return hook

    def remove(self, module: Any) -> None:
        """Makes the weight a parameter again, with its present value."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[f"{self.name}_g"]
        del module._parameters[f"{self.name}_v"]
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module: Any, inputs: Any) -> None:
        """Sets the weight anew."""
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Separates the length of a weight from its direction; see `torch.nn.utils.parametrizations.weight_norm`.

    Args:
        module: the module.
        name: name of the weight.
        dim: the dimension whose slices have a length each; None for one length of the whole.

    Raises:
        RuntimeError: it is done already.

    Example::

        >>> import warnings
        >>> warnings.simplefilter("ignore")
        >>> list(torch.nn.utils.weight_norm(torch.nn.Linear(2, 1)).state_dict())
        ['bias', 'weight_g', 'weight_v']
    """
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Takes `weight_norm` back; the weight keeps its value.

    Args:
        module: the module.
        name: name of the weight.

    Raises:
        ValueError: the weight is not normalised.
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"weight_norm of '{name}' not found in {module}")
