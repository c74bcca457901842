"""Layer functions as torch has them at its top level, where a reduction is a number.

It is 1 for the mean, 2 for the sum, and any other number, 0 by default, for none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._declare.binding import is_number
from . import ctc, layers, losses, margin_losses, pooling

if TYPE_CHECKING:
    from ...tensor import Tensor


def _name(function: str, reduction: Any) -> str:
    if not is_number(reduction):
        raise TypeError(f"{function}(): argument 'reduction' must be int, not {type(reduction).__name__}")
    return {1: "mean", 2: "sum"}.get(reduction, "none")


def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, pos_weight: Tensor | None = None, reduction: int = 0
) -> Tensor:
    """`nn.functional.binary_cross_entropy_with_logits` with a numbered reduction.

    Example::

        >>> torch.binary_cross_entropy_with_logits(torch.zeros(1), torch.ones(1))
        tensor([0.6931])
    """
    chosen = _name("binary_cross_entropy_with_logits", reduction)
    return losses.binary_cross_entropy_with_logits(input, target, weight, reduction=chosen, pos_weight=pos_weight)


def kl_div(input: Tensor, target: Tensor, reduction: int = 0, *, log_target: bool = False) -> Tensor:
    """`nn.functional.kl_div` with a numbered reduction.

    Example::

        >>> torch.kl_div(torch.zeros(1), torch.ones(1))
        tensor([0.])
    """
    found = losses.kl_div(input, target, reduction="none", log_target=log_target)
    return losses.reduced(found, _name("kl_div", reduction))


def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """`nn.functional.poisson_nll_loss` with a numbered reduction.

    Example::

        >>> torch.poisson_nll_loss(torch.zeros(1), torch.ones(1), True, False, 1e-8, 1)
        tensor(1.)
    """
    chosen = _name("poisson_nll_loss", reduction)
    return losses.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=chosen)


def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 0) -> Tensor:
    """`nn.functional.hinge_embedding_loss` with a numbered reduction.

    Example::

        >>> torch.hinge_embedding_loss(torch.tensor([0.5]), torch.tensor([-1]))
        tensor([0.5000])
    """
    chosen = _name("hinge_embedding_loss", reduction)
    return margin_losses.hinge_embedding_loss(input, target, margin, reduction=chosen)


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """`nn.functional.cosine_embedding_loss` with a numbered reduction.

    Example::

        >>> torch.cosine_embedding_loss(torch.ones(1, 2), torch.ones(1, 2), torch.ones(1))
        tensor([0.])
    """
    chosen = _name("cosine_embedding_loss", reduction)
    return margin_losses.cosine_embedding_loss(input1, input2, target, margin, reduction=chosen)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """`nn.functional.margin_ranking_loss` with a numbered reduction.

    Example::

        >>> torch.margin_ranking_loss(torch.zeros(1), torch.ones(1), torch.ones(1))
        tensor([1.])
    """
    chosen = _name("margin_ranking_loss", reduction)
    return margin_losses.margin_ranking_loss(input1, input2, target, margin, reduction=chosen)


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2, eps: float = 1e-6,
    swap: bool = False, reduction: int = 0,
) -> Tensor:  # fmt: skip
    """`nn.functional.triplet_margin_loss` with a numbered reduction.

    Example::

        >>> torch.triplet_margin_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 2))
        tensor([1.])
    """
    chosen = _name("triplet_margin_loss", reduction)
    return margin_losses.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction=chosen)


def ctc_loss(
    log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any, blank: int = 0, reduction: int = 0,
    zero_infinity: bool = False,
) -> Tensor:  # fmt: skip
    """`nn.functional.ctc_loss` with a numbered reduction.

    Example::

        >>> torch.ctc_loss(torch.zeros(2, 1, 2), torch.tensor([[1]]), (2,), (1,))
        tensor([-1.0986])
    """
    chosen = _name("ctc_loss", reduction)
    return ctc.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, chosen, zero_infinity)


def instance_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, running_mean: Tensor | None, running_var: Tensor | None,
    use_input_stats: bool, momentum: float, eps: float, cudnn_enabled: bool,
) -> Tensor:  # fmt: skip
    """`nn.functional.instance_norm`, with the parameters in torch's other order.

    Example::

        >>> torch.instance_norm(torch.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 1e-5, True)
        tensor([[[-1.0000,  1.0000]]])
    """
    return layers.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def embedding_renorm_(input: Tensor, indices: Tensor, max_norm: float, norm_type: float) -> Tensor:
    """Scales the rows of a table at some indices down to a norm, in place.

    Example::

        >>> torch.embedding_renorm_(torch.tensor([[3.0, 4.0], [3.0, 4.0]]), torch.tensor([1]), 1.0, 2.0)
        tensor([[3.0000, 4.0000],
                [0.6000, 0.8000]])
    """
    layers.renormalize_rows(input, indices, max_norm, norm_type)
    return input


def adaptive_max_pool1d(input: Tensor, output_size: Any) -> tuple[Tensor, Tensor]:
    """`nn.functional.adaptive_max_pool1d` with the places of the maxima.

    Example::

        >>> torch.adaptive_max_pool1d(torch.tensor([[1.0, 3.0, 2.0]]), 1)
        (tensor([[3.]]), tensor([[1]]))
    """
    return pooling.adaptive_max_pool1d_with_indices(input, output_size)
