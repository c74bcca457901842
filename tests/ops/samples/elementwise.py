"""Samples of elementwise operators whose domain or settings are their own."""

from collections.abc import Iterator

from tests.ops.sample import Maker, Sample, leave_out, samples


@samples("acosh")
def above_one(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=1.1, high=3),))
    yield Sample((make(low=1.1, high=3),))


@samples("sin", "cos", "tanh", "exp", "erf", "abs", "sigmoid", "relu", "atan", "asinh", "square", "neg", "silu", "mish")
def everywhere(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(),))
    yield Sample((make(3, 2).T,), note="transposed")
    yield Sample((make(1, 3).expand(2, 3),), note="expanded")
    yield Sample((make(0, 2),))


@samples("add", "sub", "rsub")
def with_factor(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3)))
    yield Sample((make(2, 1), make(3)), note="broadcast")
    yield Sample((make(2, 3), make()), {"alpha": 2})
    yield Sample((make(2, 3), 1.5))
    yield Sample((make(0, 3), make(3)))


@samples("mul", "div", "maximum", "minimum", "fmax", "fmin", "atan2", "copysign", "hypot")
def of_two(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3)))
    yield Sample((make(2, 1), make(3)), note="broadcast")
    yield Sample((make(2, 3), make(low=0.5, high=2)))
    yield Sample((make(0, 3), make(3)))


@samples("fmod", "remainder", "floor_divide")
def division(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=3.1, high=3.9), make(2, 3, low=1.1, high=1.3)))
    yield Sample((make(2, 3, low=3.1, high=3.9), 1.25))


@samples("pow")
def power(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=0.2, high=2), make(2, 3)))
    yield Sample((make(2, 3, low=0.2, high=2), make(3)), note="broadcast")
    yield Sample((make(2, 3), 3))
    yield Sample((make(2, 3, low=0.2, high=2), 0.5))
    yield Sample((2.5, make(2, 3)))


@samples("addcmul", "addcdiv")
def of_three(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3), make(2, 3, low=0.5, high=2)))
    yield Sample((make(3), make(2, 1), make(low=0.5, high=2)), {"value": 0.5})


@samples("lerp")
def between(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3), 0.3))
    yield Sample((make(2, 3), make(3), make(2, 1)))


@samples("clamp")
def clamped(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), -0.7, 0.9))
    yield Sample((make(2, 3),), {"min": 0.1})
    yield Sample((make(2, 3),), {"max": 0.1})


@samples("clamp_tensor")
def clamped_by_tensors(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(3, low=-0.9, high=-0.2), make(2, 1, low=0.2, high=0.9)))


@samples("clamp_min", "clamp_max")
def limited(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 0.1))
    yield Sample((make(2, 3), make(3)))


@samples("where")
def chosen(make: Maker) -> Iterator[Sample]:
    yield Sample((make.mask(2, 3), make(2, 3), make(2, 3)))
    yield Sample((make.mask(3), make(2, 1), make()))
    yield Sample((make.mask(2, 3), make(2, 3), 0.0))


@samples("gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor")
def of_integers(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(20, 2, 3), make.index(20, 3)))


@samples("bitwise_left_shift", "bitwise_right_shift")
def shifted(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(20, 2, 3), make.index(4, 3)))


@samples("bitwise_not")
def inverted(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(20, 2, 3),))
    yield Sample((make.mask(2, 3),))


@samples("complex", "polar")
def made_complex(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=0.2, high=2), make(2, 3)))


@samples("mvlgamma")
def multivariate(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=2.1, high=4), 2))


@samples("polygamma")
def derivatives_of_gamma(make: Maker) -> Iterator[Sample]:
    yield Sample((1, make(2, 3, low=0.6, high=2)))
    yield Sample((2, make(2, 3, low=0.6, high=2)))


@samples("special_zeta")
def zeta(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=1.5, high=3), make(2, 3, low=0.6, high=2)))


@samples("threshold")
def thresholded(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), 0.3, 2.0))


@samples("round")
def rounded(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3),))
    yield Sample((make(2, 3),), {"decimals": 1})


@samples("isclose")
def close(make: Maker) -> Iterator[Sample]:
    values = make(2, 3)
    yield Sample((values, values + 1e-9))


@samples("ldexp")
def scaled(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make.index(4, 3)))


@samples("sloped_gradient")
def sloped(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3), 0.1))


@samples("stopped_gradient")
def stopped(make: Maker) -> Iterator[Sample]:
    yield Sample((make.mask(2, 3), make(2, 3), make(2, 3)))


@samples("_prelu_kernel")
def prelu(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(1, 3)))


@samples("heaviside")
def step(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(3)))


leave_out(
    "gradient",
    "the derivative by the first argument is not implemented, in torch neither",
    "igamma",
    "igammac",
    "special_zeta",
)
leave_out("complex", "it compares numbers", "sloped_gradient")
leave_out("in-place", "a real tensor is left as it is", "conj_physical")
leave_out("16-bit", "the neighbours of a number are those in its own dtype", "nextafter")
