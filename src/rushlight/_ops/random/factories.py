"""New tensors of random numbers: ``rand``, ``randn``, ``randint`` and ``randperm``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._core import dtypes
from ..._core.devices import CPU, device as Device
from ..._core.dtypes import BOOL, COMPLEX, dtype as DType, float32, get_default_dtype, int64, of_numpy
from ..._core.generator import Generator, default_generator
from ..._core.layouts import layout as Layout
from ..._core.meta_array import MetaArray
from ..._core.modes import modes
from ..._core.names import type_name
from ..._core.numbers import fitted
from ..._core.options import allocate, check_layout, element_type, finish, place_of, sizes_of
from ..._core.random_streams import integers, normal, permutation, uniform
from ..._core.random_streams.layout import FEW
from ..._core.sizes import Size
from ..._core.tensor_base import TensorBase, bump, wrap
from ..._declare.binding import invalid_combination
from ..._declare.dispatch import no_kernel, scalar_name
from ..._declare.examples import running_vmap
from ..._declare.factories import worded
from . import checks

if TYPE_CHECKING:
    from ...tensor import Tensor

Fill = Callable[[Generator, Any], None]
"""What draws all numbers of an array."""

_SHAPES = frozenset((tuple, list, Size))

_LONGEST = {"float16": (2049, "2049"), "float32": (2**24 + 1, "2^24+1"), "float64": (2**53 + 1, "2^53+1")}
"""The longest permutation without gaps between its numbers, and how the message writes it; torch has no such limit
for bfloat16."""


def drawn(
    name: str,
    fill: Fill,
    shape: tuple[int, ...],
    args: tuple[Any, ...],
    check: Callable[[DType], object],
    default: DType,
    generator: Any,
    out: Any,
    dtype: Any,
    layout: Any,
    device: Any,
    pin_memory: bool,
    requires_grad: bool,
) -> Any:
    """The general way of the factories: every option looked at, the numbers drawn into new memory or ``out=``.

    Args:
        name: of the factory.
        fill: draws the numbers.
        shape: of the tensor.
        args: the positional arguments, for messages.
        check: raises for dtypes that cannot hold them; not asked on the meta device.
        default: the dtype where none is named.
        generator, out, dtype, layout, device, pin_memory, requires_grad: as the factory was given them.
    """
    level = running_vmap() if modes.levels else None
    if level is not None and out is None:
        options = (generator, out, dtype, layout, device, pin_memory, requires_grad)
        return level.draw(lambda: drawn(name, fill, shape, args, check, default, *options))
    check_layout(name, layout, pin_memory)
    source = checks.source_among(name, generator, args)
    element = default
    if dtype is not None:
        if type(dtype) is not DType and not isinstance(dtype, type):
            raise invalid_combination(name, args, {"dtype": dtype})
        element = element_type(name, dtype)
    if type(requires_grad) is not bool:
        raise invalid_combination(name, args, {"requires_grad": requires_grad})
    if out is not None:
        return _drawn_into(name, fill, shape, check, source, out, None if dtype is None else element)
    place = place_of(device)
    array = allocate(np.empty, shape, element.numpy, place)
    if place is CPU:
        check(element)
        fill(source, array)
    return finish(array, requires_grad)


def _drawn_into(
    name: str, fill: Fill, shape: tuple[int, ...], check: Any, source: Generator, out: Any, dtype: DType | None
) -> Any:
    if not isinstance(out, TensorBase):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    target = of_numpy(out._array.dtype)
    if dtype is not None and dtype is not target:
        raise RuntimeError(f"dtype {scalar_name(dtype)} does not match dtype of out parameter ({scalar_name(target)})")
    if modes.grad_enabled and out._edge is not None:
        raise RuntimeError(
            f"aten::{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    on_meta = type(out._array) is MetaArray
    if not on_meta:
        check(target)
    if out._array.shape != shape:
        out.resize_(shape)  # type: ignore[attr-defined]
    if not on_meta:
        fill(source, out._array)
    bump(out)
    return out


def _few(sizes: Any) -> int:
    """The number of elements of a shape that is small and plain, in a plain mode; 0 where the general way is needed."""
    if modes.device is not None or modes.inference or modes.levels:
        return 0
    count = 1
    for size in sizes:
        if type(size) is not int or size <= 0:
            return 0
        count *= size
    return count if count <= FEW else 0


def rand(
    *sizes: Any,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers drawn evenly from [0, 1).

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        generator: the source; the default generator where None.
        out: a tensor to write to.
        dtype: the default dtype where None; floating or complex.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: a size is negative, or there is not enough memory.
        NotImplementedError: the dtype is neither floating nor complex.

    Example::

        >>> torch.rand(2, 3)
        tensor([[0.4963, 0.7682, 0.0885],
                [0.1320, 0.3074, 0.6341]])
    """
    if (
        dtype is None and generator is None and not requires_grad and device is None and size is None and out is None
        and layout is None and not pin_memory and get_default_dtype() is float32
    ):  # fmt: skip
        plain = sizes if len(sizes) != 1 or type(sizes[0]) not in _SHAPES else sizes[0]
        count = _few(plain) if sizes else 0
        numbers = uniform.few_singles(default_generator, count) if count else None
        if numbers is not None:
            return wrap(numbers if len(plain) == 1 else numbers.reshape(plain))  # type: ignore[no-any-return]
    shape = _shape("rand", sizes, size)
    return drawn(
        "rand", uniform.fill_uniform, shape, sizes, checks.check_uniform, get_default_dtype(),
        generator, out, dtype, layout, device, pin_memory, requires_grad,
    )  # fmt: skip


def randn(
    *sizes: Any,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Normally distributed numbers with mean 0 and variance 1.

    Args:
        sizes: the shape, spread out or as one sequence.
        size: the same by name.
        generator: the source; the default generator where None.
        out: a tensor to write to.
        dtype: the default dtype where None; floating or complex (the two parts share the variance).
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        RuntimeError: a size is negative, or there is not enough memory.
        NotImplementedError: the dtype is neither floating nor complex.

    Example::

        >>> torch.randn(3)
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    if (
        dtype is None and generator is None and not requires_grad and device is None and size is None and out is None
        and layout is None and not pin_memory and get_default_dtype() is float32
    ):  # fmt: skip
        plain = sizes if len(sizes) != 1 or type(sizes[0]) not in _SHAPES else sizes[0]
        count = _few(plain) if sizes else 0
        numbers = normal.few_normals(default_generator, count) if count else None
        if numbers is not None:
            return wrap(numbers if len(plain) == 1 else numbers.reshape(plain))  # type: ignore[no-any-return]
    shape = _shape("randn", sizes, size)
    return drawn(
        "randn", normal.fill_normal, shape, sizes, checks.check_normal, get_default_dtype(),
        generator, out, dtype, layout, device, pin_memory, requires_grad,
    )  # fmt: skip


def _shape(name: str, sizes: tuple[Any, ...], size: Any) -> tuple[int, ...]:
    if size is None and (not sizes or (len(sizes) > 1 and isinstance(sizes[0], (tuple, list)))):
        raise invalid_combination(name, sizes)
    if sizes and size is not None:
        raise invalid_combination(name, sizes, {"size": size})
    return sizes_of(name, sizes, size)


def randint(
    *bounds_and_size: Any,
    low: int | None = None,
    high: int | None = None,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers drawn evenly from `low` to ``high - 1``: ``randint(high, size)`` or ``randint(low, high, size)``.

    Args:
        bounds_and_size: ``high, size`` or ``low, high, size``, each of which may also be named.
        low: the lowest number, 0 where it is left out.
        high: one more than the highest.
        size: the shape, a sequence of ints.
        generator: the source; the default generator where None.
        out: a tensor to write to.
        dtype: int64 where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        TypeError: a bound is no int, or the shape no sequence of ints.
        RuntimeError: nothing lies between the bounds, or the dtype cannot hold what does.

    Example::

        >>> torch.randint(10, (5,))
        tensor([4, 9, 3, 0, 3])
        >>> torch.randint(-5, 5, (2, 2), dtype=torch.int8)
        tensor([[ 4,  2],
                [-2,  2]], dtype=torch.int8)
    """
    given = bounds_and_size
    first, stop, shape = (0, *given) if len(given) == 2 else given if len(given) == 3 else (None, None, None)
    named = low is not None or high is not None or size is not None
    if named or type(first) is not int or type(stop) is not int or type(shape) not in _SHAPES:
        first, stop, shape = _bounds(given, low, high, size)
    if (
        dtype is None and generator is None and not requires_grad and device is None and out is None
        and layout is None and not pin_memory and first < stop
    ):  # fmt: skip
        count = _few(shape)
        numbers = integers.few_integers(default_generator, count, first, stop) if count else None
        if numbers is not None:
            return wrap(numbers if len(shape) == 1 else numbers.reshape(shape))  # type: ignore[no-any-return]
    fill, check = integer_fill(checks.long_of(first), checks.long_of(stop))
    return drawn(
        "randint", fill, sizes_of("randint", (), shape), given, check, int64,
        generator, out, dtype, layout, device, pin_memory, requires_grad,
    )  # fmt: skip


def integer_fill(low: int, high: int) -> tuple[Fill, Callable[[DType], object]]:
    """How integers from `low` to ``high - 1`` are drawn, and the check of the dtype that comes first."""
    if low >= high:
        checks.check_range(low, high, int64)
    return (
        lambda source, array: integers.fill_integers(source, array, *integers.float_bounds(low, high, array.dtype)),
        lambda element: checks.check_range(low, high, element),
    )


def _bounds(args: tuple[Any, ...], low: Any, high: Any, size: Any) -> tuple[int, int, Any]:
    """The bounds and the size, whichever way they were given."""
    given, count = args, len(args)
    if size is None and count and not (count == 1 and high is None):
        size, args, count = args[-1], args[:-1], count - 1
    if count == 2 and low is None and high is None:
        low, high = args
    elif count == 1 and high is None:
        high = args[0]
    elif count == 1 and low is None:
        low = args[0]
    elif count:
        raise invalid_combination("randint", given)
    if high is None or size is None:
        if low is not None and not given:
            raise TypeError('randint() missing 2 required positional argument: "high", "size"')
        raise invalid_combination("randint", given)
    if type(high) is int and (low is None or type(low) is int) and isinstance(size, (tuple, list)):
        return checks.long_of(low or 0), checks.long_of(high), size
    return _converted_bounds(given, low, high, size)


def _converted_bounds(given: tuple[Any, ...], low: Any, high: Any, size: Any) -> tuple[int, int, Any]:
    """The same where something is no plain int or tuple, and perhaps nothing that can be taken for one."""
    if low is None and not checks.is_whole(high):
        raise TypeError(f"randint(): argument 'high' (position 1) must be int, not {type_name(high)}")
    if not checks.is_whole(high) or not (low is None or checks.is_whole(low)):
        raise invalid_combination("randint", given)
    if not isinstance(size, (tuple, list)):
        if low is not None:
            raise invalid_combination("randint", given)
        position = " (position 2)" if len(given) > 1 else ""
        raise TypeError(f"randint(): argument 'size'{position} must be tuple of ints, not {type_name(size)}")
    return checks.long_of(low or 0), checks.long_of(high), size


@worded(overloads=True)
def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers from 0 to ``n - 1`` in random order.

    Args:
        n: how many.
        generator: the source; the default generator where None.
        out: a tensor to write to.
        dtype: int64 where None.
        device: ``"cpu"`` or ``"meta"``.
        requires_grad: whether operators on the result are recorded.

    Raises:
        TypeError: `n` is no int.
        RuntimeError: `n` is negative, or the dtype cannot hold ``n - 1``.

    Example::

        >>> torch.randperm(4)
        tensor([0, 1, 3, 2])
    """
    if not checks.is_whole(n):
        raise TypeError(f"randperm(): argument 'n' (position 1) must be int, not {type_name(n)}")
    length = checks.long_of(n)

    def fill(source: Generator, array: Any) -> None:
        array[...] = permutation.permutation(source, length, array.dtype)

    return drawn(
        "randperm", fill, (length,), (n,), lambda element: _check_length(length, element), int64,
        generator, out, dtype, layout, device, pin_memory, requires_grad,
    )  # fmt: skip


def _check_length(length: int, element: DType) -> None:
    most, written = _LONGEST.get(element.name, (length, ""))
    if length > most:
        raise RuntimeError(f"n cannot be greater than {written} for {scalar_name(element)} type.")
    unknown = element.category in (BOOL, COMPLEX) or element in checks.WIDE_UNSIGNED
    if unknown and not (element is dtypes.uint16 and length > 2**16):
        raise no_kernel("randperm", element)
    if length:
        fitted(length - 1, element)
