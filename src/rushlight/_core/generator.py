"""The source of random numbers: MT19937 with the seeding, the draws and the state bytes of torch's CPU generator."""

from __future__ import annotations

import os
import threading
from typing import Any, Self

import numpy as np

from . import machine_code
from .devices import CPU, device as Device
from .tensor_base import TensorBase, wrap

Words = np.ndarray[Any, np.dtype[np.uint32]]
Doubles = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 624
"""Words that MT19937 makes at a time; its state is the last block, before tempering."""

DEFAULT_SEED = 67280421310721
"""The seed of a generator that nobody has seeded."""

STATE = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),  # one more than the words of the block that are still to be drawn
        ("seeded", "<i4"),
        ("next", "<u8"),  # index in the block of the next word
        ("words", "<u8", (BLOCK,)),
        ("normal_x", "<f8"),
        ("normal", "<f8"),
        ("normal_rho", "<f8"),
        ("has_normal", "<i4"),
        ("padding", "V4"),
        ("normal32", "<f4"),
        ("has_normal32", "?"),
        ("padding_at_the_end", "V3"),
    ]
)
"""The 5056 bytes in which torch keeps the state of a CPU generator."""

_NO_WORDS: Words = np.empty(0, np.uint32)
_LOW_21 = 2**21 - 1
_LOW_21_BITS = np.uint32(_LOW_21)


class Generator:
    """A stream of pseudo-random numbers, the same stream that torch's CPU generator gives for the same seed.

    Args:
        device: must be the CPU.

    Raises:
        RuntimeError: another device.

    Example::

        >>> g = torch.Generator().manual_seed(2147483647)
        >>> g.initial_seed()
        2147483647
    """

    __slots__ = (
        "__weakref__",
        "_bits",
        "_limit",
        "_normal32",
        "_position",
        "_seed",
        "_unseeded",
        "block",
        "block_cache",
        "cached_normal",
        "lock",
    )

    _bits: Any  # numpy.random.MT19937, made on the first draw: importing numpy.random takes 17 ms
    block: Words
    """The words of the current block, tempered."""
    cached_normal: float | None
    """The second number of the last Box-Muller pair, if it has not been used yet."""
    block_cache: dict[Any, Any]
    """What streams have worked out about the words of the current block; forgotten with the block."""

    def __init__(self, device: Device | str | None = None) -> None:
        if device is not None and device is not CPU and Device(device).type != "cpu":
            raise RuntimeError(f"rushlight has no random numbers on '{device}': its generators run on the CPU")
        self.lock = threading.RLock()
        self._bits = None
        self._restart(DEFAULT_SEED)

    @property
    def device(self) -> Device:
        """The device of the numbers: always the CPU."""
        return CPU

    def manual_seed(self, seed: int, /) -> Self:
        """Starts the stream that belongs to `seed`.

        Args:
            seed: from -2**63 to 2**64 - 1; a negative one stands for ``seed + 2**64``.

        Returns:
            The generator itself.

        Raises:
            RuntimeError: `seed` is not an int.
            ValueError: `seed` does not fit into 64 bits.

        Example::

            >>> torch.Generator().manual_seed(-1).initial_seed()
            18446744073709551615
        """
        if type(seed) is not int:
            seed = _as_seed(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        with self.lock:
            self._restart(seed % 2**64)
        return self

    def seed(self) -> int:
        """Seeds the stream from the operating system's entropy and returns the seed."""
        seed = int.from_bytes(os.urandom(8), "little")
        with self.lock:
            self._restart(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed that the stream began with.

        Example::

            >>> torch.Generator().initial_seed()
            67280421310721
        """
        return self._seed

    def get_state(self) -> Any:
        """The whole state as a tensor of 5056 bytes.

        Example::

            >>> g = torch.Generator().manual_seed(0)
            >>> state, first = g.get_state(), torch.rand(2, generator=g)
            >>> torch.equal(torch.rand(2, generator=g.set_state(state)), first)
            True
        """
        return wrap(self.get_state_array())

    def set_state(self, new_state: Any, /) -> Self:
        """Goes on from a state that `get_state`, or torch, has returned.

        Args:
            new_state: a tensor of 5056 bytes.

        Returns:
            The generator itself.

        Raises:
            TypeError: it is no tensor of bytes.
            RuntimeError: the bytes are too few or too many, or no state of a generator.
        """
        if not isinstance(new_state, TensorBase):
            raise TypeError(f"expected a torch.ByteTensor, but got {type(new_state).__name__}")
        array = new_state._array
        if array.dtype != np.uint8 or not isinstance(array, np.ndarray):
            raise TypeError("RNG state must be a torch.ByteTensor")
        self.set_state_array(array)
        return self

    def graphsafe_get_state(self) -> Any:
        """Raises NotImplementedError: only generators of other devices are captured in graphs."""
        raise NotImplementedError("graphsafe_get_state is not supported in this Generator")

    def graphsafe_set_state(self, state: Any, /) -> Any:
        """Raises NotImplementedError: only generators of other devices are captured in graphs."""
        raise NotImplementedError("graphsafe_set_state is not supported in this Generator")

    def clone_state(self) -> Generator:
        """A new generator that goes on from here as this one would."""
        clone = Generator()
        clone.set_state_array(self.get_state_array())
        return clone

    def get_offset(self) -> int:
        """Raises RuntimeError: only generators of other devices count an offset."""
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int, /) -> Self:
        """Raises RuntimeError: only generators of other devices count an offset."""
        raise RuntimeError("CPU Generator does not use offset")

    def get_state_array(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The whole state as 5056 bytes, laid out as torch lays them out."""
        state = np.zeros((), STATE)
        with self.lock:
            if self._bits is None or self._unseeded:
                self._seed_bits()
            state["seed"] = self._seed
            state["left"] = self._limit - self._position + 1
            state["seeded"] = 1
            state["next"] = self._position
            state["words"] = self._bits.state["state"]["key"]
            if self.cached_normal is not None:
                state["has_normal"], state["normal"] = True, self.cached_normal
            if self._normal32 is not None:
                state["has_normal32"], state["normal32"] = True, self._normal32
        return np.frombuffer(state.tobytes(), np.uint8).copy()

    def set_state_array(self, array: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        """Goes on from a state that `get_state_array`, or torch, has returned.

        Raises:
            RuntimeError: the bytes are too few or too many, or no state of MT19937.
        """
        if array.size != STATE.itemsize:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE.itemsize} "
                f"but found the input RNG state size to be {array.size}"
            )
        state = np.frombuffer(array.tobytes(), STATE)[0]
        left, position = int(state["left"]), int(state["next"])
        limit = position + left - 1
        # torch takes a state with limit > BLOCK too, and then reads past the end of the block
        if not state["seeded"] or not 1 <= left <= BLOCK or position > BLOCK or limit > BLOCK:
            raise RuntimeError("Invalid mt19937 state")
        with self.lock:
            self._restart(int(state["seed"]))
            self._seed_bits()
            key = state["words"].astype(np.uint32)
            drawn_from = 0 if left > 1 else BLOCK
            self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": drawn_from}}
            if left > 1:
                self.block = self._make(1)
            self._limit, self._position = limit, position
            self.cached_normal = float(state["normal"]) if state["has_normal"] else None
            self._normal32 = float(state["normal32"]) if state["has_normal32"] else None

    def __repr__(self) -> str:
        return f"<torch._C.Generator object at {id(self):#x}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.device,), self.get_state_array()

    def __setstate__(self, state: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        self.set_state_array(state)

    def words(self, count: int) -> Words:
        """The next `count` words of 32 bits, read-only: they may be part of the current block."""
        start = self._position
        stop = start + count
        if stop <= self._limit:
            self._position = stop
            return self.block[start:stop]
        return self._words_of_more_blocks(count)

    def long_words(self, count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """The next `count` words of 64 bits, of which each takes two of 32 bits, the high one first."""
        words = self.words(2 * count)
        long = words[0::2].astype(np.uint64)
        long <<= np.uint64(32)
        long |= words[1::2]
        return long

    def doubles(self, count: int) -> Doubles:
        """The next `count` doubles in [0, 1): the low 53 bits of as many long words, divided by 2**53."""
        return doubles_of(self.words(2 * count))

    def few_doubles(self, count: int) -> list[float]:
        """As `doubles`, as a list and without array operations: faster up to about 30 numbers."""
        words = self.words(2 * count).tolist()
        return [((high & _LOW_21) << 32 | low) * 2.0**-53 for high, low in zip(words[0::2], words[1::2])]

    def take(self, count: int) -> int:
        """Where in the current block the next `count` words lie, which then count as drawn; -1 if they go beyond it.

        A block that is used up is replaced first.
        """
        start = self._position
        if start == self._limit:
            self._next_block()
            start = 0
        stop = start + count
        if stop > self._limit:
            return -1
        self._position = stop
        return start

    def skip(self, count: int) -> None:
        """Moves on by `count` words within the current block; back, if `count` is negative."""
        self._position += count

    def doubles_of_block(self, most: int) -> list[float]:
        """Between one and `most` of the next doubles: no more than the current block still has.

        Those beyond the first can be given back by ``skip(-2 * how_many)``.
        """
        if self._position == self._limit:
            self._next_block()
        whole = (self._limit - self._position) // 2
        values: list[float] = self.doubles(min(most, max(1, whole))).tolist()
        return values

    def _restart(self, seed: int) -> None:
        self._seed = seed
        self._unseeded = True
        self.block = _NO_WORDS
        self._limit = self._position = 0
        self.cached_normal = self._normal32 = None
        self.block_cache = {}

    def _seed_bits(self) -> None:
        if self._bits is None:
            self._bits = np.random.MT19937(0)
        # the legacy seeding of NumPy's RandomState is the one of MT19937's authors, and so is torch's
        np.random.RandomState(self._bits).seed(self._seed % 2**32)
        self._unseeded = False

    def _make(self, blocks: int) -> Words:
        if self._unseeded:
            self._seed_bits()
        if blocks * BLOCK >= machine_code.start:
            found = self._make_many(blocks)
            if found is not None:
                return found
        made: Words = self._bits.random_raw(blocks * BLOCK).astype(np.uint32)
        return made

    def _make_many(self, blocks: int) -> Words | None:
        """The same by a kernel; None if there is none.

        A million words take it 0.5 ms, NumPy 4 ms; but handing the state there and back takes 70 us.
        """
        state = self._bits.state
        if state["state"]["pos"] != BLOCK:  # within a block
            return None
        key = state["state"]["key"].view(np.int32)
        found: Words | None = machine_code.run("words", key, blocks, part="streams")
        if found is not None:
            self._bits.state = state
        return found

    def _next_block(self) -> None:
        self.block = self._make(1)
        self._limit, self._position = BLOCK, 0
        self.block_cache = {}

    def _words_of_more_blocks(self, count: int) -> Words:
        rest = self.block[self._position : self._limit]
        missing = count - rest.size
        if missing <= BLOCK:
            self._next_block()
            self._position = missing
            return np.concatenate((rest, self.block[:missing])) if rest.size else self.block[:missing]
        blocks = -(-missing // BLOCK)
        made = self._make(blocks)
        self.block = made[-BLOCK:].copy()
        self._limit, self._position = BLOCK, missing - (blocks - 1) * BLOCK
        self.block_cache = {}
        return np.concatenate((rest, made[:missing]))


def doubles_of(words: Words) -> Doubles:
    """A double in [0, 1) for each pair of words."""
    if words.size >= machine_code.start:
        found: Doubles | None = machine_code.run("doubles", np.empty(words.size // 2), words, part="streams")
        if found is not None:
            return found
    doubles = (words[0::2] & _LOW_21_BITS).astype(np.float64)
    doubles *= 2.0**32
    doubles += words[1::2]
    doubles *= 2.0**-53
    return doubles


def _as_seed(seed: Any) -> int:
    """`seed` if it is an int of another class, or torch's error."""
    if isinstance(seed, np.integer):
        error: Exception = TypeError("an integer is required")
    elif isinstance(seed, int) and not isinstance(seed, bool):
        return int(seed)
    else:
        error = RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
    error.add_note("Write manual_seed(int(seed)).")
    raise error


default_generator = Generator()
"""Where numbers come from unless a call names a generator."""
