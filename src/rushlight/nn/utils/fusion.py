"""A normalisation folded into the layer before it, for evaluation."""

from __future__ import annotations

import copy
from typing import Any

from ..._ops.likes import zeros_like
from ..parameter import Parameter


def fuse_conv_bn_weights(
    conv_w: Any, conv_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any, transpose: bool = False
) -> tuple[Parameter, Parameter]:
    """The weight and bias of a convolution that normalises too.

    Args:
        conv_w, conv_b: weight and bias of the convolution; the bias may be None.
        bn_rm, bn_rv, bn_eps: running mean, running variance and epsilon of the normalisation.
        bn_w, bn_b: its weight and bias, or None.
        transpose: whether the convolution is a transposed one.

    Example::

        >>> one = torch.ones(1)
        >>> torch.nn.utils.fuse_conv_bn_weights(torch.ones(1, 1, 1), None, one, 4 * one, 0.0, one, one)[1]
        Parameter containing:
        tensor([0.5000])
    """
    # a missing bias is one of zeros that behaves as the running mean does: of its kind, and not trained
    old_bias = zeros_like(bn_rm) if conv_b is None else conv_b
    scale = (bn_rv + bn_eps).rsqrt()
    if bn_w is not None:
        scale = bn_w * scale
    shape = [1] * conv_w.dim()
    shape[1 if transpose else 0] = -1
    weight = (conv_w * scale.reshape(shape)).to(conv_w.dtype)
    bias = (old_bias - bn_rm) * scale
    if bn_b is not None:
        bias = bias + bn_b
    kind = conv_w.dtype if conv_b is None else conv_b.dtype
    return Parameter(weight, conv_w.requires_grad), Parameter(bias.to(kind), old_bias.requires_grad)


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution that does the work of a convolution and the batch normalisation after it.

    Args:
        conv: the convolution, in evaluation mode; it stays as it is.
        bn: the normalisation, in evaluation mode.
        transpose: whether `conv` is a transposed convolution.

    Returns:
        A new module of the class of `conv`.

    Raises:
        AssertionError: a module is in training mode, or `bn` keeps no running statistics.

    Example::

        >>> conv, bn = torch.nn.Conv1d(1, 2, 3).eval(), torch.nn.BatchNorm1d(2).eval()
        >>> x = torch.ones(1, 1, 4)
        >>> torch.allclose(torch.nn.utils.fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)))
        True
    """
    fused = _copy_for_fusion(conv, bn)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """The weight and bias of a linear layer that normalises too.

    Args:
        linear_w, linear_b: weight and bias of the layer; the bias may be None.
        bn_rm, bn_rv, bn_eps: running mean, running variance and epsilon of the normalisation.
        bn_w, bn_b: its weight and bias.

    Example::

        >>> one = torch.ones(1)
        >>> torch.nn.utils.fuse_linear_bn_weights(torch.ones(1, 1), None, one, 4 * one, 0.0, one, one)[1]
        Parameter containing:
        tensor([0.5000])
    """
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer that does the work of a linear layer and the batch normalisation after it.

    Args:
        linear: the layer, in evaluation mode; it stays as it is.
        bn: the normalisation, in evaluation mode, of as many features as `linear` gives, or of one.

    Raises:
        AssertionError: a module is in training mode, or the features do not fit.

    Example::

        >>> layer, bn = torch.nn.Linear(2, 3).eval(), torch.nn.BatchNorm1d(3).eval()
        >>> torch.nn.utils.fuse_linear_bn_eval(layer, bn)
        Linear(in_features=2, out_features=3, bias=True)
    """
    if not (linear.training or bn.training) and linear.out_features != bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    fused = _copy_for_fusion(linear, bn)
    fused.weight, fused.bias = fuse_linear_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused


def _copy_for_fusion(layer: Any, bn: Any) -> Any:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    return copy.deepcopy(layer)
