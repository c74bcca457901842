"""Sums of products written with index letters: einsum and tensordot, down to one batched matrix product a pair."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from .._core.sizes import wrap_dim
from .._core.tensor_base import TensorBase
from .._declare.kinds import composite

if TYPE_CHECKING:
    from ..tensor import Tensor

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ELLIPSIS = "."
"""Stands for all dimensions of ``...`` in a parsed list of labels."""


def einsum(*args: Any) -> Tensor:
    """Sum of products of operands whose dimensions are named by letters.

    Args:
        equation: ``"ij,jk->ik"``: letters for the dimensions of each operand and, after the arrow, of the result
            (without it: the letters that occur once, in alphabetical order); ``...`` for further dimensions.
        operands: the tensors, given one by one or as a list; or, without an equation, tensor and list of ints in turn.

    Raises:
        RuntimeError: the letters do not fit the operands.

    Example::

        >>> torch.einsum("ij,jk->ik", torch.ones(2, 3), torch.ones(3, 1))
        tensor([[3.],
                [3.]])
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], TensorBase):
        equation, operands = _from_lists(args)
        return _einsum(equation, operands)
    equation, operands = args[0], list(args[1:])
    if not isinstance(equation, str):
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}")
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = list(operands[0])
    return _einsum(equation, operands)


def _from_lists(args: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The equation that alternating tensors and lists of ints (and Ellipsis) stand for."""

    def word(labels: Sequence[Any]) -> str:
        return "".join("..." if label is Ellipsis else _letter(label) for label in labels)

    pairs = len(args) // 2
    equation = ",".join(word(args[2 * index + 1]) for index in range(pairs))
    if len(args) % 2:
        equation += "->" + word(args[-1])
    return equation, [args[2 * index] for index in range(pairs)]


def _letter(label: int) -> str:
    if not 0 <= label < len(_LETTERS):
        raise ValueError(f"einsum(): subscript {label} is not within the valid range [0, {len(_LETTERS)})")
    return _LETTERS[label]


@composite
def _einsum(equation: str, operands: Sequence[Tensor]) -> Tensor:
    """`einsum` with its operands in a list."""
    left, arrow, right = equation.partition("->")
    terms = _parse_operands(left, operands)
    covered = _ellipsis_width(terms, operands)
    names = _order_labels(left, terms, right if arrow else None, covered, len(left) + 2)
    output, summed = names
    labels = output + summed
    sizes: dict[Any, int] = {}
    aligned = [
        _align(term, tensor, index, labels, covered, sizes)
        for index, (term, tensor) in enumerate(zip(terms, operands, strict=True))
    ]
    keep = len(output)
    return _contract(aligned, keep, len(labels))


def _parse_operands(left: str, operands: Sequence[Tensor]) -> list[list[Any]]:
    """The labels of every operand; an ellipsis counts as one label."""
    terms: list[list[Any]] = [[]]
    position = 0
    while position < len(left):
        character = left[position]
        term = terms[-1]
        if character == " ":
            pass
        elif character == ".":
            if ELLIPSIS in term:
                raise RuntimeError(
                    f"einsum(): found '.' for operand {len(terms) - 1} for which an ellipsis was already found"
                )
            if left[position : position + 3] != "...":
                raise RuntimeError(f"einsum(): found '.' for operand {len(terms) - 1} that is not part of any ellipsis")
            term.append(ELLIPSIS)
            position += 2
        elif character == ",":
            terms.append([])
            if len(terms) > len(operands):
                raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
        elif character.isascii() and character.isalpha():
            term.append(character)
        else:
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {position} in the equation string, subscripts must be in "
                "[a-zA-Z]"
            )
        position += 1
    if len(terms) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    return terms


def _ellipsis_width(terms: list[list[Any]], operands: Sequence[Tensor]) -> int:
    """The number of dimensions that ``...`` stands for, at most over the operands."""
    width = 0
    for index, (term, tensor) in enumerate(zip(terms, operands, strict=True)):
        letters = len(term) - (ELLIPSIS in term)
        if ELLIPSIS in term and tensor.ndim >= letters:
            width = max(width, tensor.ndim - letters)
        elif tensor.ndim != letters:
            relation = "is more than" if ELLIPSIS in term else "does not match"
            ending = "" if ELLIPSIS in term else " and no ellipsis was given"
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({letters}) {relation} the number of dimensions "
                f"({tensor.ndim}) for operand {index}{ending}"
            )
    return width


def _order_labels(
    left: str, terms: list[list[Any]], right: str | None, covered: int, start: int
) -> tuple[list[Any], list[Any]]:
    """Labels of the result and labels that are summed away; the dimensions of ``...`` are numbered."""
    dots = list(range(covered))
    used = sorted({label for term in terms for label in term if label != ELLIPSIS})
    if right is None:
        counts = [label for term in terms for label in term]
        output: list[Any] = dots + [label for label in used if counts.count(label) == 1]
    else:
        output = _parse_output(right, used, dots, any(ELLIPSIS in term for term in terms), start)
    summed = [label for label in [*dots, *used] if label not in output]
    return output, summed


def _parse_output(right: str, used: list[Any], dots: list[int], has_dots: bool, start: int) -> list[Any]:
    output: list[Any] = []
    position, seen_dots = 0, False
    while position < len(right):
        character = right[position]
        if character == ".":
            if seen_dots:
                raise RuntimeError("einsum(): found '.' for output but an ellipsis (...) was already found")
            if right[position : position + 3] != "...":
                raise RuntimeError("einsum(): found '.' for output that is not part of any ellipsis (...)")
            output += dots
            seen_dots = True
            position += 2
        elif character.isascii() and character.isalpha():
            if character in output:
                raise RuntimeError(f"einsum(): output subscript {character} appears more than once in the output")
            if character not in used:
                raise RuntimeError(
                    f"einsum(): output subscript {character} does not appear in the equation for any input operand"
                )
            output.append(character)
        elif character != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {start + position} in the equation string, subscripts "
                "must be in [a-zA-Z]"
            )
        position += 1
    return output


def _align(
    term: list[Any], tensor: Tensor, index: int, labels: list[Any], covered: int, sizes: dict[Any, int]
) -> Tensor:
    """An operand with one dimension a label, in the order of `labels`, of size 1 where it has none."""
    names: list[Any] = []
    for label in term:
        if label == ELLIPSIS:
            width = tensor.ndim - len(term) + 1
            names += range(covered - width, covered)
        else:
            names.append(label)
    dim = 0
    while dim < len(names):
        first = names.index(names[dim])
        if first != dim:
            if tensor.shape[first] != tensor.shape[dim]:
                raise RuntimeError(
                    f"einsum(): subscript {names[dim]} is repeated for operand {index} but the sizes don't match, "
                    f"{tensor.shape[dim]} != {tensor.shape[first]}"
                )
            tensor = tensor.diagonal(0, first, dim).movedim(-1, first)
            del names[dim]
            continue
        dim += 1
    for name, size in zip(names, tensor.shape, strict=True):
        known = sizes.get(name, 1)
        if size != 1 and known not in (1, size):
            raise RuntimeError(
                f"einsum(): subscript {name} has size {size} for operand {index} which does not broadcast with "
                f"previously seen size {known}"
            )
        sizes[name] = max(known, size) if size else size
    present = [names.index(label) for label in labels if label in names]
    if present != list(range(len(present))):
        tensor = tensor.permute(present)
    for position, label in enumerate(labels):
        if label not in names:
            tensor = tensor.unsqueeze(position)
    return tensor


def _contract(operands: list[Tensor], keep: int, rank: int) -> Tensor:
    """Multiplies aligned operands from left to right, summing a label as soon as no later operand has it."""
    result = operands[0]
    done: list[int] = []
    for index, operand in enumerate(operands[1:], 1):
        later = operands[index + 1 :]
        summed = [dim for dim in range(keep, rank) if dim not in done and all(other.shape[dim] == 1 for other in later)]
        done += summed
        both = [dim for dim in summed if result.shape[dim] != 1 and operand.shape[dim] != 1]
        result = _lone_sums(result, operand, summed)
        operand = _lone_sums(operand, result, summed)
        result = multiply_pair(result, operand, both)
    lone = [dim for dim in range(keep, rank) if dim not in done]
    if lone:
        result = result.sum(lone, True)
    if rank > keep:
        result = result.reshape(tuple(result.shape[:keep]))
    return result


def _lone_sums(tensor: Tensor, other: Tensor, dims: list[int]) -> Tensor:
    """`tensor` summed over those of `dims` that `other` does not have."""
    alone = [dim for dim in dims if tensor.shape[dim] != 1 and other.shape[dim] == 1]
    return tensor.sum(alone, True) if alone else tensor


def multiply_pair(left: Tensor, right: Tensor, summed: list[int]) -> Tensor:
    """The product of two aligned tensors summed over some dimensions, as one `bmm`.

    Args:
        left, right: of the same number of dimensions; sizes equal, or 1 where a tensor lacks the dimension.
        summed: dimensions that both have and that are added up; they stay with size 1.
    """
    both, only_left, only_right = [], [], []
    for dim in range(left.ndim):
        if dim in summed:
            continue
        if left.shape[dim] != 1 and right.shape[dim] != 1:
            both.append(dim)
        elif left.shape[dim] != 1:
            only_left.append(dim)
        elif right.shape[dim] != 1:
            only_right.append(dim)
    ones = [dim for dim in range(left.ndim) if dim not in (*both, *only_left, *only_right)]
    rest = [dim for dim in ones if dim not in summed]
    batch = [left.shape[dim] for dim in both]
    rows, columns = [left.shape[dim] for dim in only_left], [right.shape[dim] for dim in only_right]
    inner = prod(left.shape[dim] for dim in summed)
    first = left.permute(both + only_left + summed + only_right + rest)
    second = right.permute(both + summed + only_right + only_left + rest)
    product = first.reshape(prod(batch), prod(rows), inner).bmm(second.reshape(prod(batch), inner, prod(columns)))
    order = both + only_left + ones + only_right
    back = [order.index(dim) for dim in range(left.ndim)]
    return product.view((*batch, *rows, *(1,) * len(ones), *columns)).permute(back)


@composite
def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Tensor:
    """Product of two tensors summed over chosen dimensions of both.

    Args:
        a, b: tensors of one dtype.
        dims: how many last dimensions of `a` meet the first of `b`, or two lists of dimensions.

    Raises:
        RuntimeError: sizes of dimensions that meet differ and neither is 1.

    Example::

        >>> torch.tensordot(torch.ones(2, 3), torch.ones(3, 4), dims=1).shape
        torch.Size([2, 4])
    """
    if isinstance(dims, TensorBase):
        dims = dims.item() if dims.numel() == 1 else dims.tolist()  # type: ignore[attr-defined]
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims_a, dims_b = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        dims_a = [wrap_dim(dim, a.ndim) for dim in _as_list(dims[0])]
        dims_b = [wrap_dim(dim, b.ndim) for dim in _as_list(dims[1])]
    if len(dims_a) != len(dims_b):
        raise RuntimeError(f"both dimension lists should have same length, got {len(dims_a)} and {len(dims_b)}")
    for first, second in zip(dims_a, dims_b, strict=True):
        if a.shape[first] != b.shape[second]:
            if a.shape[first] == 1:
                b = b.sum(second, True)
            elif b.shape[second] == 1:
                a = a.sum(first, True)
            else:
                raise RuntimeError(
                    f"contracted dimensions need to match, but first has size {a.shape[first]} in dim {first} and "
                    f"second has size {b.shape[second]} in dim {second}"
                )
    free_a = [dim for dim in range(a.ndim) if dim not in dims_a]
    free_b = [dim for dim in range(b.ndim) if dim not in dims_b]
    inner = prod(a.shape[dim] for dim in dims_a)
    rows = a.permute(free_a + dims_a).reshape(prod(a.shape[dim] for dim in free_a), inner)
    columns = b.permute(dims_b + free_b).reshape(inner, prod(b.shape[dim] for dim in free_b))
    shape = [a.shape[dim] for dim in free_a] + [b.shape[dim] for dim in free_b]
    found = rows.mm(columns).reshape(shape)
    if out is None:
        return found
    if out.shape != found.shape:
        out.resize_(found.shape)
    return out.copy_(found)


def _as_list(dims: Any) -> list[int]:
    return [dims] if isinstance(dims, int) else list(dims)
