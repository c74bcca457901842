"""The six kinds of operators: decorators that turn a `def` into a public function with a record.

A kind supplies the defaults, a declaration states what is special. The public function is a plain
function, so `help`, `inspect` and tracebacks stay normal; the record is at ``.op``.

Every kind takes ``flops=``, what an operator on floating-point numbers costs: so many operations for each element of
the first argument (of the result if it is elementwise), or a function of parameters of the operator, by their names,
and of the ``result``. A multiplication and an addition are one operation each, and so is whatever an elementwise
operator does to an element; moving, comparing and drawing numbers are none. The default is 1 for elementwise operators
and reductions, 0 for views and exact kernels; other kernels have to say, composite and fused operators are their parts.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from .._core.tensor_base import PLAIN, TensorBase, has_override
from . import fast, fast_kernels, fast_reduction, fast_views, written
from .binding import bind, is_number, type_error
from .dispatch import BOOL, FLOAT, INT64, SAME, Refusal, call, run, write_out
from .fast_mixed import mixed, ternary
from .record import Operator

__all__ = [
    "BOOL",
    "FLOAT",
    "INT64",
    "SAME",
    "Refusal",
    "composite",
    "copying",
    "elementwise",
    "fused",
    "kernel",
    "overloaded",
    "reduction",
    "view",
]

F = TypeVar("F", bound=Callable[..., Any])

_INTEGERS = frozenset(np.dtype(name) for name in ("i1", "i2", "i4", "i8", "u1"))
_COMPLEX = frozenset(np.dtype(name) for name in ("c8", "c16"))
_BOOL = frozenset((np.dtype("?"),))
NATURAL = {
    "float": frozenset(),
    "number": _INTEGERS | _COMPLEX,
    "real": _INTEGERS | _BOOL,
    "any": _INTEGERS | _COMPLEX | _BOOL,
    "complex": _COMPLEX,
    "integer": _INTEGERS,
    "bits": _INTEGERS | _BOOL,
    "sum": _COMPLEX | {np.dtype("i8")},
}
"""Sets of NumPy dtypes beside float32 and float64 for which an ``eager`` function gives torch's dtype."""


def elementwise(
    *,
    eager: Callable[..., Any] | None = None,
    natural: str = "float",
    promote: str | Callable[..., str] = SAME,
    vjp: dict[Any, Callable[..., Any]] | None = None,
    node: str | tuple[str | None, ...] | None = None,
    scalar_ok: bool = True,
    **options: Any,
) -> Callable[[F], F]:
    """Declares an elementwise operator; the body is what happens to one element.

    Args:
        eager: a NumPy function for the fast path that equals the body; None sends every call the general way.
        natural: the dtypes beside float32 and float64 that `eager` is right for (a key of `NATURAL`).
        promote: SAME, FLOAT (integers become the default dtype) or BOOL (the result is bool), or a function of the
            parameters that returns one of them.
        vjp: derivative rules by parameter.
        node: the name of the node where it is not the operator's; for two operands a tuple of the names
            for tensor and tensor, tensor and number, number and tensor.
        scalar_ok: whether a Python number may take the fast path as the second operand.
        options: ``holomorphic=False``, ``refuse=("complex",)`` (dtypes without a kernel; a `Refusal` where
            the error is another), ``general=`` (array code in place of the body), ``keep=`` (tensors not promoted),
            ``operands=`` (numbers that take part in promotion), ``check=``, ``result=`` (dtype rule),
            ``nondifferentiable=True``, ``pick_node=`` (arguments to an index into `node`), ``undefined=True``,
            ``older=`` (a number that torch also takes in second place, with a warning),
            ``overloads=True`` (torch has several signatures and names none of them in errors), ``exact=True`` (16-bit
            floats are not widened to float32).
    """

    def declare(body: F) -> F:
        op = Operator(
            "elementwise", body, vjp, node,
            {"eager": eager, "natural": NATURAL[natural], "promote": promote, "scalar_ok": scalar_ok, "flops": 1,
             **options},
        )  # fmt: skip
        if promote == BOOL:
            op.nondifferentiable = True
        if len(op.tensors) == 2 and op.pick_node is None and len(op.nodes) > 1:
            op.pick_node = _by_operands
        declared: F = _public(op, _elementwise_closure)
        return declared

    return declare


def _elementwise_closure(op: Operator, general: Callable[..., Any]) -> Callable[..., Any]:
    """The short path of an elementwise operator: for one dtype, then for any, then the general one."""
    maker = {1: fast.unary, 2: fast.binary, 3: ternary}.get(len(op.tensors))
    if maker is None:
        return general
    if len(op.tensors) > 1 and not all(name in op.defaults for name in op.params[len(op.tensors) :]):
        return general
    return maker(op, mixed(op, general))


def _by_operands(input: Any, other: Any, *rest: Any) -> int:
    """0, 1 or 2 for tensor and tensor, tensor and number, number and tensor."""
    if not hasattr(other, "_array"):
        return 1
    return 0 if hasattr(input, "_array") else 2


def reduction(
    *,
    eager: Callable[..., Any] | None = None,
    natural: str = "float",
    promote: str = SAME,
    vjp: dict[Any, Callable[..., Any]] | None = None,
    node: str | tuple[str, ...] | None = None,
    **options: Any,
) -> Callable[[F], F]:
    """Declares a reduction; the body is array code that gets `dim` as None or a tuple counted from the front.

    Args:
        eager: a ufunc's ``reduce`` (called with array, axis, None, None, keepdim) for the fast path.
        promote: SAME, or INT64 where integers and bools accumulate in int64.
        node: the node's name; a tuple of two where the full reduction and that along `dim` differ.
        options: ``combine=``, ``identity=`` and ``finish=`` for the compiler, ``check=`` (gets `dim` as it was given),
            ``refuse=``, ``large=`` (the function of `llvm.folds` for large arrays that the body gets converted: 16-bit
            floats and, where they add up in int64, integers).
    """

    def declare(body: F) -> F:
        op = Operator(
            "reduction",
            body,
            vjp,
            node,
            {"eager": eager, "natural": NATURAL[natural], "promote": promote, "flops": 1, **options},
        )
        if len(op.nodes) == 2 and op.pick_node is None:
            op.pick_node = lambda input, dim, *rest: 0 if dim is None else 1
        declared: F = _public(op, fast_reduction.reduction)
        return declared

    return declare


def view(
    *,
    vjp: dict[Any, Callable[..., Any]] | None = None,
    node: str | tuple[str, ...] | None = None,
    **options: Any,
) -> Callable[[F], F]:
    """Declares a view; the body takes and returns ndarrays that share memory (a tuple for several views)."""
    return lambda body: _public(Operator("view", body, vjp, node, {"flops": 0, **options}), fast_views.view)


def copying(function: Any, name: str | None = None) -> Any:
    """Declares the form of a view operator that returns copies (``select_copy`` of ``select``)."""
    source = function.op
    options = {"name": name or f"{source.name}_copy", "exact": True, "flops": 0, "copies": True, "promote": (),
               "natural": frozenset(), "holomorphic": source.holomorphic, "pick_node": source.pick_node}  # fmt: skip
    nodes = tuple(f"{name}_copy" for name in source.node_names)
    op = Operator("kernel", source.body, source.vjp, nodes, options)
    op.has_out = True

    def general(*args: Any, **kwargs: Any) -> Any:
        return call(op, args, kwargs)

    return _finish(op, general)


def kernel(
    *,
    promote: tuple[str, ...] = (),
    vjp: dict[Any, Callable[..., Any]] | None = None,
    node: str | tuple[str, ...] | None = None,
    eager: Callable[..., Any] | None = None,
    natural: str = "float",
    **options: Any,
) -> Callable[[F], F]:
    """Declares a kernel; the body is array code, the reference that other backends are held to.

    Args:
        promote: parameters that are brought to their common dtype first.
        eager: the same for one or two arrays of one dtype, for the fast path; for one tensor with settings it gets
            the array and all settings and may raise where it does not know the case.
        natural: the dtypes beside float32 and float64 that `eager` is right for (a key of `NATURAL`).
        options: ``whole=True`` for a kernel whose only parameter is reduced to one element,
            ``exact=True`` keeps 16-bit floats as they are (kernels that only move values),
            ``overwrites=True`` (the body checks its arguments, then writes into the first and returns nothing; the
            machinery hands it a copy, the in-place form the tensor's own memory), ``spreads=True`` (one value goes
            everywhere, so elements may share memory), ``disjoint=True`` (no argument may share memory with what is
            written to, not even as a whole), ``inplace_node=`` (node names of in-place calls),
            ``scalar_nodes=`` (names of those nodes that have no edge for a number), ``grows=True`` (the copy is first
            broadcast with the second argument), ``returns=`` a named tuple, ``check=``,
            ``nondifferentiable=`` True or output numbers, ``linear=``, ``into=`` (a function of the values and the
            destination that serves ``out=``, where torch works in the destination's own dtype), ``meta=`` (what runs in
            place of an expensive body where only shape and dtype are asked for: its arrays and those it returns are
            zeros that take no memory; `stand_in` makes them), ``relay=`` (asked before the rules in a backward pass
            that nobody records, with node, gradient and edges: gradients in a form that only the rules of the nodes
            at the edges know, or None), ``by_entries=True`` (the rule knows one such form, `entries.Entries`),
            ``large=`` (the function of `llvm.arrays` for large 16-bit floats, which the body gets widened).
    """
    settings = {"eager": eager, "natural": NATURAL[natural], "promote": promote, "scalar_ok": False, **options}
    if settings.get("exact"):
        settings.setdefault("flops", 0)

    def declare(body: F) -> F:
        op = Operator("kernel", body, vjp, node, settings)
        if op.exact and op.eager is None and not op.promote and op.into is None:
            maker = fast_kernels.direct
        elif op.eager is None:
            maker = written.kernel
        elif op.tensors != op.params[:1]:
            maker = fast.kernel
        else:
            maker = fast_reduction.whole if op.whole else fast_reduction.options
        declared: F = _public(op, maker)
        return declared

    return declare


def fused(
    *,
    promote: tuple[str, ...] = (),
    vjp: dict[Any, Callable[..., Any]] | None = None,
    node: str | tuple[str, ...] | None = None,
    **options: Any,
) -> Callable[[F], F]:
    """Declares a fused operator; the body is tensor code, run unrecorded and recorded as one node."""
    return lambda body: _public(Operator("fused", body, vjp, node, {"promote": promote, **options}), None)


def composite(body: F) -> F:
    """Declares a composite operator; the body is tensor code, recorded as its parts.

    A body with a parameter ``out`` need not look at it: a call that gives one is run without, and its result written.
    """
    op = Operator("composite", body, None, None, {})
    writes_out = op.has_out and bool(op.tensors)

    def public(*args: Any, **kwargs: Any) -> Any:
        if writes_out and kwargs and kwargs.get("out") is not None:
            return call(op, args, kwargs)
        for value in args:
            if type(value) not in PLAIN and _is_special(value):
                return call(op, args, kwargs)
        try:
            return body(*args, **kwargs)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:  # the arguments do not fit
                bind(op, args, kwargs)
            raise
        except AttributeError:
            _check_tensors(op, bind(op, args, kwargs)[0])
            raise

    declared: F = _finish(op, public)
    return declared


def _check_tensors(op: Operator, values: list[Any]) -> None:
    """Raises torch's error if a value is in the place of a tensor that is none."""
    for name in op.tensors:
        value = values[op.position[name]]
        optional = value is None and "None" in str(op.body.__annotations__[name])
        if optional or name in op.lists or isinstance(value, TensorBase):
            continue
        if not (name in op.numbers and is_number(value)) and not hasattr(type(value), "__torch_function__"):
            raise type_error(op, name, value)


def overloaded(*parts: Any) -> Callable[[F], F]:
    """Declares a function that picks one of several operators by the arguments it gets (``max``: of all, of pairs).

    Args:
        parts: the operators. They are the public function to ``__torch_function__``, so their parameters bear its
            names.
    """

    def declare(body: F) -> F:
        op = Operator("composite", body, None, None, {})
        function = _finish(op, body)
        for part in parts:
            part.op.call = function
        declared: F = function
        return declared

    return declare


_ORDINARY = frozenset((int, float, bool, str, type(None)))


def _is_special(value: Any) -> bool:
    kind = type(value)
    if kind in _ORDINARY:
        return False
    if isinstance(value, (list, tuple)):
        return any(map(_is_special, value))
    return has_override(kind)


def _public(op: Operator, maker: Callable[[Operator, Callable[..., Any]], Callable[..., Any]] | None) -> Any:
    def general(*args: Any, **kwargs: Any) -> Any:
        return call(op, args, kwargs)

    function = general if maker is None else maker(op, general)
    if function is general or maker is None:
        function = general
    return _finish(op, function)


def _finish(op: Operator, function: Any) -> Any:
    body = op.body
    function.__name__ = op.name
    function.__qualname__ = op.name
    function.__doc__ = body.__doc__
    function.__module__ = body.__module__
    function.__annotations__ = body.__annotations__
    function.op = op
    if function is not body:
        function.__wrapped__ = body
    op.call = function
    op.run_plain = lambda values, out=None: run(op, values) if out is None else write_out(op, values, out)
    return function


def signature(op: Operator) -> inspect.Signature:
    """The public signature of an operator, worked out on demand."""
    return inspect.signature(op.body)
