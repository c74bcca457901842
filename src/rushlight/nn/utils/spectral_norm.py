"""Spectral normalisation by a hook: the older form, whose state has the keys ``weight_orig``, ``_u`` and ``_v``."""

from __future__ import annotations

from typing import Any

from ..._core.dtypes import finfo
from ..._ops.linalg_decomposition import svd
from ..._ops.matmul import dot, mv
from ...autograd.grad_mode import no_grad
from ..functional.distances import normalize
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..parameter import Parameter, is_lazy

TRANSPOSED = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
"""Modules whose weight has the output channels in its second dimension."""


def as_matrix(weight: Any, dim: int) -> Any:
    """A weight as a matrix with a row for each slice of one dimension."""
    if dim != 0:
        weight = weight.permute(dim, *(index for index in range(weight.dim()) if index != dim))
    return weight.flatten(1)


class SpectralNorm:
    """A hook before `forward` that divides a weight by its largest singular value.

    Args:
        name: name of the weight.
        n_power_iterations: steps of the power method at each call in training mode.
        dim: the dimension of the output channels.
        eps: what norms are kept above.

    Raises:
        ValueError: `n_power_iterations` is not positive.
    """

    _version = 1

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def reshape_weight_to_matrix(self, weight: Any) -> Any:
        """The weight as a matrix with a row for each output channel."""
        return as_matrix(weight, self.dim)

    def compute_weight(self, module: Any, do_power_iteration: bool) -> Any:
        """The normalised weight.

        Args:
            module: the module.
            do_power_iteration: whether the estimate of the singular vectors is improved first, in place.
        """
        weight, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        matrix = as_matrix(weight, self.dim)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(normalize(mv(matrix.t(), u), dim=0, eps=self.eps))
                    u.copy_(normalize(mv(matrix, v), dim=0, eps=self.eps))
            # the next call writes into u and v, which the backward pass of this one still needs
            u, v = u.clone(), v.clone()
        return weight / dot(u, mv(matrix, v))

    def remove(self, module: Any) -> None:
        """Makes the weight a parameter again, with its present value."""
        with no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        for name in (self.name, f"{self.name}_u", f"{self.name}_v", f"{self.name}_orig"):
            delattr(module, name)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module: Any, inputs: Any) -> None:
        """Sets the weight anew."""
        setattr(module, self.name, self.compute_weight(module, do_power_iteration=module.training))

    def _solve_v_and_rescale(self, matrix: Any, u: Any, target_sigma: Any) -> Any:
        """The right vector that goes with a left one and a singular value, which old files do not hold."""
        left, values, right = svd(matrix, full_matrices=False)
        tiny = values <= values.max() * max(matrix.shape) * finfo(matrix.dtype).eps
        v = mv(right.mH, mv(left.mH, u) * values.reciprocal().masked_fill(tiny, 0.0))
        return v * (target_sigma / dot(u, mv(matrix, v)))

    @staticmethod
    def apply(module: Any, name: str, n_power_iterations: int, dim: int, eps: float) -> SpectralNorm:
        """Puts the hook on a module, with a parameter and two buffers in the place of the weight."""
        if any(isinstance(hook, SpectralNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
            raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
        hook = SpectralNorm(name, n_power_iterations, dim, eps)
        weight = module._parameters[name]
        if weight is None:
            raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
        if is_lazy(weight):
            raise ValueError(
                "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy "
                "forward before applying spectral normalization"
            )
        with no_grad():
            rows, columns = as_matrix(weight, dim).size()
            u = normalize(weight.new_empty(rows).normal_(0, 1), dim=0, eps=eps)
            v = normalize(weight.new_empty(columns).normal_(0, 1), dim=0, eps=eps)
        delattr(module, name)
        module.register_parameter(f"{name}_orig", weight)
        setattr(module, name, weight.data)
        module.register_buffer(f"{name}_u", u)
        module.register_buffer(f"{name}_v", v)
        module.register_forward_pre_hook(hook)
        module._register_state_dict_hook(_SavedVersion(hook))
        module._register_load_state_dict_pre_hook(_OldState(hook))
        return hook


class _SavedVersion:
    """Notes in saved state which form the normalised weight is saved in."""

    def __init__(self, hook: SpectralNorm) -> None:
        self.fn = hook

    def __call__(self, module: Any, state_dict: Any, prefix: str, local_metadata: dict[str, Any]) -> None:
        versions = local_metadata.setdefault("spectral_norm", {})
        key = f"{self.fn.name}.version"
        if key in versions:
            raise RuntimeError(f"Unexpected key in metadata['spectral_norm']: {key}")
        versions[key] = self.fn._version


class _OldState:
    """Completes state saved before ``weight_v`` was part of it."""

    def __init__(self, hook: SpectralNorm) -> None:
        self.fn = hook

    def __call__(
        self, state_dict: Any, prefix: str, local_metadata: dict[str, Any], strict: bool, missing_keys: list[str],
        unexpected_keys: list[str], error_msgs: list[str],
    ) -> None:  # fmt: skip
        name = self.fn.name
        version = local_metadata.get("spectral_norm", {}).get(f"{name}.version")
        key = prefix + name
        parts = [f"{key}_orig", f"{key}_u", f"{key}_v"]
        complete = all(part in state_dict for part in parts) and key not in state_dict
        if complete or (version is not None and version >= 1):
            return
        missing = [part for part in (*parts[:2], key) if part not in state_dict]
        if strict:
            missing_keys.extend(missing)
        if missing:
            return
        with no_grad():
            original, u, normalized = (state_dict[part] for part in (*parts[:2], key))
            del state_dict[key]
            sigma = (original / normalized).mean()
            state_dict[parts[2]] = self.fn._solve_v_and_rescale(as_matrix(original, self.fn.dim), u, sigma)


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Divides a weight by its largest singular value; see `torch.nn.utils.parametrizations.spectral_norm`.

    Args:
        module: the module.
        name: name of the weight.
        n_power_iterations: steps of the power method at each call in training mode.
        eps: what norms are kept above.
        dim: the dimension of the output channels; the first, or the second of a transposed convolution.

    Raises:
        RuntimeError: it is done already.

    Example::

        >>> list(torch.nn.utils.spectral_norm(torch.nn.Linear(2, 1)).state_dict())
        ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    if dim is None:
        dim = 1 if isinstance(module, TRANSPOSED) else 0
    SpectralNorm.apply(module, name, n_power_iterations, dim, eps)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Takes `spectral_norm` back; the weight keeps its normalised value.

    Args:
        module: the module.
        name: name of the weight.

    Raises:
        ValueError: the weight is not normalised.
    """
    tables = (module._forward_pre_hooks, module._state_dict_hooks, module._load_state_dict_pre_hooks)
    found = next((hook for hook in tables[0].values() if isinstance(hook, SpectralNorm) and hook.name == name), None)
    if found is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    found.remove(module)
    for table in tables:
        for key, hook in list(table.items()):
            if hook is found or getattr(hook, "fn", None) is found:
                del table[key]
    return module
