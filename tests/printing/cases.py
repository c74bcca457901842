"""Tensors whose text ``tests/golden/printing.json`` holds; exact formulas give the same bits everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

import ml_dtypes
import numpy as np


@dataclass(frozen=True)
class Case:
    """One printed tensor: its values, whether it is a leaf that requires grad, and the state around it."""

    name: str
    array: np.ndarray[Any, Any] = field(repr=False)
    options: dict[str, Any] = field(default_factory=dict)
    requires_grad: bool = False
    default: str = "float32"


SPECIAL = [1.5, np.nan, np.inf, -np.inf, 0.0, -0.0, -2.25]
SHAPES = [
    (),
    (0,),
    (1,),
    (5,),
    (30,),
    (2, 3),
    (0, 3),
    (2, 0, 3),
    (2, 2, 2),
    (1, 1, 1, 1),
    (1001,),
    (40, 40),
    (6, 6, 40),
]
FEW = [(), (5,), (2, 3)]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
OPTIONS: list[dict[str, Any]] = [
    {"precision": 0},
    {"precision": 2},
    {"precision": 12},
    {"sci_mode": True},
    {"sci_mode": False},
    {"linewidth": 40},
    {"linewidth": 0},
    {"threshold": 5, "edgeitems": 1},
    {"threshold": 5, "edgeitems": 0},
    {"profile": "short"},
    {"profile": "full"},
    {"profile": "short", "precision": 6, "linewidth": 120},
]


def steps(size: int) -> np.ndarray[Any, Any]:
    """Integers from -1001 to 1001 in an order without pattern."""
    return ((np.arange(size) * 7919 + 13) % 2003 - 1001).astype(np.float64)


def values(kind: str, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray[Any, Any]:
    """Numbers of one character."""
    size = prod(shape)
    numbers = {
        "unit": lambda: steps(size) / 1001,
        "whole": lambda: steps(size) % 19 - 9,
        "hundreds": lambda: steps(size) / 7,
        "wide": lambda: steps(size) / 10.0 ** (np.arange(size) % 9),
        "large": lambda: steps(size) * 1e7,
        "tiny": lambda: steps(size) / 1e13,
        "zeros": lambda: np.where(np.arange(size) % 2, 0.0, -0.0),
        "special": lambda: np.resize(SPECIAL, size),
        "nan": lambda: np.full(size, np.nan),
        "whole and inf": lambda: np.resize([1.0, np.inf, 3.0], size),
        "thousandfold": lambda: np.resize([1.0, 1000.0], size),
        "beyond thousandfold": lambda: np.resize([1.0, 1001.0], size),
        "hundred million": lambda: np.resize([1e8], size),
        "beyond hundred million": lambda: np.resize([1e8 + 8], size),
        "just small": lambda: np.resize([1e-4, 0.05], size),
        "too small": lambda: np.resize([9e-5, 0.05], size),
    }[kind]()
    return numbers.reshape(shape).astype(getattr(ml_dtypes if dtype == "bfloat16" else np, dtype))


def integers(dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Integers of every length, the limits of the dtype included."""
    limits = np.iinfo(dtype)
    numbers = [
        int(limits.min),
        int(limits.max),
        *(int(step) % (limits.max + 1) for step in steps(prod(shape))),
    ]
    return np.array(numbers[: prod(shape)], dtype).reshape(shape)


def complexes(dtype: str, kind: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Complex numbers whose parts have different characters."""
    array = np.empty(shape, dtype)
    array.real = values(kind, shape, "float64")
    array.imag = values("whole" if kind == "unit" else "hundreds", shape, "float64")
    return array


def cases() -> Iterator[Case]:
    """Every recorded tensor; names are unique."""
    for kind, shape in product(("unit", "whole", "wide"), SHAPES):
        yield Case(f"{kind} {shape}", values(kind, shape))
    rest = ["hundreds", "large", "tiny", "zeros", "special", "nan", "whole and inf", "thousandfold",
            "beyond thousandfold", "hundred million", "beyond hundred million", "just small",
            "too small"]  # fmt: skip
    for kind, shape in product(rest, FEW):
        yield Case(f"{kind} {shape}", values(kind, shape))
    for dtype, kind, shape in product(("float64", "float16", "bfloat16"), ("unit", "whole", "special"), FEW):
        yield Case(f"{dtype} {kind} {shape}", values(kind, shape, dtype))
    for dtype, shape in product(INTEGERS, [*FEW, (0,), (7, 30)]):
        yield Case(f"{dtype} {shape}", integers(dtype, shape))
    for shape in [*FEW, (0,), (40, 40)]:
        yield Case(f"bool {shape}", np.asarray(values("unit", shape) > 0))
    for dtype, kind, shape in product(("complex64", "complex128"), ("unit", "wide", "special"), [*FEW, (0,), (20, 70)]):
        yield Case(f"{dtype} {kind} {shape}", complexes(dtype, kind, shape))
    for kind, shape in product(("unit", "special"), [*FEW, (0, 2), (40, 40)]):
        yield Case(f"leaf {kind} {shape}", values(kind, shape), requires_grad=True)
        yield Case(f"float64 leaf {kind} {shape}", values(kind, shape, "float64"), requires_grad=True)
    for options, (kind, shape) in product(
        OPTIONS, (("unit", (3,)), ("wide", (2, 3)), ("special", (7,)), ("whole", (4, 12)))
    ):
        yield Case(f"{options} {kind} {shape}", values(kind, shape), options)
    for options in OPTIONS:
        yield Case(f"{options} complex", complexes("complex64", "special", (2, 7)), options)
        yield Case(f"{options} int32", integers("int32", (3, 9)), options)
        yield Case(f"{options} float64 leaf", values("hundreds", (6, 5), "float64"), options, requires_grad=True)
    for default, dtype in product(("float64", "float16"), ("float16", "float32", "float64", "complex64", "complex128")):
        yield Case(f"default {default} {dtype}", values("unit", (2,)).astype(dtype), default=default)
        yield Case(f"default {default} {dtype} empty", values("unit", (0,)).astype(dtype), default=default)
    base = values("unit", (6, 8))
    yield Case("transposed", base.T)
    yield Case("strided", base[1::2, ::3])
    yield Case("reversed", base[::-1, ::-2])
    yield Case("expanded", np.broadcast_to(base[:1], (3, 8)))
