"""Batches made of samples."""

from __future__ import annotations

import collections
import copy
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._core import dtypes
from ..._core.tensor_base import TensorBase
from ..._ops.data import as_tensor, tensor
from ..._ops.joining import stack

_TEXT = re.compile(r"[SaUO]")

_FORMAT = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def default_convert(data: Any) -> Any:
    """NumPy arrays in a structure turned into tensors; everything else stays.

    Example::

        >>> torch.utils.data.default_convert([1, "a"])
        [1, 'a']
    """
    kind = type(data)
    if isinstance(data, TensorBase):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        if isinstance(data, np.ndarray) and _TEXT.search(data.dtype.str) is not None:
            return data
        return as_tensor(data)
    if isinstance(data, collections.abc.Mapping):
        try:
            return kind({key: default_convert(value) for key, value in data.items()})
        except TypeError:
            return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return kind(*(default_convert(item) for item in data))
    if isinstance(data, tuple):
        return [default_convert(item) for item in data]
    if isinstance(data, collections.abc.Sequence) and not isinstance(data, (str, bytes)):
        return [default_convert(item) for item in data]
    return data


def default_collate(batch: Any) -> Any:
    """Samples of one structure brought together into a batch of that structure.

    Args:
        batch: a list of samples: tensors, arrays, numbers, strings, or mappings and sequences of them.

    Raises:
        RuntimeError: sequences of different lengths.
        TypeError: a sample of another type.

    Example::

        >>> torch.utils.data.default_collate([{"x": 1}, {"x": 2}])
        {'x': tensor([1, 2])}
    """
    first = batch[0]
    if isinstance(first, TensorBase):
        return stack(batch, 0)
    if isinstance(first, (np.ndarray, np.generic)):
        if isinstance(first, np.ndarray) and first.shape:
            if _TEXT.search(first.dtype.str) is not None:
                raise TypeError(_FORMAT.format(first.dtype))
            return stack([as_tensor(item) for item in batch], 0)
        return as_tensor(np.asarray(batch))
    if isinstance(first, float):
        return tensor(batch, dtype=dtypes.float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    return _collate_structure(first, batch)


def _collate_structure(first: Any, batch: Any) -> Any:
    kind = type(first)
    if isinstance(first, collections.abc.Mapping):
        columns = {key: default_collate([sample[key] for sample in batch]) for key in first}
        if isinstance(first, collections.abc.MutableMapping):
            clone = copy.copy(first)
            clone.update(columns)
            return clone
        return kind(columns)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return kind(*(default_collate(samples) for samples in zip(*batch, strict=True)))
    if isinstance(first, collections.abc.Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns_ = [default_collate(samples) for samples in zip(*batch, strict=True)]
        return columns_ if isinstance(first, (tuple, list)) else _rebuilt(kind, columns_)
    raise TypeError(_FORMAT.format(kind))


def _rebuilt(kind: Callable[[Any], Any], columns: list[Any]) -> Any:
    try:
        return kind(columns)
    except TypeError:
        return columns
