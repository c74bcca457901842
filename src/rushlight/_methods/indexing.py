"""Indexing, gathering, scattering and overwriting, as methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.tensor_base import PLAIN, TensorBase, wrap
from .._declare.variants import inplace, method
from .._ops import copying, gather_scatter, index_along, indexing, masking, parts, scatter_reduce as reducing
from .subscript import getitem, setitem

if TYPE_CHECKING:
    from ..tensor import Tensor

overwrite_ = inplace(copying.copy)
scatter_values_, scatter_reduced_ = inplace(gather_scatter.scatter_values), inplace(gather_scatter.scatter_reduced)


class IndexingMethods:
    """Rows of the method table: elements by index."""

    __slots__ = ()

    __getitem__ = getitem
    __setitem__ = setitem
    _part_of, _part_into, _without_part = parts.part_of, parts.part_into, parts.without_part

    fill_diagonal_ = method(copying.fill_diagonal)
    fill_ = inplace(copying.fill)
    zero_ = inplace(copying.zero)

    index_put, index_put_ = method(indexing.index_put), inplace(indexing.index_put)
    index_select = method(index_along.index_select)
    index_add, index_add_ = method(index_along.index_add), inplace(index_along.index_add)
    index_copy, index_copy_ = method(index_along.index_copy), inplace(index_along.index_copy)
    index_fill, index_fill_ = method(index_along.index_fill), inplace(index_along.index_fill)

    gather = method(gather_scatter.gather)
    scatter_add, scatter_add_ = method(gather_scatter.scatter_add), inplace(gather_scatter.scatter_add)
    scatter_reduce, scatter_reduce_ = method(reducing.scatter_reduce), inplace(reducing.scatter_reduce)
    index_reduce, index_reduce_ = method(reducing.index_reduce), inplace(reducing.index_reduce)
    take = method(gather_scatter.take)
    put, put_ = method(gather_scatter.put), inplace(gather_scatter.put)
    take_along_dim = method(gather_scatter.take_along_dim)

    masked_fill, masked_fill_ = method(masking.masked_fill), inplace(masking.masked_fill)
    masked_scatter, masked_scatter_ = method(masking.masked_scatter), inplace(masking.masked_scatter)
    masked_select = method(masking.masked_select)
    nonzero = method(masking.nonzero)
    argwhere = method(masking.argwhere)
    nonzero_static = method(masking.nonzero_static)

    scatter = method(gather_scatter.scatter)

    def copy_(self: Any, src: Any, non_blocking: bool = False) -> Tensor:
        """Overwrites this tensor with the elements of `src`, broadcast to its shape and converted to its dtype.

        Args:
            src: a tensor or a number.
            non_blocking: has no effect.

        Raises:
            RuntimeError: the shape does not fit, or autograd forbids the write.

        Example::

            >>> torch.zeros(2, 2).copy_(torch.tensor([1.0, 2.0]))
            tensor([[1., 2.],
                    [1., 2.]])
        """
        if type(src) in PLAIN:
            return overwrite_(self, src)
        if isinstance(src, (int, float, complex)):
            src = wrap(np.asarray(src))
        elif not isinstance(src, TensorBase):
            raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {type(src).__name__}")
        return overwrite_(self, src)

    def scatter_(
        self: Any, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: Any = None
    ) -> Tensor:
        """Writes values at positions `index` along `dim`, or combines them with what is there."""
        values = src if value is None else value
        if reduce is None:
            return scatter_values_(self, dim, index, values)
        return scatter_reduced_(self, dim, index, values, reduce)
