"""Samples of operators that only derivatives use."""

from collections.abc import Iterator

from tests.ops.sample import Maker, Sample, leave_out, samples


@samples("_standard_gamma_grad")
def gamma_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=0.5, high=2), make(2, 3, low=0.5, high=2)))


leave_out("gradient", "it has no derivative, in torch neither", "_standard_gamma_grad")


@samples("_dirichlet_grad")
def dirichlet_gradient(make: Maker) -> Iterator[Sample]:
    alpha = make(2, 3, low=0.5, high=2)
    yield Sample((make(2, 3, low=0.1, high=0.6), alpha, alpha.sum(-1, keepdim=True).expand(2, 3)))
