"""Samples put together into batches."""

from __future__ import annotations

import collections.abc
import copy
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ...._core.dtypes import float64
from ...._ops.data import as_tensor, tensor
from ...._ops.joining import stack
from ....tensor import Tensor

__all__ = ["collate", "default_collate", "default_convert"]

Collate = Callable[..., Any]
_UNFIT = re.compile(r"[SaUO]")


def default_convert(data: Any) -> Any:
    """Arrays in nested collections as tensors; everything else as it is.

    Args:
        data: a sample.

    Example::

        >>> torch.utils.data.default_convert([1, "a", {"b": [2]}])
        [1, 'a', {'b': [2]}]
    """
    kind = type(data)
    if isinstance(data, Tensor):
        return data
    if kind.__module__ == "numpy" and not isinstance(data, (str, bytes)):
        if isinstance(data, np.ndarray) and _UNFIT.search(data.dtype.str) is not None:
            return data
        return as_tensor(data)
    if isinstance(data, collections.abc.Mapping):
        return _rebuilt(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return kind(*(default_convert(item) for item in data))
    if isinstance(data, tuple):
        return [default_convert(item) for item in data]
    if isinstance(data, collections.abc.Sequence) and not isinstance(data, (str, bytes)):
        return _rebuilt(data, [default_convert(item) for item in data])
    return data


def _rebuilt(like: Any, items: Any) -> Any:
    """A collection of the class of another one, with other items; a plain one where its class does not allow it."""
    mapping = isinstance(like, collections.abc.Mapping)
    mutable = collections.abc.MutableMapping if mapping else collections.abc.MutableSequence
    try:
        if isinstance(like, mutable):
            # a copy keeps what else the collection knows
            clone: Any = copy.copy(like)
            if mapping:
                clone.update(items)
            else:
                for i, item in enumerate(items):
                    clone[i] = item
            return clone
        return type(like)(items)
    except TypeError:
        return items  # for example a range


def collate(batch: Any, *, collate_fn_map: dict[Any, Collate] | None = None) -> Any:
    """Samples put together by the class of the first one.

    Args:
        batch: the samples.
        collate_fn_map: a function for each class (or tuple of classes), of the samples and of this table.

    Raises:
        TypeError: there is no function for the class of the samples.
        RuntimeError: samples that are sequences differ in length.
    """
    first = batch[0]
    kind = type(first)
    if collate_fn_map is not None:
        function = collate_fn_map.get(kind)
        if function is None:
            function = next((found for known, found in collate_fn_map.items() if isinstance(first, known)), None)
        if function is not None:
            return function(batch, collate_fn_map=collate_fn_map)
    if isinstance(first, collections.abc.Mapping):
        parts = {key: collate([item[key] for item in batch], collate_fn_map=collate_fn_map) for key in first}
        return _rebuilt(first, parts)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return kind(*(collate(items, collate_fn_map=collate_fn_map) for items in zip(*batch)))
    if isinstance(first, collections.abc.Sequence):
        if any(len(item) != len(first) for item in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [collate(items, collate_fn_map=collate_fn_map) for items in zip(*batch)]
        return columns if isinstance(first, tuple) else _rebuilt(first, columns)
    raise _unknown(kind)


def _unknown(kind: Any) -> TypeError:
    return TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {kind}"
    )


def collate_tensor_fn(batch: Any, *, collate_fn_map: Any = None) -> Tensor:
    """Tensors stacked along a new first dimension."""
    return stack(batch, 0)


def collate_numpy_array_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Arrays stacked along a new first dimension."""
    if _UNFIT.search(batch[0].dtype.str) is not None:
        raise _unknown(batch[0].dtype)
    return collate([as_tensor(item) for item in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """NumPy's numbers as a tensor."""
    return as_tensor(np.array(batch))


def collate_float_fn(batch: Any, *, collate_fn_map: Any = None) -> Tensor:
    """Floats as a tensor of doubles."""
    return tensor(batch, dtype=float64)


def collate_int_fn(batch: Any, *, collate_fn_map: Any = None) -> Tensor:
    """Ints as a tensor."""
    return tensor(batch)


def collate_str_fn(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Strings as they are."""
    return batch


default_collate_fn_map: dict[Any, Collate] = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def default_collate(batch: Any) -> Any:
    """Samples put together: tensors, arrays and numbers stacked, collections item by item, strings in a list.

    Args:
        batch: the samples.

    Raises:
        TypeError: the samples are of another class.
        RuntimeError: samples that are sequences differ in length.

    Example::

        >>> torch.utils.data.default_collate([{"x": 1.0}, {"x": 2.0}])
        {'x': tensor([1., 2.], dtype=torch.float64)}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
