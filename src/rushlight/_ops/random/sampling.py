"""Random numbers whose distribution is given by tensors: ``bernoulli``, ``normal``, ``multinomial``, ``poisson`` ..."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._core import dtypes
from ..._core.devices import device as Device
from ..._core.dtypes import FLOATING, dtype as DType, get_default_dtype, of_numpy
from ..._core.generator import Generator
from ..._core.layouts import layout as Layout
from ..._core.meta_array import MetaArray
from ..._core.names import type_name
from ..._core.options import sizes_of
from ..._core.random_streams import multinomial as stream, normal as normals, rejection, transforms
from ..._core.sizes import mismatch
from ..._core.tensor_base import TensorBase, wrap
from ..._declare.binding import invalid_combination, is_number
from ..._declare.dispatch import call, no_kernel, scalar_name
from ..._declare.factories import worded
from ..._declare.kinds import kernel, overloaded
from . import checks
from .factories import drawn
from .fills import check_chances, draw_each

if TYPE_CHECKING:
    from ...tensor import Tensor

Number = bool | int | float


def _zero(g: Any) -> Any:
    """The gradient of a number that was drawn: it does not follow what it was drawn from."""
    return g.new_zeros(g.shape)


def _check_bernoulli(input: Any, p: Any, generator: Any) -> None:
    if not isinstance(input, TensorBase):
        return
    if p is None:
        checks.source_among("bernoulli", generator, (input,))
        if not input.is_meta:  # type: ignore[attr-defined]
            if input.dtype.is_complex:  # type: ignore[attr-defined]
                raise no_kernel("bernoulli_tensor_cpu_self_", input.dtype)  # type: ignore[attr-defined]
            check_chances(input)
        return
    if not is_number(p) or isinstance(p, complex):
        raise invalid_combination("bernoulli", (input, p))
    checks.source_among("bernoulli", generator, (input, p))
    checks.check_probability(p)
    unfit = input.dtype.is_complex or input.dtype in checks.WIDE_UNSIGNED  # type: ignore[attr-defined]
    if unfit and not input.is_meta:  # type: ignore[attr-defined]
        raise no_kernel("bernoulli_scalar_cpu_", input.dtype)  # type: ignore[attr-defined]


def _bernoulli_into(values: list[Any], out: Any) -> None:
    input, p, generator = values
    if p is not None:
        raise invalid_combination("bernoulli", (input, p), {"out": out})
    _check_bernoulli(*values)
    if out._array.shape != input._array.shape:
        out.resize_(input.shape)
    out.bernoulli_(input, generator=generator)


@kernel(
    exact=True,
    check=_check_bernoulli,
    into=_bernoulli_into,
    meta=lambda input, p, generator: input,
    vjp={"input": _zero},
    node=("BernoulliBackward0", None),
    pick_node=lambda input, p, generator: 0 if p is None else 1,
)
def bernoulli(
    input: Tensor, p: Number | None = None, *, generator: Generator | None = None, out: Tensor | None = None
) -> Tensor:
    """Zeros, and ones with the probabilities that `input` holds.

    Args:
        input: the probabilities.
        p: one probability for all; `input` then gives shape and dtype only.
        generator: the source; the default generator where None.
        out: a tensor to write to, of any real dtype.

    Raises:
        RuntimeError: a probability lies outside [0, 1].
        NotImplementedError: the dtype of the probabilities is not floating.

    Example::

        >>> torch.bernoulli(torch.tensor([0.0, 0.5, 1.0]))
        tensor([0., 0., 1.])
    """
    found = np.empty(input.shape, input.dtype)
    source = checks.source_of("bernoulli", generator)
    if p is None:
        draw_each(source, found, input)
    else:
        transforms.fill_bernoulli(source, found, float(p))
    return found  # type: ignore[return-value]


def _check_multinomial(input: Any, num_samples: Any, replacement: Any, generator: Any) -> None:
    if not isinstance(input, TensorBase):
        return
    if not checks.is_whole(num_samples):
        raise TypeError(f"multinomial(): argument 'num_samples' (position 2) must be int, not {type_name(num_samples)}")
    checks.source_of("multinomial", generator)
    array, count = input._array, int(num_samples)
    element = of_numpy(array.dtype)
    if element.category != FLOATING:
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {scalar_name(element)}")
    if not 1 <= array.ndim <= 2:
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if type(array) is MetaArray and count > 0:
        return
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > array.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")


def _multinomial_into(values: list[Any], out: Any) -> None:
    element = of_numpy(out._array.dtype)
    if element is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {scalar_name(element)}")
    found = call(multinomial.op, tuple(values[:3]), {"generator": values[3]})  # type: ignore[attr-defined]
    if out._array.shape != found._array.shape:
        out.resize_(found.shape)
    out._write(found._array)


@kernel(
    flops=0,
    check=_check_multinomial,
    into=_multinomial_into,
    meta=lambda input, num_samples, replacement, generator: np.empty((*input.shape[:-1], int(num_samples)), np.int64),
    nondifferentiable=True,
)
def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Indices drawn in proportion to the weights that `input` holds.

    Args:
        input: the weights, which need not add up to 1: one distribution, or one in each row.
        num_samples: draws for each distribution.
        replacement: whether an index may be drawn again.
        generator: the source; the default generator where None.
        out: an int64 tensor to write to.

    Returns:
        The indices, of shape ``(num_samples,)`` or ``(rows, num_samples)``.

    Raises:
        RuntimeError: a weight is negative, infinite or NaN; all are zero; or there are not enough of them.

    Example::

        >>> torch.multinomial(torch.tensor([0.0, 10.0, 3.0, 0.0]), 2)
        tensor([1, 2])
    """
    source, count = checks.source_of("multinomial", generator), int(num_samples)
    return stream.multinomial(source, input, count, bool(replacement))  # type: ignore[arg-type, return-value]


def _check_poisson(input: Any, generator: Any) -> None:
    if not isinstance(input, TensorBase):
        return
    checks.source_of("poisson", generator)
    if type(input._array) is MetaArray:
        return
    element = of_numpy(input._array.dtype)
    if element.category != FLOATING:
        raise no_kernel("poisson_cpu", element)
    if not bool(np.all(input._array >= 0)):
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")


@kernel(exact=True, check=_check_poisson, vjp={"input": _zero})
def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of events, of which `input` holds the expected number.

    Args:
        input: the rates.
        generator: the source; the default generator where None.

    Raises:
        RuntimeError: a rate is negative or NaN.
        NotImplementedError: the dtype is not floating.

    Example::

        >>> torch.poisson(torch.tensor([0.5, 4.0, 20.0]))
        tensor([ 2.,  5., 17.])
    """
    return rejection.poisson(checks.source_of("poisson", generator), input)  # type: ignore[arg-type, return-value]


def _check_binomial(count: Any, prob: Any, generator: Any) -> None:
    if not (isinstance(count, TensorBase) and isinstance(prob, TensorBase)):
        return
    checks.source_of("binomial", generator)
    for name, tensor in (("count", count), ("prob", prob)):
        if tensor.dtype.category != FLOATING:  # type: ignore[attr-defined]
            given = scalar_name(tensor.dtype)  # type: ignore[attr-defined]
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {given}")
    elements = count.dtype, prob.dtype  # type: ignore[attr-defined]
    if elements[0] in dtypes.REDUCED:
        raise no_kernel("binomial_cpu", elements[0])
    if elements[0] is not elements[1]:
        raise RuntimeError(f"Found dtype {scalar_name(elements[1])} but expected {scalar_name(elements[0])}")
    found = mismatch(count._array.shape, prob._array.shape)
    if found is not None:
        raise found


@kernel(flops=0, check=_check_binomial)
def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """Numbers of successes in `count` trials, each a success with probability `prob`.

    Args:
        count: numbers of trials, float32 or float64.
        prob: probabilities of the same dtype; the two broadcast.
        generator: the source; the default generator where None.

    Raises:
        ValueError: a dtype is not floating.
        RuntimeError: the dtypes differ, or the shapes do not broadcast.

    Example::

        >>> torch.binomial(torch.tensor([10.0, 100.0]), torch.tensor([0.5, 0.9]))
        tensor([ 7., 89.])
    """
    return rejection.binomial(checks.source_of("binomial", generator), count, prob)  # type: ignore[arg-type, return-value]


def _check_normal(mean: Any, std: Any, generator: Any) -> None:
    like = mean if isinstance(mean, TensorBase) else std
    if isinstance(std, TensorBase):
        if std.dtype.is_complex:  # type: ignore[attr-defined]
            raise RuntimeError("normal expects standard deviation to be non-complex")
        if isinstance(mean, TensorBase):
            found = mismatch(mean._array.shape, std._array.shape)
            if found is not None:
                raise found
        if type(std._array) is not MetaArray and not bool(np.all(std._array >= 0)):
            raise RuntimeError("normal expects all elements of std >= 0.0")
    else:
        checks.check_deviation(std)
    checks.check_normal(of_numpy(like._array.dtype))


def _around(out: Any, mean: Any, std: Any, generator: Generator | None) -> Any:
    """Fills a tensor with numbers around `mean`; as torch does, drawn first, then scaled and moved."""
    if not isinstance(std, TensorBase):
        return out.normal_(0, std, generator=generator).add_(mean)
    return out.normal_(generator=generator).mul_(std).add_(mean)


def _normal_into(values: list[Any], out: Any) -> None:
    mean, std, generator = values
    checks.check_normal(out.dtype)
    shape = np.broadcast_shapes(*(item._array.shape for item in (mean, std) if isinstance(item, TensorBase)))
    if out._array.shape != shape and isinstance(std, TensorBase):
        out._resize_output(shape)
    elif mismatch(shape, out._array.shape) is not None:
        raise mismatch(shape, out._array.shape)  # type: ignore[misc]
    _around(out, mean, std, generator)


@kernel(
    exact=True,
    check=_check_normal,
    into=_normal_into,
    meta=lambda mean, std, generator: _unfilled(mean, std),
    vjp={"mean": _zero, "std": _zero},
    node=("NormalBackward1", "NormalBackward2", "NormalBackward3"),
    pick_node=lambda mean, std, generator: 0 if is_number(std) else 1 if is_number(mean) else 2,
    scalar_nodes=("NormalBackward1", "NormalBackward2"),
)
def normal_around(
    mean: Tensor | Number, std: Tensor | Number = 1.0, *, generator: Generator | None = None, out: Tensor | None = None
) -> Tensor:
    """What `normal` does where `mean` or `std` is a tensor."""
    found = wrap(_unfilled(mean, std))
    location, scale = (wrap(value) if isinstance(value, np.ndarray) else value for value in (mean, std))
    return _around(found, location, scale, generator)._array  # type: ignore[no-any-return]


def _unfilled(mean: Any, std: Any) -> Any:
    arrays = [value for value in (mean, std) if isinstance(value, np.ndarray)]
    return np.empty(np.broadcast_shapes(*(array.shape for array in arrays)), arrays[0].dtype)


@worded(overloads=True)
@overloaded(normal_around)
def normal(
    mean: Tensor | Number,
    std: Tensor | Number | None = None,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Normally distributed numbers.

    Args:
        mean, std: of the distribution: numbers, or tensors with one for each result; `std` is 1 where it is left out.
        size: the shape, where both are numbers.
        generator: the source; the default generator where None.
        out: a tensor to write to.
        dtype: the default dtype where None; with `size` only, as all that follow.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: a standard deviation is negative, or shapes do not broadcast.
        NotImplementedError: the dtype is neither floating nor complex.

    Example::

        >>> torch.normal(torch.tensor([0.0, 100.0]), 0.5)
        tensor([ 0.7705, 99.8533])
        >>> torch.normal(2.0, 3.0, (2, 2))
        tensor([[-4.5364,  3.7053],
                [-1.2536, -2.1958]])
    """
    options = {"dtype": dtype, "layout": layout, "device": device}
    given = (mean, 1.0 if std is None else std) if size is None else (mean, std, size)
    if size is None:
        tensors = isinstance(mean, TensorBase) or isinstance(std, TensorBase)
        unknown = {name: value for name, value in options.items() if value is not None}
        if unknown or not tensors or not all(_is_setting(value) for value in given):
            if is_number(mean) and std is None:
                raise TypeError(f"normal(): argument 'mean' (position 1) must be Tensor, not {type_name(mean)}")
            raise invalid_combination("normal", given, unknown)
        checks.source_among("normal", generator, given)
        return call(normal_around.op, given, {"generator": generator, "out": out})  # type: ignore[attr-defined, no-any-return]
    if not isinstance(size, (tuple, list)) or isinstance(mean, complex) or isinstance(std, complex):
        raise invalid_combination("normal", given)
    try:
        location, scale = checks.number_of("normal", "mean", 1, mean), checks.number_of("normal", "std", 2, std)
    except TypeError:
        raise invalid_combination("normal", given) from None
    checks.check_deviation(scale)
    return drawn(  # type: ignore[no-any-return]
        "normal",
        lambda source, array: normals.fill_normal(source, array, float(location), float(scale)),
        sizes_of("normal", (), size), given, checks.check_normal, get_default_dtype(),
        generator, out, dtype, layout, device, pin_memory, requires_grad,
    )  # fmt: skip


def _is_setting(value: Any) -> bool:
    return isinstance(value, TensorBase) or (is_number(value) and not isinstance(value, complex))
