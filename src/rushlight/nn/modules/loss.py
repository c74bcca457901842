"""Losses as modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import functional as F
from ..functional.losses import legacy_reduction
from .module import Module


class _Loss(Module):
    """What losses share: a reduction."""

    reduction: str

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    """A loss with a weight for each class or element."""

    def __init__(
        self, weight: Any = None, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


def _simple(name: str, function: Callable[..., Any], base: type = _Loss) -> type:
    """A loss of input and target with no option but the reduction (and the weight)."""
    weighted = base is _WeightedLoss

    def forward(self: Any, input: Any, target: Any) -> Any:
        if weighted:
            return function(input, target, weight=self.weight, reduction=self.reduction)
        return function(input, target, reduction=self.reduction)

    first = (function.__doc__ or "").split("\n")[0]
    arguments = "weight: factor of each class or element.\n        " if weighted else ""
    return type(name, (base,), {
        "forward": forward, "__module__": __name__,
        "__doc__": f"""{first}

    Args:
        {arguments}size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.{name}()
        {name}()
    """,
    })  # fmt: skip


L1Loss = _simple("L1Loss", F.l1_loss)
MSELoss = _simple("MSELoss", F.mse_loss)
SoftMarginLoss = _simple("SoftMarginLoss", F.soft_margin_loss)
MultiLabelMarginLoss = _simple("MultiLabelMarginLoss", F.multilabel_margin_loss)
BCELoss = _simple("BCELoss", F.binary_cross_entropy, _WeightedLoss)
MultiLabelSoftMarginLoss = _simple("MultiLabelSoftMarginLoss", F.multilabel_soft_margin_loss, _WeightedLoss)


class NLLLoss(_WeightedLoss):
    """Negative log-likelihood of target classes.

    Args:
        weight: factor of each class.
        ignore_index: a target that does not count.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.NLLLoss()(torch.tensor([[-1.0, -2.0]]), torch.tensor([0]))
        tensor(1.)
    """

    def __init__(
        self, weight: Any = None, size_average: bool | None = None, ignore_index: int = -100,
        reduce: bool | None = None, reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class CrossEntropyLoss(_WeightedLoss):
    """Cross-entropy of logits and target classes or probabilities.

    Args:
        weight: factor of each class.
        ignore_index: a target that does not count.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        label_smoothing: share of the uniform distribution mixed into the target.

    Example::

        >>> torch.nn.CrossEntropyLoss()(torch.zeros(1, 2), torch.tensor([0]))
        tensor(0.6931)
    """

    def __init__(
        self, weight: Any = None, size_average: bool | None = None, ignore_index: int = -100,
        reduce: bool | None = None, reduction: str = "mean", label_smoothing: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.cross_entropy(
            input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )  # fmt: skip


class BCEWithLogitsLoss(_Loss):
    """Cross-entropy of logits and targets in [0, 1].

    Args:
        weight: factor of each element.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        pos_weight: factor of the positive part.

    Example::

        >>> torch.nn.BCEWithLogitsLoss()(torch.zeros(1), torch.ones(1))
        tensor(0.6931)
    """

    def __init__(
        self, weight: Any = None, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean", pos_weight: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class KLDivLoss(_Loss):
    """Kullback-Leibler divergence of log-probabilities.

    Args:
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"batchmean"``, ``"mean"`` or ``"sum"``.
        log_target: whether targets are given as logarithms.

    Example::

        >>> torch.nn.KLDivLoss(reduction="sum")(torch.zeros(1), torch.ones(1))
        tensor(0.)
    """

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
        log_target: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    """Negative log-likelihood of counts.

    Args:
        log_input, full, eps: as for `nn.functional.poisson_nll_loss`.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.PoissonNLLLoss()(torch.zeros(1), torch.ones(1))
        tensor(1.)
    """

    def __init__(
        self, log_input: bool = True, full: bool = False, size_average: bool | None = None, eps: float = 1e-8,
        reduce: bool | None = None, reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Any, target: Any) -> Any:
        """The loss."""
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    """Negative log-likelihood under normal distributions.

    Args:
        full, eps: as for `nn.functional.gaussian_nll_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.GaussianNLLLoss()(torch.zeros(1), torch.ones(1), torch.ones(1))
        tensor(0.5000)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Any, target: Any, var: Any) -> Any:
        """The loss."""
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """Squared difference below `beta`, absolute difference above.

    Args:
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        beta: where the two parts meet.

    Example::

        >>> torch.nn.SmoothL1Loss()(torch.tensor([3.0]), torch.zeros(1))
        tensor(2.5000)
    """

    def __init__(
        self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean", beta: float = 1.0
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Half the squared difference up to `delta`, linear beyond.

    Args:
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        delta: where the two parts meet.

    Example::

        >>> torch.nn.HuberLoss()(torch.tensor([3.0]), torch.zeros(1))
        tensor(2.5000)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class HingeEmbeddingLoss(_Loss):
    """Distances that are small for similar pairs and beyond a margin for others.

    Args:
        margin: the margin.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.HingeEmbeddingLoss()(torch.tensor([0.5]), torch.tensor([-1]))
        tensor(0.5000)
    """

    def __init__(
        self, margin: float = 1.0, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class _PairLoss(_Loss):
    """A loss of two inputs and a target with a margin."""

    function: Any = None

    def __init__(
        self, margin: float = 0.0, size_average: bool | None = None, reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Any:
        """The loss."""
        return type(self).function(input1, input2, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_PairLoss):
    """One minus the cosine of two vectors, or the cosine above a margin.

    Args:
        margin: the margin.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.CosineEmbeddingLoss()
        CosineEmbeddingLoss()
    """

    function = staticmethod(F.cosine_embedding_loss)


class MarginRankingLoss(_PairLoss):
    """How far one score fails to rank above another by a margin.

    Args:
        margin: the margin.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.MarginRankingLoss()
        MarginRankingLoss()
    """

    function = staticmethod(F.margin_ranking_loss)


class MultiMarginLoss(_WeightedLoss):
    """How far the target class fails to beat the others by a margin.

    Args:
        p: 1 or 2, power of the shortfall.
        margin: the margin.
        weight: factor of each class.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.MultiMarginLoss()(torch.zeros(1, 2), torch.tensor([0]))
        tensor(0.5000)
    """

    def __init__(
        self, p: int = 1, margin: float = 1.0, weight: Any = None, size_average: bool | None = None,
        reduce: bool | None = None, reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.dim()}D instead")
        self.p = p
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Any:
        """The loss."""
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class TripletMarginLoss(_Loss):
    """How far an anchor fails to be closer to the positive than to the negative by a margin.

    Args:
        margin, p, eps, swap: as for `nn.functional.triplet_margin_loss`.
        size_average, reduce: old names of the reduction.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.TripletMarginLoss()
        TripletMarginLoss()
    """

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False,
        size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """The loss."""
        return F.triplet_margin_loss(
            anchor, positive, negative, margin=self.margin, p=self.p, eps=self.eps, swap=self.swap,
            reduction=self.reduction,
        )  # fmt: skip


class TripletMarginWithDistanceLoss(_Loss):
    """`TripletMarginLoss` with a distance of one's own.

    Args:
        distance_function: of two batches of vectors; the 2-norm by default.
        margin, swap: as for `TripletMarginLoss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Example::

        >>> torch.nn.TripletMarginWithDistanceLoss()
        TripletMarginWithDistanceLoss()
    """

    def __init__(
        self, *, distance_function: Callable[..., Any] | None = None, margin: float = 1.0, swap: bool = False,
        reduction: str = "mean",
    ) -> None:  # fmt: skip
        super().__init__(None, None, reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.distance_function = distance_function if distance_function is not None else F.pairwise_distance
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        """The loss."""
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap,
            reduction=self.reduction,
        )  # fmt: skip


class CTCLoss(_Loss):
    """Connectionist temporal classification (Graves et al., 2006).

    Args:
        blank: the class that stands for no label.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        zero_infinity: whether infinite losses count as 0.

    Example::

        >>> torch.nn.CTCLoss()
        CTCLoss()
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Any:
        """The loss."""
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
