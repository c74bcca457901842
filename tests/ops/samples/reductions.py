"""Samples of reductions, scans, sorting and statistics."""

from collections.abc import Iterator

from tests.ops.sample import Maker, Sample, leave_out, samples


@samples("sum", "mean", "nansum")
def over_dims(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(2, 3), 1))
    yield Sample((make(2, 3, 2), (0, -1)), {"keepdim": True})
    yield Sample((make(),))
    yield Sample((make(), 0))


@samples("amax", "amin")
def extremes(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3),))
    yield Sample((make.spread(2, 3), 1))
    yield Sample((make.spread(2, 3, 2), (0, -1), True))
    yield Sample((make.spread(),))


@samples("prod.dim")
def product(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(2, 3), 1))
    yield Sample((make(2, 3), -2, True))


@samples("var.correction", "std.correction", "var_mean.correction", "std_mean.correction")
def spread(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(3, 4), 1))
    yield Sample((make(2, 3, 2), (0, -1)), {"correction": 0, "keepdim": True})


@samples("logsumexp.float")
def log_of_sum(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 1))
    yield Sample((make(2, 3, 2), (0, -1), True))


@samples("linalg_vector_norm")
def norms(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(2, 3), 1, 1))
    yield Sample((make(2, 3), 3, -1, True))
    yield Sample((make.spread(2, 3), float("inf"), 1))


@samples("norm.whole", "max.all", "min.all", "median.all", "nanmedian.all")
def whole(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3),))
    yield Sample((make.spread(5),))


@samples("max.dim", "min.dim", "median.dim", "nanmedian.dim")
def with_places(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3), 1))
    yield Sample((make.spread(2, 3), -2, True))
    yield Sample((make.spread(), 0))


@samples("mode")
def most_frequent(make: Maker) -> Iterator[Sample]:
    yield Sample((make.of([[1.0, 1.0, 2.0], [3.0, 2.0, 2.0]]), 1))


@samples("kthvalue")
def kth(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3), 2, 1))
    yield Sample((make.spread(2, 3), 1, 0, True))


@samples("aminmax")
def both_extremes(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3),))
    yield Sample((make.spread(2, 3),), {"dim": 1, "keepdim": True})


@samples("argmax", "argmin")
def places(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3),))
    yield Sample((make.spread(2, 3), 1))
    yield Sample((make.spread(2, 3), -1, True))


@samples("all", "any")
def truth(make: Maker) -> Iterator[Sample]:
    yield Sample((make.mask(2, 3),))
    yield Sample((make.mask(2, 3), 1))
    yield Sample((make(2, 3), -1, True))


@samples("count_nonzero")
def counted(make: Maker) -> Iterator[Sample]:
    yield Sample((make.mask(2, 3),))
    yield Sample((make.mask(2, 3), 1))


@samples("cumsum", "cumprod", "logcumsumexp")
def scans(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 1))
    yield Sample((make(2, 3), -2))
    yield Sample((make(), 0))


@samples("cummax", "cummin")
def running_extremes(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3), 1))
    yield Sample((make.spread(2, 3), -2))


@samples("sort.stable")
def sorted_(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3), 1))
    yield Sample((make.spread(2, 3), -2, True))
    yield Sample((make.spread(), 0))


@samples("argsort.stable")
def order(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 3), 1, False))
    yield Sample((make.spread(2, 3), -2, True))


@samples("topk")
def largest(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(2, 4), 2))
    yield Sample((make.spread(3, 2), 2, 0, False))


@samples("_softmax", "_softmax_of_draws", "_log_softmax")
def softmax(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 1))
    yield Sample((make(2, 3), 0))
    yield Sample((make(), 0))


@samples("bincount")
def bins_of_integers(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(5, 8),))
    yield Sample((make.index(5, 8), make(8)), {"minlength": 7})


@samples("histc")
def histogram(make: Maker) -> Iterator[Sample]:
    yield Sample((make(10), 4, -2, 2))


@samples("searchsorted.array")
def search(make: Maker) -> Iterator[Sample]:
    yield Sample((make.of([1.0, 2.0, 3.0]), make(2, 2), None, "left", False))


@samples("renorm")
def renormalized(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), 2, 0, 1.0))


@samples("dist")
def distance(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(3)))
    yield Sample((make(2, 3), make(2, 3), 3))


@samples("pdist")
def pairs(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3),))


@samples("equal")
def equality(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3)))


@samples("frexp")
def parts_of_floats(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))


leave_out("gradient", "equal numbers, of which one is chosen, are its point", "mode")
leave_out("16-bit", "it adds up in float64", "bincount")
leave_out("vmap", "the result is a Python bool", "equal")
leave_out("meta", "the result is a Python bool", "equal")
leave_out("16-bit", "the result is a Python bool", "equal")
leave_out("vmap", "the number of bins depends on the values", "bincount")
leave_out("meta", "the number of bins depends on the values", "bincount")
leave_out("16-bit", "rounding moves values from one bin to another", "histc", "searchsorted.array")
