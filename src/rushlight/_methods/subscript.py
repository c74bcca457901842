"""``x[...]`` and ``x[...] = v``: any index, followed into views and, where tensors index, `index` and `index_put`.

The common forms (an int, a slice, a tuple of these, one integer tensor) on tensors that record nothing
take one NumPy call; everything else is followed part by part as torch does it, so that the graph is torch's.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .._backends.numpy.copies import copy_into
from .._backends.numpy.errstate import quiet
from .._backends.numpy.machine_code import FROM
from .._core.dtypes import of_numpy
from .._core.modes import modes
from .._core.names import type_name
from .._core.numbers import fitted
from .._core.promotion import accumulate_type
from .._core.storage import Storage
from .._core.tensor_base import PLAIN, TensorBase, has_override, wrap
from .._declare import fast_kernels
from .._declare.dispatch import tensor_type_name
from .._declare.fast_views import make_view, recorder
from .._declare.overrides import override, state
from .._declare.record import REGISTRY
from .._declare.variants import inplace
from .._ops.copying import copy, fill
from .._ops.dimensions import unsqueeze
from .._ops.indexing import index as index_op, index_put
from .._ops.shape import expand
from .._ops.slices import alias, select, slice_

ndarray = np.ndarray
F32, F64, I64 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)
FULL = slice(None)
record_index = fast_kernels.recorder(REGISTRY["index"])
record_select, record_slice = recorder(REGISTRY["select"]), recorder(REGISTRY["slice"])
copy_, fill_, index_put_ = inplace(copy), inplace(fill), inplace(index_put)


def getitem(self: Any, key: Any) -> Any:
    """The elements at an index of any form: a view for ints, slices, None and ``...``, a copy for tensors and masks."""
    if type(self) not in PLAIN:
        overloaded = _overloaded((self,))
        return override(getitem, overloaded, (self, key), {}) if overloaded else get_by_parts(self, key)
    array = self._array
    if self._extra is not None or self._edge is not None:
        return _get_recorded(self, array, key)
    kind = type(key)
    try:
        if kind is int:
            found = array[key, ...]
        elif kind is slice:
            step = key.step
            if step is not None and step <= 0:
                return get_by_parts(self, key)
            found = array[key]
        elif kind in PLAIN:
            places = key._array
            if places.dtype is I64 and places.ndim:
                if array.size < FROM and places.size < FROM:
                    return wrap(array.take(places, 0))
                return get_by_parts(self, key)
            if places.dtype.kind == "b" and places.shape == array.shape and places.ndim and array.size < FROM:
                return wrap(array[places])
            return get_by_parts(self, key)
        elif key is None:
            found = array[None]
        elif kind is tuple:
            if not _is_basic(key):
                return get_by_parts(self, key)
            found = array[key]
            if type(found) is not ndarray:
                found = array[(*key, ...)]
        else:
            return get_by_parts(self, key)
    except (IndexError, TypeError, AttributeError):
        return get_by_parts(self, key)
    return make_view(self, array, found)


def _get_recorded(self: Any, array: Any, index: Any) -> Any:
    """`getitem` where a node may be wanted: the most common forms go straight to their operator."""
    kind = type(index)
    shape = array.shape
    if shape:
        if kind is int:
            if -shape[0] <= index < shape[0] and type(array) is ndarray:
                found = make_view(self, array, array[index, ...])
                record_select(self, (0, index), found)
                return found
        elif kind is slice:
            start, stop, step = index.start, index.stop, index.step
            if step is None and (start is None or type(start) is int) and (stop is None or type(stop) is int):
                if type(array) is not ndarray:
                    return slice_(self, 0, start, stop)
                found = make_view(self, array, array[index])
                record_slice(self, (0, start, stop, 1), found)
                return found
        elif kind in PLAIN:
            places = index._array
            if places.dtype is I64 and places.ndim and type(array) is ndarray and array.size < FROM:
                try:
                    found = wrap(array.take(places, 0))
                except IndexError:
                    return get_by_parts(self, index)
                if self._edge is not None and modes.record:
                    record_index([self, [index]], found)
                return found
    return get_by_parts(self, index)


def _overloaded(values: tuple[Any, ...]) -> list[Any]:
    """The values whose class has a ``__torch_function__`` of its own, unless these are switched off."""
    if state.disabled:
        return []
    kinds = (type(value) for value in values)
    return [
        value for value, kind in zip(values, kinds)
        if has_override(kind) and not hasattr(kind, "_transform")
    ]  # fmt: skip


def _is_basic(index: tuple[Any, ...]) -> bool:
    """Whether a tuple holds only ints, slices with a positive step, None and ``...``."""
    for part in index:
        kind = type(part)
        if kind is slice:
            step = part.step
            if step is not None and (type(step) is not int or step <= 0):
                return False
        elif kind is not int and part is not None and part is not Ellipsis:
            return False
    return bool(index)


def get_by_parts(self: Any, index: Any) -> Any:
    """`getitem` for every form of index, part by part."""
    view, indices = follow(self, index)
    if indices is not None:
        return index_op(view, indices)
    return alias(self) if view is self else view


def setitem(self: Any, key: Any, value: Any) -> None:
    """Writes a number or a tensor, broadcast, at an index of any form."""
    if type(self) in PLAIN and self._extra is None and _set_at_once(self, key, value):
        return
    overloaded = _overloaded((self, value))
    if overloaded:
        override(setitem, overloaded, (self, key, value), {})
        return
    if not isinstance(value, TensorBase):
        value = _as_value(self, value)
    if key is False:
        return
    if key is True:
        key = None
    elif type(key) is slice:
        key = (key,)  # as part of a tuple, one that takes everything is no view
    view, indices = follow(self, key)
    if indices is None:
        if value._array.ndim == 0 and value._edge is None:
            fill_(view, value)
        else:
            copy_(view, _fit(value, view))
    else:
        index_put_(view, indices, _without_lead(value, view))


def _set_at_once(self: Any, index: Any, value: Any) -> bool:
    """Has NumPy do the whole assignment where nothing is recorded and it means the same; whether it has."""
    array = self._array
    record = modes.record
    kind = type(value)
    if kind in PLAIN:
        operand = value._array
        if operand.dtype is not array.dtype or (record and value._edge is not None):
            return False
    elif kind is float or kind is int:
        element = array.dtype
        if element is not F32 and element is not F64 and (kind is float or element is not I64):
            return False
        if not -_LARGEST <= value <= _LARGEST:
            return False
        operand = value
    else:
        return False
    storage = self._storage
    if storage is None:
        storage = self._storage = Storage(array)
    base = self._base
    if storage.frozen or (record and (self._edge is not None or (base is not None and base._edge is not None))):
        return False
    kind = type(index)
    if kind is slice:
        if index.step is not None:
            return False
    elif kind in PLAIN:
        if value is self or getattr(value, "_storage", None) is storage:
            return False
        index = index._array
        if not index.ndim or not (index.dtype is I64 or index.dtype.kind == "b"):
            return False
        if index.dtype.kind == "b" and (index.shape != array.shape or index.size >= FROM):
            return False
    elif kind is tuple:
        if not _is_basic(index):
            return False
    elif kind is not int:
        return False
    if base is not None and 0 in array.strides:
        return False
    try:
        if kind in PLAIN or type(operand) is not ndarray or operand.size < FROM:
            array[index] = operand
        else:
            copy_into(array[index], operand)
    except (IndexError, ValueError, TypeError, OverflowError):
        return False
    storage.version += 1
    return True


_LARGEST = 3e38
"""Numbers up to here fit float32; larger ones, infinite ones and nan are left to the general path."""


def _as_value(self: Any, value: Any) -> Any:
    if not isinstance(value, (int, float, complex, np.number, np.bool_)):
        raise TypeError(f"can't assign a {type_name(value)} to a {tensor_type_name(self._array)}")
    element = of_numpy(self._array.dtype)
    wide = accumulate_type(element)  # what is too large for 16 bits becomes infinite
    return wrap(quiet(np.asarray(fitted(value, wide), wide.numpy).astype, element.numpy))


def _without_lead(value: Any, view: Any) -> Any:
    """A value without its first dimensions of size 1 where it has more than one of them to spare."""
    shape = value._array.shape
    spare = 0
    while spare < len(shape) and shape[spare] == 1:
        spare += 1
    return value.view(shape[spare:]) if spare else value


def _fit(value: Any, view: Any) -> Any:
    shape = view._array.shape
    if value._array.shape == shape:
        return value
    return expand(_without_lead(value, view), shape)


def follow(tensor: Any, index: Any) -> tuple[Any, list[Any] | None]:
    """Applies ints, slices and None of an index as views.

    Returns:
        The view, and what `index` or `index_put` is to be called with on it (None where no tensor indexes).
    """
    if not isinstance(index, tuple):
        if isinstance(index, (list, range, ndarray)) or not isinstance(index, (int, slice)):
            if _is_spelled_out_tuple(index):
                return _follow_parts(tensor, tuple(index))
        if index is Ellipsis or index is None or isinstance(index, (bool, TensorBase)):
            return _follow_parts(tensor, (index,))
        if isinstance(index, slice):
            if tensor._array.ndim == 0:
                raise IndexError("slice() cannot be applied to a 0-dim tensor.")
            return _cut(tensor, 0, index), None
        if isinstance(index, (int, np.integer)):
            return _pick(tensor, 0, operator.index(index), 0, tensor), None
        return _follow_parts(tensor, (index,))
    return _follow_parts(tensor, index)


def _is_spelled_out_tuple(index: Any) -> bool:
    """Whether a list is taken for a tuple, as NumPy once did: a short one that holds more than numbers."""
    if not isinstance(index, list) or len(index) >= 32:
        return False
    return any(
        part is None or part is Ellipsis or isinstance(part, (slice, TensorBase, list, tuple, range, ndarray))
        for part in index
    )


def _follow_parts(tensor: Any, parts: tuple[Any, ...]) -> tuple[Any, list[Any] | None]:
    parts = tuple(_as_part(part) for part in parts)
    used = sum(map(_dims_taken, parts))
    ndim = tensor._array.ndim
    if used > ndim:
        error = IndexError(f"too many indices for tensor of dimension {ndim}")
        error.add_note(f"the tensor has shape {list(tensor._array.shape)}, the index speaks of {used} dimensions")
        raise error
    indices: list[Any] = []
    dim = covered = own = 0  # `own` counts the tensor's own dimensions, which error messages speak of
    view = tensor
    for part in parts:
        if part is Ellipsis:
            dim += ndim - used
            own += ndim - used
            continue
        own += _dims_taken(part)
        if isinstance(part, slice):
            if not _is_full(part, view._array.shape[dim]):
                view = _cut(view, dim, part)
            dim += 1
            continue
        if part is None:
            view = unsqueeze(view, dim)
            dim += 1
            continue
        if isinstance(part, int) and not isinstance(part, bool):
            view = _pick(view, dim, part, own - 1, tensor)
            continue
        if isinstance(part, bool) or (part._array.ndim == 0 and part._array.dtype.kind == "b"):
            truth = part if isinstance(part, bool) else bool(part._array)
            view = unsqueeze(view, dim)
            part = wrap(np.zeros(int(truth), np.int64))
        elif part._array.ndim == 0 and part._array.dtype.kind in "iu" and part._array.dtype.itemsize > 1:
            view = _pick(view, dim, int(part._array), own - 1, tensor)
            continue
        indices.extend([None] * (dim - covered))
        indices.append(part)
        dim += part._array.ndim if _is_mask(part) else 1
        covered = dim
    return view, indices or None


def _is_mask(part: Any) -> bool:
    element = part._array.dtype
    return element.kind == "b" or (element.kind == "u" and element.itemsize == 1)


def _dims_taken(part: Any) -> int:
    if part is None or part is Ellipsis or isinstance(part, bool):
        return 0
    if isinstance(part, TensorBase) and _is_mask(part):
        return int(part._array.ndim)
    return 1


def _is_full(part: slice, size: int) -> bool:
    return part.indices(size) == (0, size, 1) if part is not FULL else True


def _as_part(part: Any) -> Any:
    """One part of an index as an int, a slice, None, ``...``, a bool or a tensor."""
    if part is None or part is Ellipsis or isinstance(part, (int, slice, TensorBase)):
        return part
    if isinstance(part, np.integer):
        return int(part)
    if isinstance(part, (list, tuple, range)):
        return wrap(_positions(part))
    if isinstance(part, ndarray):
        return wrap(part)
    if isinstance(part, str):
        raise TypeError("new(): invalid data type 'str'")
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        f"(got {type_name(part)})"
    )


def _positions(values: Any) -> Any:
    """A nested list of positions or truth values as an array."""
    array = np.asarray(_numbers(values))
    return array if array.dtype.kind == "b" else array.astype(np.int64)


def _numbers(values: Any) -> Any:
    if isinstance(values, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(values, (list, tuple, range)):
        return [_numbers(value) for value in values]
    return values._array if isinstance(values, TensorBase) else values


def _cut(tensor: Any, dim: int, part: slice) -> Any:
    start, stop, step = part.start, part.stop, part.step
    for bound in (start, stop, step):
        if bound is not None and not hasattr(bound, "__index__"):
            raise TypeError("slice indices must be integers or None or have an __index__ method")
    step = 1 if step is None else operator.index(step)
    if step == 0:
        raise ValueError("slice step cannot be zero")
    if step < 0:
        error = ValueError("step must be greater than zero")
        error.add_note("views do not run backwards here; write x.flip(0) for x[::-1]")
        raise error
    first = None if start is None else operator.index(start)
    last = None if stop is None else operator.index(stop)
    return slice_(tensor, dim, first, last, step)


def _pick(tensor: Any, dim: int, place: int, own: int, whole: Any) -> Any:
    """One entry along a dimension of a view; `own` is that dimension in the whole tensor, of which errors speak."""
    shape = tensor._array.shape
    if not shape:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    size = shape[dim]
    if not -size <= place < size:
        if not -(1 << 63) <= place < 1 << 63:
            raise ValueError("Overflow when unpacking long long")
        error = IndexError(f"index {place} is out of bounds for dimension {own} with size {size}")
        error.add_note(f"the tensor has shape {list(whole._array.shape)}; places count from 0, or from -1 backwards")
        raise error
    return select(tensor, dim, place)


getitem.__name__, setitem.__name__ = "__getitem__", "__setitem__"
