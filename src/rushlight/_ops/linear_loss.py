"""The cross-entropy of logits that a linear map gives, a few rows at a time: all logits are never held at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._declare.kinds import fused
from .._declare.reducing import ops

if TYPE_CHECKING:
    from ..tensor import Tensor


def _logits(input: Any, linear_weight: Any, linear_bias: Any) -> Any:
    found = input.matmul(linear_weight.t())
    return found if linear_bias is None else found + linear_bias


def _counted(input: Any, target: Any, weight: Any, ignore_index: int) -> tuple[Any, Any]:
    """The class to read for every row, and the weight of the row: 0 where it is ignored."""
    ignored = target == ignore_index
    classes = target.masked_fill(ignored, 0)
    weights = input.new_ones(target.shape) if weight is None else weight[classes]
    return classes, weights.masked_fill(ignored, 0)


def _gradients(
    g: Any, input: Any, linear_weight: Any, linear_bias: Any, target: Any, weight: Any, ignore_index: int, chunk: int,
    needs: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """Gradients from logits that are computed again, chunk by chunk."""
    classes, weights = _counted(input, target, weight, ignore_index)
    scale = g * weights
    inputs, map_gradient, bias_gradient = [], None, None
    for start in range(0, input.shape[0], chunk):
        rows, labels = input[start : start + chunk], classes[start : start + chunk].unsqueeze(1)
        slope = _logits(rows, linear_weight, linear_bias).softmax(1)
        slope = slope.scatter_add(1, labels, slope.new_full((), -1.0).expand(labels.shape))
        slope = slope * scale[start : start + chunk].unsqueeze(1)
        if needs[0]:
            inputs.append(slope.matmul(linear_weight))
        if needs[1]:
            part = slope.t().matmul(rows)
            map_gradient = part if map_gradient is None else map_gradient + part
        if needs[2]:
            part = slope.sum(0)
            bias_gradient = part if bias_gradient is None else bias_gradient + part
    return ops.cat(inputs) if inputs else None, map_gradient, bias_gradient


@fused(
    name="_linear_cross_entropy_chunked",
    node="LinearCrossEntropyBatchChunkedBackward0",
    vjp={("input", "linear_weight", "linear_bias"): _gradients},
)
def chunked_losses(
    input: Tensor, linear_weight: Tensor, linear_bias: Tensor | None, target: Tensor, weight: Tensor | None,
    ignore_index: int, chunk: int,
) -> Tensor:  # fmt: skip
    """The cross-entropy of every row, with at most `chunk` rows of logits held at a time; backward alike.

    Args:
        input: of shape (n, features).
        linear_weight: of shape (classes, features).
        linear_bias: of shape (classes,), or None.
        target: class numbers of shape (n,).
        weight: factor of each class, of shape (classes,), or None.
        ignore_index: a target that does not count.
        chunk: rows at a time.

    Returns:
        Weighted losses of shape (n,).
    """
    classes, weights = _counted(input, target, weight, ignore_index)
    found = []
    for start in range(0, input.shape[0], chunk):
        logs = _logits(input[start : start + chunk], linear_weight, linear_bias).log_softmax(1)
        found.append(-logs.gather(1, classes[start : start + chunk].unsqueeze(1)).squeeze(1))
    losses = ops.cat(found) if found else input.new_zeros((0,))
    return losses * weights  # type: ignore[no-any-return]
