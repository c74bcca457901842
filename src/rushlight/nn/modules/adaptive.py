"""Softmax over many classes, the rare ones in clusters (Grave et al., 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..._ops.joining import cat
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module


class _ASMoutput(NamedTuple):
    """The log-probability of each target, and the loss."""

    output: Any
    loss: Any


class AdaptiveLogSoftmaxWithLoss(Module):
    """Logarithms of a softmax over many classes sorted by frequency, with cheap layers for the rare ones.

    The head decides among the most frequent classes and the clusters; the layers of a cluster among its classes, from
    fewer features the rarer they are.

    Args:
        in_features: features of a sample.
        n_classes: classes.
        cutoffs: where each cluster begins, in increasing order.
        div_value: by what the features are divided from cluster to cluster.
        head_bias: whether the head has a bias.
        device, dtype: of the parameters.

    Raises:
        ValueError: the cutoffs are not increasing or no classes.

    Example::

        >>> layer = torch.nn.AdaptiveLogSoftmaxWithLoss(4, 20, cutoffs=[5, 10], div_value=2.0)
        >>> layer(torch.zeros(2, 4), torch.tensor([0, 12])).output.shape
        torch.Size([2])
    """

    def __init__(
        self, in_features: int, n_classes: int, cutoffs: Sequence[int], div_value: float = 4.0,
        head_bias: bool = False, device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        given = list(cutoffs)
        if not given:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            given != sorted(set(given)) or given[0] <= 0 or given[-1] > n_classes - 1
            or any(int(cutoff) != cutoff for cutoff in given)
        ):  # fmt: skip
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                "value is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*given, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, device=device, dtype=dtype)
        self.tail = ModuleList()
        for cluster in range(self.n_clusters):
            inner = int(in_features // div_value ** (cluster + 1))
            classes = self.cutoffs[cluster + 1] - self.cutoffs[cluster]
            self.tail.append(
                Sequential(
                    Linear(in_features, inner, bias=False, device=device, dtype=dtype),
                    Linear(inner, classes, bias=False, device=device, dtype=dtype),
                )
            )

    def reset_parameters(self) -> None:
        """Draws all weights anew."""
        self.head.reset_parameters()
        for down, out in self.tail:
            down.reset_parameters()
            out.reset_parameters()

    def forward(self, input_: Any, target_: Any) -> _ASMoutput:
        """The log-probability of each target and the loss, their negative mean.

        Args:
            input_: of shape (n, features) or (features,).
            target_: class numbers of shape (n,) or ().

        Raises:
            RuntimeError: the shapes do not fit, or a target is no class.
        """
        _check(input_, target_, self.n_classes)
        rows = input_ if input_.ndim == 2 else input_.unsqueeze(0)
        target = target_ if target_.ndim else target_.unsqueeze(0)
        head_class = target.clone()
        extra = rows.new_zeros(len(rows))
        for cluster, layers in enumerate(self.tail):
            first, last = self.cutoffs[cluster], self.cutoffs[cluster + 1]
            places = ((target >= first) & (target < last)).nonzero().squeeze(1)
            if not places.numel():
                continue
            head_class = head_class.index_fill(0, places, self.shortlist_size + cluster)
            logs = F.log_softmax(layers(rows.index_select(0, places)), dim=1)
            labels = (target.index_select(0, places) - first).unsqueeze(1)
            extra = extra.index_copy(0, places, logs.gather(1, labels).squeeze(1))
        head = F.log_softmax(self.head(rows), dim=1)
        output = extra + head.gather(1, head_class.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if input_.ndim == 2 else output.squeeze(0), loss)

    def _all_logs(self, input: Any, head: Any) -> Any:
        logs = F.log_softmax(head, dim=1)
        parts = [logs[:, : self.shortlist_size]]
        for cluster, layers in enumerate(self.tail):
            own = logs[:, self.shortlist_size + cluster].unsqueeze(1)
            parts.append(F.log_softmax(layers(input), dim=1) + own)
        return cat(parts, 1)

    def log_prob(self, input: Any) -> Any:
        """Log-probabilities of all classes, of shape (n, classes).

        Args:
            input: of shape (n, features).
        """
        return self._all_logs(input, self.head(input))

    def predict(self, input: Any) -> Any:
        """The most likely class of every row, without the clusters where none of them is the likeliest choice.

        Args:
            input: of shape (n, features).
        """
        head = self.head(input)
        found = head.argmax(dim=1)
        rare = found >= self.shortlist_size
        if not rare.any():
            return found
        rows = input[rare]
        logs = self._all_logs(rows, head[rare])
        return found.masked_scatter(rare, logs.argmax(dim=1))


def _check(input: Any, target: Any, classes: int) -> None:
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.ndim == 1 and input.shape[0] != target.shape[0]:
        raise RuntimeError("Input and target should have the same size in the batch dimension.")
    if input.ndim != target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with size "
            f"{input.size()}"
        )
    if target.numel() and (target.min() < 0 or target.max() >= classes):
        raise RuntimeError(
            f"Target values should be in [0, {classes - 1}], but values in range [{target.min().item()}, "
            f"{target.max().item()}] were found. "
        )
