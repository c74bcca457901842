"""Indexing, gathering, scattering and overwriting, as methods."""

from __future__ import annotations

from .._declare.variants import inplace, method
from .._ops import copying, gather_scatter as ops, indexing
from .subscript import getitem, setitem


class IndexingMethods:
    """Rows of the method table: elements by index."""

    __slots__ = ()

    __getitem__ = getitem
    __setitem__ = setitem

    copy_ = inplace(copying.copy)
    fill_ = inplace(copying.fill)
    zero_ = inplace(copying.zero)

    index_put, index_put_ = method(indexing.index_put), inplace(indexing.index_put)
    take = method(ops.take)
    put, put_ = method(ops.put), inplace(ops.put)
    index_select = method(ops.index_select)
    index_add, index_add_ = method(ops.index_add), inplace(ops.index_add)
    masked_fill, masked_fill_ = method(ops.masked_fill), inplace(ops.masked_fill)
