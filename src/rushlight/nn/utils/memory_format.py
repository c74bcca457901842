"""Weights of convolutions laid out with their channels last."""

from __future__ import annotations

from typing import Any

from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d


def _convert(module: Any, kinds: Any, memory_format: Any) -> Any:
    part: Any
    for part in module.modules():
        if isinstance(part, kinds):
            weight = part.weight
            weight.data = weight.detach().clone(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """Lays out the weights of all two-dimensional convolutions in a module, in place.

    Args:
        module: the module; convolutions inside it count.
        memory_format: the layout, as a rule `torch.channels_last`. Values stay the same: what changes is the strides.

    Example::

        >>> conv = torch.nn.Conv2d(2, 3, 3)
        >>> torch.nn.utils.convert_conv2d_weight_memory_format(conv, torch.channels_last).weight.stride()
        (18, 1, 6, 2)
    """
    return _convert(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """Lays out the weights of all three-dimensional convolutions in a module, in place.

    Args:
        module: the module; convolutions inside it count.
        memory_format: the layout, as a rule `torch.channels_last_3d`.

    Example::

        >>> conv = torch.nn.Conv3d(1, 2, 3)
        >>> torch.nn.utils.convert_conv3d_weight_memory_format(conv, torch.channels_last_3d).weight.stride()
        (27, 1, 9, 3, 1)
    """
    return _convert(module, (Conv3d, ConvTranspose3d), memory_format)
