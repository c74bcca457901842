"""SparseAdam: Adam for gradients that are sparse tensors, of which rushlight has none."""

from __future__ import annotations

from typing import Any

from .optimizer import GroupOptimizer, ParamsT, check_betas, check_rate


class SparseAdam(GroupOptimizer):
    """Adam for sparse gradients. rushlight's tensors are dense, so that every step raises what torch raises for those.

    Args:
        params: parameters or groups of them.
        lr: learning rate.
        betas: decay rates of the running mean of gradients and of their squares.
        eps: added to the denominator.
        maximize: whether to climb instead of descend.

    Raises:
        ValueError: an option is out of range, or a parameter is complex.

    Example::

        >>> torch.optim.SparseAdam([torch.ones(1, requires_grad=True)]).defaults["lr"]
        0.001
    """

    def __init__(
        self, params: ParamsT, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:  # fmt: skip
        check_rate(lr)
        for name, value in (("learning rate", lr), ("epsilon value", eps)):
            if not 0.0 < value:
                error = ValueError(f"Invalid {name}: {value}")
                error.add_note("it must be more than 0")
                raise error
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        found = [
            [row, place]
            for row, group in enumerate(self.param_groups)
            for place, parameter in enumerate(group["params"])
            if parameter.is_complex()
        ]
        if found:
            raise ValueError(f"Complex params at indices {found}: SparseAdam does not support complex parameters")

    def update_group(self, group: dict[str, Any]) -> None:
        """Raises if a parameter has a gradient, for it is dense."""
        if any(parameter.grad is not None for parameter in group["params"]):
            error = RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
            error.add_note("rushlight has no sparse tensors; Adam takes the gradients of embeddings too")
            raise error
