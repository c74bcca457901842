"""New tensors of random numbers like another tensor: ``rand_like``, ``randn_like`` and ``randint_like``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._core.devices import device as Device
from ..._core.generator import Generator
from ..._core.layouts import layout as Layout, memory_format
from ..._core.modes import modes
from ..._core.names import type_name
from ..._core.random_streams import normal, uniform
from ..._core.tensor_base import TensorBase
from ..._declare.binding import invalid_combination
from ..._declare.examples import running_vmap
from ..._declare.helpers import call_operator
from ..._declare.kinds import composite
from . import checks
from .factories import Fill, integer_fill

if TYPE_CHECKING:
    from ...tensor import Tensor


def _filled(name: str, fill: Fill, check: Any, input: Any, generator: Any, options: dict[str, Any]) -> Any:
    """A tensor like another one but for what the options say, filled with random numbers."""
    if not isinstance(input, TensorBase):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
    level = running_vmap() if modes.levels else None
    if level is not None:
        return level.draw(lambda: _filled(name, fill, check, level.example(input), generator, options))
    source = checks.source_among(name, generator, (input,))
    found = call_operator("empty_like", input, **options)
    if not found.is_meta:
        check(found.dtype)
        fill(source, found._array)
    return found


@composite
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """Numbers drawn evenly from [0, 1) in the shape of `input`.

    Args:
        input: gives shape, dtype, device and order in memory.
        generator: the source; the default generator where None.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Raises:
        NotImplementedError: the dtype is neither floating nor complex.

    Example::

        >>> torch.rand_like(torch.zeros(3))
        tensor([0.4963, 0.7682, 0.0885])
    """
    options = {"dtype": dtype, "layout": layout, "device": device, "pin_memory": pin_memory,
               "requires_grad": requires_grad, "memory_format": memory_format}  # fmt: skip
    return _filled("rand_like", uniform.fill_uniform, checks.check_uniform, input, generator, options)


@composite
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """Normally distributed numbers with mean 0 and variance 1 in the shape of `input`.

    Args:
        input: gives shape, dtype, device and order in memory.
        generator: the source; the default generator where None.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Raises:
        NotImplementedError: the dtype is neither floating nor complex.

    Example::

        >>> torch.randn_like(torch.zeros(3))
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    options = {"dtype": dtype, "layout": layout, "device": device, "pin_memory": pin_memory,
               "requires_grad": requires_grad, "memory_format": memory_format}  # fmt: skip
    return _filled("randn_like", normal.fill_normal, checks.check_normal, input, generator, options)


@composite
def randint_like(
    input: Tensor,
    low: int | None = None,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    layout: Layout | None = None,
    device: Device | str | None = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:
    """Whole numbers drawn evenly from `low` to ``high - 1`` in the shape of `input`.

    Args:
        input: gives shape, dtype, device and order in memory.
        low: the lowest number; a single bound is `high`, and the lowest number is 0.
        high: one more than the highest.
        generator: the source; the default generator where None.
        dtype, device: others in their place.
        requires_grad: whether operators on the result are recorded.
        memory_format: another order in memory.

    Raises:
        TypeError: a bound is no int.
        RuntimeError: nothing lies between the bounds, or the dtype cannot hold what does.

    Example::

        >>> torch.randint_like(torch.zeros(4, dtype=torch.int64), 10)
        tensor([4, 9, 3, 0])
    """
    given = tuple(bound for bound in (low, high) if bound is not None)
    if not given or not all(map(checks.is_whole, given)):
        raise invalid_combination("randint_like", (input, *given))
    lowest = 0 if len(given) == 1 else checks.long_of(given[0])
    fill, check = integer_fill(lowest, checks.long_of(given[-1]))
    options = {"dtype": dtype, "layout": layout, "device": device, "pin_memory": pin_memory,
               "requires_grad": requires_grad, "memory_format": memory_format}  # fmt: skip
    return _filled("randint_like", fill, check, input, generator, options)
