"""Samples of Fourier transforms."""

from collections.abc import Iterator

import rushlight as torch
from tests.ops.sample import Maker, Sample, leave_out, samples


def complex_numbers(make: Maker, *shape: int) -> torch.Tensor:
    values = make(*shape)
    return values if values.is_complex() else torch.complex(values.double(), make(*shape).double())


def real_numbers(make: Maker, *shape: int) -> torch.Tensor:
    values = make(*shape)
    return values.real.clone() if values.is_complex() else values


@samples("_fft_c2c")
def complex_to_complex(make: Maker) -> Iterator[Sample]:
    yield Sample((complex_numbers(make, 2, 4), (1,), 0.5, True))
    yield Sample((complex_numbers(make, 3, 4), (0, 1), 1.0, False))


@samples("_fft_r2c")
def real_to_complex(make: Maker) -> Iterator[Sample]:
    yield Sample((real_numbers(make, 2, 5), (1,), 0.5, True))
    yield Sample((real_numbers(make, 2, 4), (0, 1), 1.0, False))


@samples("_fft_c2r")
def complex_to_real(make: Maker) -> Iterator[Sample]:
    yield Sample((complex_numbers(make, 2, 3), (1,), 0.5, 5))
    yield Sample((complex_numbers(make, 2, 3), (0, 1), 1.0, 4))


leave_out("16-bit", "its dtypes are those of complex numbers", "_fft_c2c", "_fft_r2c", "_fft_c2r")
