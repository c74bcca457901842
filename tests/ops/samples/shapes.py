"""Samples of views, and of operators that arrange, join and index."""

from collections.abc import Iterator

import rushlight as torch
from rushlight._core.geometry import Geometry
from tests.ops.sample import Maker, Sample, leave_out, samples


@samples("view", "view_copy")
def under_another_shape(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 6), (3, 4)))
    yield Sample((make(2, 6), (-1,)))
    yield Sample((make(), (1, 1)))


@samples("_reshape_of_copy", "_unsafe_view")
def reshaped(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 6), (3, 4)))


@samples("expand", "expand_copy")
def expanded(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 1), (2, 3)))
    yield Sample((make(3), (2, -1)))
    yield Sample((make(), (2, 2)))


@samples("permute", "permute_copy")
def permuted(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 4), (2, 0, 1)))
    yield Sample((make(2, 3), (-1, 0)))


@samples("transpose", "transpose_copy")
def transposed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 4), 0, 2))
    yield Sample((make(2, 3), -1, 0))


@samples("t", "t_copy")
def turned(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(3),))


@samples("unsqueeze", "unsqueeze_copy")
def unsqueezed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 0))
    yield Sample((make(2, 3), -1))
    yield Sample((make(), 0))


@samples("squeeze", "squeeze_copy")
def squeezed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 1),))
    yield Sample((make(1, 2, 1), 0))
    yield Sample((make(1, 2, 1), (0, -1)))
    yield Sample((make(2, 3), 1))


@samples("select", "select_copy")
def selected(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 1, 2))
    yield Sample((make(2, 3), -2, -1))


@samples("slice", "slice_copy")
def sliced(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), 0, 1, 3))
    yield Sample((make(4, 3), -1, None, None, 2))


@samples("diagonal", "diagonal_copy")
def diagonals(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4),))
    yield Sample((make(2, 3, 4), 1, -1, 0))


@samples("unfold", "unfold_copy")
def windows(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 5), 1, 3, 2))
    yield Sample((make(5, 2), -2, 2, 1))


@samples("alias", "alias_copy", "clone", "detach", "zero")
def as_it_is(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(),))


@samples("_split", "split_copy", "unsafe_split")
def split(make: Maker) -> Iterator[Sample]:
    yield Sample((make(5, 2), 2))
    yield Sample((make(2, 4), 3, -1))


@samples("split_with_sizes", "split_with_sizes_copy", "unsafe_split_with_sizes")
def split_by_sizes(make: Maker) -> Iterator[Sample]:
    yield Sample((make(5, 2), (2, 3)))
    yield Sample((make(2, 4), (3, 0, 1), -1))


@samples("unbind", "unbind_copy")
def unbound(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(2, 3), -1))


@samples("_to_copy")
def converted(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), torch.complex128))


@samples("cat")
def joined(make: Maker) -> Iterator[Sample]:
    yield Sample(([make(2, 3), make(1, 3)],))
    yield Sample(([make(2, 3), make(2, 1), make(2, 0)], -1))


@samples("stack")
def stacked(make: Maker) -> Iterator[Sample]:
    yield Sample(([make(2, 3), make(2, 3)],))
    yield Sample(([make(2, 3), make(2, 3)], -1))
    yield Sample(([make(), make(), make()],))


@samples("block_diag")
def blocks(make: Maker) -> Iterator[Sample]:
    yield Sample(([make(2, 3), make(1), make()],))


@samples("flip")
def flipped(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), (0,)))
    yield Sample((make(2, 3), (-1, 0)))


@samples("roll")
def rolled(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 1))
    yield Sample((make(2, 3), (1, -1), (0, 1)))


@samples("rot90")
def rotated(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(2, 3, 2), 3, (0, -1)))


@samples("repeat")
def repeated(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), (2, 1, 2)))


@samples("tril", "triu")
def triangles(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4),))
    yield Sample((make(2, 3, 3), 1))
    yield Sample((make(3, 3), -1))


@samples("trace")
def traced(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4),))


@samples("diag_embed")
def embedded(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(3), 1, 1, 0))


@samples("select_backward")
def into_selection(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2), (2, 3), 1, -1))


@samples("slice_backward")
def into_slice(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 2), (2, 4), 1, 0, 4, 2))


@samples("diagonal_backward")
def into_diagonal(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3), (3, 4), 0, 0, 1))


@samples("unfold_backward")
def into_windows(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 2, 3), (2, 5), 1, 3, 2))


@samples("narrow_copy")
def narrowed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), 0, 1, 2))


@samples("select_scatter")
def scattered_to_selection(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2), 1, -1))


@samples("slice_scatter")
def scattered_to_slice(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), make(2, 3), 0, 1, 3))


@samples("diagonal_scatter")
def scattered_to_diagonal(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), make(3)))


@samples("as_strided_scatter")
def scattered_to_window(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), make(2, 2), (2, 2), (4, 1), 1))


@samples("gather")
def gathered(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 0, make.index(3, 2, 4)))
    yield Sample((make(3, 4), -1, make.index(4, 3, 6)))


@samples("scatter_add")
def added_at(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 0, make.index(3, 2, 4), make(2, 4)))
    yield Sample((make(3, 4), -1, make.index(4, 3, 6), make(3, 6)))


@samples("_scatter_values")
def written_at(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 1, torch.tensor([[0, 2], [1, 3], [2, 0]]), make(3, 2)))
    yield Sample((make(3, 4), 0, torch.tensor([[0, 2, 1, 0]]), 1.5))


@samples("scatter_reduce")
def reduced_at(make: Maker) -> Iterator[Sample]:
    index = torch.tensor([[0, 2, 0], [1, 1, 3]])
    for reduce in ("sum", "mean", "amax", "prod"):
        yield Sample((make.spread(2, 4), 1, index, make.spread(2, 3) * 1.1 + 0.03, reduce))


@samples("index_select")
def index_selected(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 0, make.index(3, 5)))
    yield Sample((make(3, 4), -1, make.index(4, 2)))


@samples("index_add", "index_copy")
def put_along(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 0, torch.tensor([2, 0]), make(2, 4)))
    yield Sample((make(3, 4), -1, torch.tensor([3, 1, 0]), make(3, 3)))


@samples("index_fill")
def filled_along(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 0, torch.tensor([2, 0]), 1.5))
    yield Sample((make(3, 4), -1, torch.tensor([3]), make()))


@samples("index_reduce")
def reduced_along(make: Maker) -> Iterator[Sample]:
    for reduce in ("prod", "mean", "amax"):
        yield Sample((make.spread(3, 4), 0, torch.tensor([2, 0]), make.spread(2, 4) * 1.1 + 0.03, reduce))


@samples("index")
def indexed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), [make.index(3, 2)]))
    yield Sample((make(3, 4), [make.index(3, 2, 1), make.index(4, 2)]))
    yield Sample((make(3, 4), [None, make.index(4, 5)]))


@samples("index_put")
def put_at(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), [torch.tensor([2, 0])], make(2, 4)))
    yield Sample((make(3, 4), [make.index(3, 5), make.index(4, 5)], make(5), True))


@samples("_index_backward")
def index_backward(make: Maker) -> Iterator[Sample]:
    yield Sample((make(5, 4), (3, 4), [make.index(3, 5)]))


@samples("take")
def taken(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), make.index(12, 2, 3)))


@samples("put")
def put_flat(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), torch.tensor([2, 7]), make(2)))
    yield Sample((make(3, 4), make.index(12, 5), make(5), True))


@samples("masked_fill")
def masked(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make.mask(2, 3), 1.5))
    yield Sample((make(2, 3), make.mask(3), make()))


@samples("masked_select")
def mask_selected(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make.mask(2, 3)))


@samples("masked_scatter")
def mask_scattered(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make.mask(2, 3), make(6)))


@samples("_nonzero")
def nonzero(make: Maker) -> Iterator[Sample]:
    yield Sample((make.mask(2, 3),))


@samples("nonzero_static")
def nonzero_of_size(make: Maker) -> Iterator[Sample]:
    yield Sample((make.mask(2, 3),), {"size": 4})


@samples("copy")
def copied(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3)))
    yield Sample((make(2, 3), make(3)))


@samples("fill")
def filled(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 1.5))
    yield Sample((make(2, 3), make()))


@samples("view_as_real", "view_as_real_copy")
def as_real(make: Maker) -> Iterator[Sample]:
    values = make(2, 3)
    yield Sample((values if values.is_complex() else torch.complex(values.double(), values.double()),))


@samples("view_as_complex", "view_as_complex_copy")
def as_complex(make: Maker) -> Iterator[Sample]:
    values = make(3, 2)
    yield Sample((values.real.clone() if values.is_complex() else values,))


@samples("_part_of", "_without_part", "_strided", "_strided_copy")
def parts(make: Maker) -> Iterator[Sample]:
    base = make(3, 4)
    yield Sample((base, Geometry(base._array, base._array[:, 1:3])))
    yield Sample((base, Geometry(base._array, base._array[1].T)))


@samples("_part_into")
def into_parts(make: Maker) -> Iterator[Sample]:
    base = make(3, 4)._array
    yield Sample((make(3, 2), Geometry(base, base[:, 1:3])))


@samples("_once_differentiable")
def once(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), "no second derivative"))


@samples("_scatter_reduced")
def reduced_in_place(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4), 1, torch.tensor([[0, 2, 0], [1, 1, 3]]), make(2, 3), "add"))


@samples("_reread")
def reread(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4), make.dtype))


DYNAMIC = "the shape of the result depends on the values"
leave_out("vmap", DYNAMIC, "masked_select", "_nonzero")
leave_out("meta", DYNAMIC, "masked_select", "_nonzero")
leave_out("in-place", "it changes the form of the tensor itself", "squeeze", "t", "transpose", "unsqueeze", "detach")
leave_out("complex", "it compares numbers", "scatter_reduce", "index_reduce")
leave_out("vmap", "views of storages have no batch rule, and say so", "_strided", "_reread")
leave_out("gradient", "it has none, and says so", "_once_differentiable")
leave_out(
    "16-bit",
    "a place in memory belongs to a dtype",
    "_part_of",
    "_part_into",
    "_without_part",
    "_strided",
    "_strided_copy",
)
leave_out(
    "16-bit",
    "its dtypes are those of complex numbers",
    "view_as_real",
    "view_as_complex",
    "view_as_real_copy",
    "view_as_complex_copy",
)
