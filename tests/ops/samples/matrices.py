"""Samples of products of matrices and of linear algebra."""

from collections.abc import Iterator

import rushlight as torch
from tests.ops.sample import Maker, Sample, leave_out, samples


@samples("dot", "vdot")
def vectors(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4), make(4)))
    yield Sample((make(0), make(0)))


@samples("mv")
def matrix_and_vector(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(3)))


@samples("mm")
def matrices(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(3, 4)))
    yield Sample((make(3, 2).T, make(4, 3).T))


@samples("bmm")
def batches(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 2, 3), make(2, 3, 4)))


@samples("addmm")
def added_product(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4), make(2, 3), make(3, 4)))
    yield Sample((make(4), make(2, 3), make(3, 4)), {"beta": 0.5, "alpha": 2})


@samples("addmv")
def added_vector(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2), make(2, 3), make(3)), {"beta": 0.5, "alpha": 2})


@samples("addr")
def added_outer(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2), make(3)))


@samples("baddbmm")
def added_batches(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 2, 4), make(2, 2, 3), make(2, 3, 4)), {"beta": 0.5, "alpha": 2})


@samples("addbmm")
def added_sum_of_batches(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4), make(3, 2, 3), make(3, 3, 4)))


@samples("linalg_cross")
def cross(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3)))
    yield Sample((make(3, 2), make(3, 1)), {"dim": 0})


@samples("linalg_det", "linalg_slogdet", "linalg_inv_ex")
def of_a_matrix(make: Maker) -> Iterator[Sample]:
    yield Sample((make.matrix(3, 3),))
    yield Sample((make.matrix(2, 2, 2),))


@samples("linalg_matrix_exp")
def exponent(make: Maker) -> Iterator[Sample]:
    yield Sample((make.matrix(3, 3),))
    yield Sample((make.matrix(2, 2, 2) * 4,))


@samples("linalg_householder_product")
def reflections(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 2), make(2)))
    yield Sample((make(2, 3, 3), make(2, 2)))


@samples("geqrf")
def packed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 2),))
    yield Sample((make(2, 2, 3),))


leave_out("gradient", "it has no derivative, in torch neither", "geqrf")


@samples("_weight_norm_interface")
def directions(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 2), make(3, 1)))
    yield Sample((make(2, 2, 3), make(1, 1, 3), 2))


@samples("linalg_cholesky_ex")
def positive(make: Maker) -> Iterator[Sample]:
    matrix = make.matrix(3, 3)
    yield Sample((matrix @ matrix.mH + 0.5 * torch.eye(3),))


@samples("linalg_eigh", "linalg_qr")
def decomposed(make: Maker) -> Iterator[Sample]:
    matrix = make.matrix(3, 3)
    yield Sample((matrix + matrix.mH,))


@samples("linalg_svd_parts")
def singular(make: Maker) -> Iterator[Sample]:
    yield Sample((make.matrix(3, 3), False, True))


@samples("linalg_solve_ex")
def solved(make: Maker) -> Iterator[Sample]:
    yield Sample((make.matrix(3, 3), make(3, 2)))
    yield Sample((make.matrix(2, 3, 3), make(2, 3, 2)))


@samples("linalg_solve_triangular")
def solved_triangle(make: Maker) -> Iterator[Sample]:
    yield Sample((make.matrix(3, 3).tril(), make(3, 2)), {"upper": False})
    yield Sample((make.matrix(3, 3).triu(), make(2, 3)), {"upper": True, "left": False})


@samples("_cdist_forward")
def distances(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 2), make(4, 2), 2.0, False))


TRIANGLE = "it reads one triangle, its gradient is that of a symmetric matrix"
leave_out("gradient", TRIANGLE, "linalg_cholesky_ex", "linalg_eigh")
leave_out("complex", "its factors are free in a phase", "linalg_qr", "linalg_svd_parts")
leave_out("complex", "distances are those of real numbers", "_cdist_forward")
