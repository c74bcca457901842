"""Tensors as text: `repr`, `str` and `format`, and the options that `set_printoptions` changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import floor, isfinite
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._core.dtypes import bool_, get_default_dtype, int64

if TYPE_CHECKING:
    from .tensor import Tensor

_options: dict[str, Any] = {
    "precision": 4,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 80,
    "sci_mode": None,
}

_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": float("inf"), "edgeitems": 3, "linewidth": 80},
}

_CALLED_TENSOR = ("Tensor", "Parameter")
"""Classes that print as ``tensor(...)``; any other subclass prints under its own name."""


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: Literal["default", "short", "full"] | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Sets how tensors are printed. Arguments that are None leave their option as it is, except `sci_mode`.

    Args:
        precision: digits after the point (4).
        threshold: number of elements above which only the edges are printed (1000).
        edgeitems: elements at either end of a dimension that is cut (3).
        linewidth: characters in a line (80).
        profile: values for the four options above; explicit arguments win over it.
        sci_mode: True and False force or forbid the exponent form, None lets the values decide.

    Example::

        >>> torch.set_printoptions(precision=2)
        >>> torch.tensor([1.12345])
        tensor([1.12])
        >>> torch.set_printoptions(profile="default")
    """
    _options.update(_PROFILES.get(profile, {}) if profile is not None else {})
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    _options.update((name, value) for name, value in given.items() if value is not None)
    _options["sci_mode"] = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The print options in force, as arguments for `set_printoptions`.

    Example::

        >>> from rushlight._printing import get_printoptions
        >>> get_printoptions()["linewidth"]
        80
    """
    return dict(_options)


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Sets print options inside a `with` block.

    Args:
        options: what `set_printoptions` takes.

    Example::

        >>> from rushlight._printing import printoptions
        >>> with printoptions(sci_mode=True):
        ...     print(torch.tensor([1.5]))
        tensor([1.5000e+00])
    """
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_repr(tensor: Tensor, *, tensor_contents: str | None = None) -> str:
    """The text of a tensor: its elements, then whatever about it is out of the ordinary.

    Args:
        tensor: any tensor; of a large one only the elements that are printed are touched.
        tensor_contents: text to put in the place of the elements.

    Returns:
        ``"tensor(<elements>, device=..., size=..., dtype=..., grad_fn=...)"``, broken into lines.

    Example::

        >>> torch.ones(2, 2, dtype=torch.float64)
        tensor([[1., 1.],
                [1., 1.]], dtype=torch.float64)
    """
    array = tensor._array
    name = type(tensor).__name__
    plain = name in _CALLED_TENSOR
    prefix = "tensor(" if plain else name + "("
    device = str(tensor.device)
    default = get_default_dtype()
    dtype = tensor.dtype
    notes = []
    if device != "cpu":
        notes.append(f"device='{device}'")
    if device == "meta":
        elements, size_shows, dtype_shows = "...", False, dtype is default
    elif not array.size:
        elements, size_shows, dtype_shows = "[]", array.ndim == 1, dtype is default
    else:
        elements = _elements(array, len(prefix)) if tensor_contents is None else ""
        size_shows = bool(_options["edgeitems"])
        dtype_shows = dtype is default or dtype is int64 or dtype is bool_ or dtype is default.to_complex()
    if not size_shows:
        notes.append(f"size={array.shape}")
    if not dtype_shows:
        notes.append(f"dtype={dtype}")
    notes.extend(_history(tensor))
    text = prefix + (elements if tensor_contents is None else tensor_contents)
    text = (_with_notes(text, notes, len(prefix)) if notes else text) + ")"
    if not plain and any(base.__name__ == "Parameter" for base in type(tensor).__mro__):
        return f"Parameter({text})"
    return text


def tensor_format(tensor: Tensor, spec: str) -> str:
    """What an f-string writes for a tensor: a 0-d one formats as its number, any other as its `str`.

    Args:
        tensor: any tensor.
        spec: the text after the colon.

    Raises:
        TypeError: a `spec` is given for a tensor that is not a 0-d `Tensor` with a value.
        ValueError: the number does not know the `spec`.

    Example::

        >>> f"{torch.tensor(1.23456):.2f}"
        '1.23'
    """
    if type(tensor).__name__ == "Tensor" and str(tensor.device) != "meta" and tensor._array.ndim == 0:
        return format(_numbers(tensor._array)[0], spec)
    return object.__format__(tensor, spec)


def _history(tensor: Tensor) -> Iterator[str]:
    """Notes on where gradients flow: the node that made the tensor, or that it is a leaf, and its tangent."""
    if tensor.requires_grad:
        try:
            node = tensor.grad_fn
        except RuntimeError:
            # a view that was made or written to in ways that forbid a gradient can still be printed
            yield "grad_fn=<Invalid>"
        else:
            yield "requires_grad=True" if node is None else f"grad_fn=<{type(node).__name__}>"
    tangent = getattr(tensor, "_tangent", None)
    if tangent is not None:
        yield f"tangent={tangent}"


def _with_notes(text: str, notes: Sequence[str], indent: int) -> str:
    """`text` and the notes, each on the line where it still fits or else on a new one."""
    width = _options["linewidth"]
    # torch reckons two columns more than are there on the last line of elements
    column = len(text) - text.rfind("\n") + 1
    for note in notes:
        if column + len(note) + 2 > width:
            text += ",\n" + " " * indent + note
            column = indent + len(note)
        else:
            text += ", " + note
            column += len(note) + 2
    return text


def _elements(array: np.ndarray[Any, Any], indent: int) -> str:
    """The elements in brackets, lines after the first indented, a large array cut to its edges."""
    shape: tuple[int, ...] = array.shape
    heads: list[int | None] = [None] * array.ndim
    if shape and array.size > _options["threshold"]:
        edge = _options["edgeitems"]
        if edge == 0:
            return "[...]"
        heads = [edge if size > 2 * edge else None for size in shape]
        kept = [[*range(edge), *range(size - edge, size)] if size > 2 * edge else range(size) for size in shape]
        array = array[np.ix_(*kept)]
        shape = array.shape
    texts, width = _element_texts(array)
    if not shape:
        return texts[0]
    return _nested(texts, shape, heads, width, indent)


def _nested(texts: list[str], shape: tuple[int, ...], heads: list[int | None], width: int, indent: int) -> str:
    """Brackets around the texts of the elements, from the innermost dimension outwards.

    `heads[axis]` is the number of elements before the dots of an axis that is cut, None for a whole axis.
    """
    last = len(shape) - 1
    per_line = max(1, floor((_options["linewidth"] - indent - last) / (width + 2)))
    break_line = ",\n" + " " * (indent + last + 1)
    rows = _grouped(texts, shape[last], heads[last], " ...")
    if len(rows[0]) <= per_line:
        lines = ["[" + ", ".join(row) + "]" for row in rows]
    else:
        starts = range(0, len(rows[0]), per_line)
        lines = [
            "[" + break_line.join(", ".join(row[start : start + per_line]) for start in starts) + "]" for row in rows
        ]
    for axis in range(last - 1, -1, -1):
        separator = "," + "\n" * (last - axis) + " " * (indent + axis + 1)
        lines = ["[" + separator.join(group) + "]" for group in _grouped(lines, shape[axis], heads[axis], "...")]
    return lines[0]


def _grouped(texts: list[str], size: int, head: int | None, dots: str) -> list[list[str]]:
    """Runs of `size` texts, with dots after the first `head` of each run where the axis is cut."""
    groups = [texts[start : start + size] for start in range(0, len(texts), size)]
    if head is not None:
        for group in groups:
            group.insert(head, dots)
    return groups


def _element_texts(array: np.ndarray[Any, Any]) -> tuple[list[str], int]:
    """One text for each element, in order, aligned on the right; and the width that lines are broken by."""
    kind = array.dtype.kind
    if kind == "c":
        reals, real_width = _float_texts(_numbers(array.real))
        imaginaries, imaginary_width = _float_texts(_numbers(array.imag))
        signed = (text if text[0] == "-" else "+" + text for text in map(str.lstrip, imaginaries))
        texts = [f"{real}{imaginary}j" for real, imaginary in zip(reals, signed)]
        return texts, real_width + imaginary_width + 1
    if kind in "biu":
        texts = list(map(str, _numbers(array)))
        width = max(map(len, texts))
        return [text.rjust(width) for text in texts], width
    return _float_texts(_numbers(array))


def _numbers(array: np.ndarray[Any, Any]) -> list[Any]:
    """The elements as Python numbers, in order."""
    # ml_dtypes' arrays (kind V) would give their own scalars
    return (array.astype(np.float32) if array.dtype.kind == "V" else array).ravel().tolist()


def _float_texts(values: list[float]) -> tuple[list[str], int]:
    """One text for each float, in one form that suits them all, aligned on the right; and their width.

    Zeros and non-finite values have no say in the form or the width, and stick out where they are wider.
    """
    magnitudes = [abs(value) for value in values if value and isfinite(value)]
    if not magnitudes:
        return _whole_texts(values), 1
    precision, scientific = _options["precision"], _options["sci_mode"]
    whole = all(map(float.is_integer, magnitudes))
    if scientific is None:
        smallest, largest = min(magnitudes), max(magnitudes)
        scientific = largest / smallest > 1000 or largest > 1e8 or (smallest < 1e-4 and not whole)
    if scientific:
        texts = list(map(f"{{:.{precision}e}}".format, values))
    elif whole:
        texts = _whole_texts(values)
    else:
        texts = list(map(f"{{:.{precision}f}}".format, values))
    if len(magnitudes) == len(values):
        width = max(map(len, texts))
    else:
        width = max(len(text) for text, value in zip(texts, values) if value and isfinite(value))
    return [text.rjust(width) for text in texts], width


def _whole_texts(values: list[float]) -> list[str]:
    """Integers with a bare point, as in ``3.``."""
    return [f"{value:.0f}." if isfinite(value) else str(value) for value in values]
