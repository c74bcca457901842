"""The loop nests of batch normalization's sums: one number, or two, for each block of an image's channel.

A block is at most 8192 elements, which stay in the first cache, so its mean is known before its elements' distances
from it are squared, and memory is read once: two-pass sums for the price of one.
"""

from __future__ import annotations

from collections.abc import Callable

from .bands import Writer, across, below
from .host import Host
from .ir import POINTER, Value, Variable, module

BLOCK = 1 << 13
"""Elements of a block at most: 32 KB of float32."""

SUM_FIELDS = ("first", "second", "means", "channels", "length", "block", "blocks", "sums", "products")
"""Words: addresses of one or two inputs of shape (n, channels, length), and of the mean of each channel of the second;
the channels; the length; the length of a block; blocks; addresses of what is found for each block."""

_ACCUMULATORS = 4


def write_sums(element: str, gradient: bool, host: Host) -> str:
    """The module of a kernel.

    Args:
        element: the dtype.
        gradient: whether it gives sums of the first input, and of its products with the distances of the second from
            the channel's mean; otherwise sums of the input, and of squared distances from the block's own mean.
        host: the processor.
    """
    writer = Writer(element, 1, SUM_FIELDS, host)
    function, word, size = writer.function, writer.word, writer.size
    sums = [function.variable(0, writer.wide) for _ in range(_ACCUMULATORS)]
    products = [function.variable(0, writer.wide) for _ in range(_ACCUMULATORS)]
    with function.loop(function.params["begin"], function.params["end"], name="unit") as unit:
        plane, part = unit // word("blocks"), unit % word("blocks")
        start = part * word("block")
        count = writer.smaller(word("block"), word("length") - start)
        offset = (plane * word("length") + start) * size
        first = function.at(word("first", POINTER), offset)
        for variable in (*sums, *products):
            variable.value = 0.0
        if gradient:
            second = function.at(word("second", POINTER), offset)
            mean = function.load(
                function.at(word("means", POINTER), plane % word("channels") * size), writer.form, size
            )

            def add_both(place: Value, mask: Value | None, index: int) -> None:
                value = _read(writer, first, place, mask)
                sums[index].value = sums[index].value + value
                distance = _read(writer, second, place, mask) - mean
                products[index].value = function.fma(value, distance, products[index].value)

            _through(writer, count, add_both)
        else:

            def add(place: Value, mask: Value | None, index: int) -> None:
                sums[index].value = sums[index].value + _read(writer, first, place, mask)

            _through(writer, count, add)
            center = _total(writer, sums) / count.to(writer.form)

            def add_square(place: Value, mask: Value | None, index: int) -> None:
                distance = _read(writer, first, place, mask) - center
                if mask is not None:
                    distance = function.where(mask, distance, 0.0)
                products[index].value = function.fma(distance, distance, products[index].value)

            _through(writer, count, add_square)
        for name, variables in (("sums", sums), ("products", products)):
            function.store(_total(writer, variables), function.at(word(name, POINTER), unit * size), size)
    function.finish()
    return module(function)


def _read(writer: Writer, start: Value, place: Value, mask: Value | None) -> Value:
    address = writer.function.at(start, place * writer.size)
    if mask is None:
        return writer.function.load(address, writer.wide, writer.size)
    return writer.function.load_where(mask, address, writer.wide)


def _through(writer: Writer, count: Value, body: Callable[[Value, Value | None, int], None]) -> None:
    """Runs a body on all elements: on several vectors in turn, then on single ones of which the last may be partial."""
    lanes = writer.lanes
    whole = count // (lanes * _ACCUMULATORS) * (lanes * _ACCUMULATORS)
    with writer.function.loop(0, whole, lanes * _ACCUMULATORS, name="vectors") as place:
        for index in range(_ACCUMULATORS):
            body(place + index * lanes, None, index)
    with writer.function.loop(whole, count, lanes, name="rest") as place:
        body(place, below(writer, writer.function.lift(0, place.type), count - place), 0)


def _total(writer: Writer, variables: list[Variable]) -> Value:
    """The sum of all lanes of some vectors."""
    first, second, third, fourth = (variable.value for variable in variables)
    return across(writer, (first + second) + (third + fourth))
