"""Batches: tensors with a hidden first dimension, and how each kind of operator runs on them.

A `BatchedTensor` looks like one example; its `value` holds all of them, the batch in front. The
kinds of operators suffice for most rules: elementwise operators align dimensions, reductions and
views count theirs from one further on, bodies written in operators are run. A kernel's declaration
may give its rule as ``batch=``; without one the kernel runs once for each example.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .._core.generator import default_generator
from .._core.meta_array import MetaArray
from .._core.modes import OFF, modes
from .._core.sizes import wrap_dim, wrap_dims
from .._core.tensor_base import TensorBase, new, on_bind, storage_of
from .._declare.dispatch import compute_dtype
from .._declare.examples import random_error
from .._declare.kinds import BOOL
from .._declare.record import Operator
from .._ops.joining import stack
from .function import Function, call_forward, run
from .levels import Level, LevelTensor, call_op, map_outputs, map_tensors, tensors_of

DIMENSIONS = frozenset(
    {"dim", "dims", "dim0", "dim1", "dim2", "start_dim", "end_dim", "source", "destination", "dimension"}
)
"""Parameters that name dimensions of the first tensor."""


class BatchArray(MetaArray):
    """What a batched tensor has for an array: the geometry of one example, and no values."""

    __slots__ = ()

    def item(self) -> NoReturn:
        """Raises: an example has no value of its own."""
        raise RuntimeError(
            "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
            "Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere "
            "inside PyTorch internals, please file a bug report."
        )

    tolist = item

    def __bool__(self) -> bool:
        raise RuntimeError(
            "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't "
            "support "
            "that yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
        )

    __int__ = __float__ = __complex__ = __index__ = item

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        error = RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")
        error.add_note("the values of a batched tensor cannot be read inside of vmap: use operators on it")
        raise error

    view = copy = astype = reshape = tobytes = __array__


class BatchMethods(LevelTensor):
    """What a batched tensor is beside a tensor.

    Attributes:
        level: the `BatchLevel` that it belongs to.
        value: the tensor one level down.
        batched: whether `value` has the batch dimension in front; without it all examples are the same.
    """

    __slots__ = ()

    level: BatchLevel
    value: Any
    batched: bool

    def __repr__(self) -> str:
        text = repr(self.value).replace("\n", "\n    ")
        return f"BatchedTensor(lvl={self.level.number}, bdim={0 if self.batched else None}, value=\n    {text}\n)"

    def __bool__(self) -> bool:
        return bool(self._array)  # type: ignore[attr-defined]

    def _without_history(self) -> Any:
        return self.level.wrap(self.value, self.batched)


BatchedTensor: Any = None


@on_bind
def _bind(cls: Any) -> None:
    global BatchedTensor
    BatchedTensor = type("BatchedTensor", (BatchMethods, cls), {"__slots__": ()})


class BatchLevel(Level):
    """One `vmap` while it runs.

    Attributes:
        size: the number of examples.
        randomness: ``"error"``, ``"same"`` or ``"different"``: what random operators do.
    """

    def __init__(self, size: int, randomness: str = "error") -> None:
        super().__init__()
        self.size = size
        self.randomness = randomness

    def wrap(self, value: Any, batched: bool) -> Any:
        """A tensor one level down as an example: with the batch dimension in front if `batched`."""
        array = value._array
        tensor = new(BatchedTensor)
        tensor._array = _one_example(array) if batched else BatchArray(_geometry(array))
        tensor._edge = tensor._base = tensor._extra = None
        tensor._storage = storage_of(value)
        tensor.level, tensor.value, tensor.batched = self, value, batched
        return tensor

    def lift(self, tensor: Any) -> Any:
        """A wrapper for a tensor from outside, the same for all examples."""
        return self.wrap(tensor, False)

    def physical(self, tensor: Any) -> Any:
        """The tensor one level down with a batch dimension in front, of size 1 where all examples are the same."""
        if not self.owns(tensor):
            return tensor.unsqueeze(0)
        return tensor.value if tensor.batched else tensor.value.unsqueeze(0)

    def full(self, tensor: Any) -> Any:
        """The tensor one level down with the whole batch dimension in front."""
        value = self.physical(tensor)
        return value if value._array.shape[0] == self.size else value.expand(self.size, *value.shape[1:])

    def write(self, target: Any, result: Any) -> None:
        """Writes a result into the memory of a wrapper."""
        if result.batched and not target.batched:
            raise self.foreign_write(None)
        target.value.copy_(result.value)

    def foreign_write(self, op: Any) -> Exception:
        """The error for a write of a batch into a tensor that is the same for all examples."""
        error = RuntimeError(
            "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in "
            "extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` "
            "not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. "
            "If said operator is being called inside the PyTorch framework, please file a bug report instead."
        )
        error.add_note("the tensor that is written to comes from outside of vmap: make a new one (x + y, not x += y)")
        return error

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        """Context in which only the transforms around this one count."""
        before = modes.levels
        modes.levels = before[: before.index(self)] if self in before else before
        try:
            yield
        finally:
            modes.levels = before

    def example(self, tensor: Any) -> Any:
        """A tensor one level down like one example, whose values do not matter."""
        if not self.owns(tensor):
            return tensor
        return tensor.value.select(0, 0) if tensor.batched and self.size else tensor.new_zeros(tensor.shape)

    def draw(self, make: Callable[[], Any]) -> Any:
        """A tensor of random numbers, drawn once for all examples or for each."""
        if self.randomness == "error":
            raise random_error()
        with self.suspended():
            if self.randomness == "same" or not self.size:
                return make()
            return self.wrap(stack([make() for _ in range(self.size)]), True)

    def _draw_by_kernel(self, op: Operator, values: list[Any]) -> Any:
        """Runs a random operator: each example of its own, from the same state if all are to be the same."""
        if self.randomness == "error":
            raise random_error()
        batched = any(self.owns(tensor) and tensor.batched for tensor in tensors_of(op, values))
        below = map_tensors(op, values, lambda tensor: tensor.value if self.owns(tensor) else tensor)
        with self.suspended():
            if self.randomness == "different" and self.size:
                found = _one_by_one(self, op, values)
                return map_outputs(found, lambda output: self.wrap(output, True))
            if not batched:
                return map_outputs(call_op(op, below), lambda output: self.wrap(output, False))
            generator = (values[op.position["generator"]] if "generator" in op.position else None) or default_generator
            state = generator.get_state_array()
            full = map_tensors(op, values, self.full)
            found = []
            for index in range(self.size):
                generator.set_state_array(state)
                found.append(call_op(op, map_tensors(op, full, lambda value: value.select(0, index))))  # noqa: B023
            return map_outputs(_stacked(found, op.name), lambda output: self.wrap(output, True))

    def compute(self, op: Operator, values: list[Any]) -> Any:
        """Runs an operator on all examples at once."""
        if op.random or "generator" in op.position:
            return self._draw_by_kernel(op, values)
        if not any(self.owns(tensor) and tensor.batched for tensor in tensors_of(op, values)):
            below = map_tensors(op, values, lambda tensor: tensor.value if self.owns(tensor) else tensor)
            return map_outputs(call_op(op, below), lambda output: self.wrap(output, False))
        if op.batch is not None:
            found = _by_rule(self, op, values)
        else:
            found = _RULES.get(op.kind, _one_by_one)(self, op, values)
        return map_outputs(found, lambda output: self.wrap(output, True))

    def call_function(self, cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Runs a user's `Function` on a batch: by its own ``vmap`` rule, or by its other methods on wrappers."""
        if cls.setup_context is Function.setup_context:
            raise RuntimeError(
                "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it "
                "must "
                "override the setup_context staticmethod. For more details, please see "
                "https://pytorch.org/docs/main/notes/extending.func.html"
            )
        own = cls.vmap is not Function.vmap
        if cls.generate_vmap_rule and own:
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden "
                "vmap "
                "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid "
                "ambiguity. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
            )
        if not own and not cls.generate_vmap_rule:
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and "
                "implement "
                "the vmap staticmethod or set generate_vmap_rule=True. For more details, please see "
                "https://pytorch.org/docs/main/notes/extending.func.html"
            )
        if own:
            return self._by_own_rule(cls, args)
        inner = any(self.owns(value) and value._edge is not None for value in args)
        outer = any(self.owns(value) and value.value._edge is not None for value in args)
        if not outer or modes.record == OFF:
            return run(cls, args, kwargs)
        if inner:
            raise NotImplementedError(
                f"{cls.__name__}: a custom Function cannot be differentiated both inside and outside of vmap"
            )
        return batched_function(self, cls, args)

    def _by_own_rule(self, cls: Any, args: tuple[Any, ...]) -> Any:
        """Calls the ``vmap`` method of a `Function` one level down."""
        values = [value.value if self.owns(value) else value for value in args]
        dims = tuple(0 if self.owns(value) and value.batched else None for value in args)
        output, out_dims = cls.vmap(VmapInfo(self.size, self.randomness), dims, *values)
        several = isinstance(output, tuple)
        outputs = output if several else (output,)
        places = out_dims if isinstance(out_dims, tuple) else (out_dims,) * len(outputs)
        found = tuple(
            self.wrap(value, False) if place is None else self.wrap(value.movedim(place, 0) if place else value, True)
            for value, place in zip(outputs, places)
        )
        return found if several else found[0]


class VmapInfo(NamedTuple):
    """What the ``vmap`` method of a `Function` is told.

    Attributes:
        batch_size: the number of examples.
        randomness: as given to `vmap`.
    """

    batch_size: int
    randomness: str


def batched_function(level: BatchLevel, cls: Any, args: tuple[Any, ...]) -> Any:
    """A `Function` on a batch, recorded one level down: its methods run on wrappers, its node holds what they wrap."""
    flags = [level.owns(value) and value.batched for value in args]

    def down(value: Any) -> Any:
        return level.full(value) if isinstance(value, TensorBase) else value

    class Batched(Function):
        @staticmethod
        def forward(ctx: Any, *values: Any) -> Any:
            inside = [level.wrap(value, True) if batched else value for value, batched in zip(values, flags)]
            ctx.inner = cls._backward_cls.make(args)
            output = call_forward(cls, ctx.inner, tuple(inside), {})
            ctx.several = isinstance(output, tuple)
            outputs = tuple(map(down, output if ctx.several else (output,)))
            ctx.save_for_backward(*(down(value) if value is not None else None for value in ctx.inner.to_save))
            ctx.inner.to_save = ()
            return outputs if ctx.several else outputs[0]

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            inner = ctx.inner
            inner.saved = tuple(None if value is None else level.wrap(value, True) for value in ctx.saved_tensors)
            found = cls.backward(inner, *(None if one is None else level.wrap(one, True) for one in grads))
            inner.saved = ()
            found = found if isinstance(found, tuple) else (found,)
            return tuple(
                gradient if gradient is None else down(gradient) if batched else down(gradient).sum(0)
                for gradient, batched in zip(found, flags)
            )

    found = Batched.apply(*(value.value if level.owns(value) else value for value in args))
    return map_outputs(found, lambda output: level.wrap(output, True))


def _geometry(array: Any) -> Any:
    return array.geometry if isinstance(array, MetaArray) else array


def _one_example(array: Any) -> BatchArray:
    """The geometry of one example of a batch."""
    geometry = _geometry(array)
    if geometry.shape[0]:
        return BatchArray(geometry[0, ...])
    return BatchArray(as_strided(np.zeros(1, geometry.dtype), geometry.shape[1:], geometry.strides[1:]))


def _by_rule(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """The rule that the declaration gives: that of a kind by its name, or tensor code on tensors with a batch in front.

    A tensor that is the same for all examples has a batch of size 1.
    """
    if isinstance(op.batch, str):
        return _NAMED_RULES[op.batch](level, op, values)
    physical = map_tensors(op, values, level.physical)
    count = len(values) - op.keyword_only
    found = op.batch(*physical[:count], **dict(zip(op.params[count:], physical[count:])))
    if found is NotImplemented:  # by the rule for the case at hand
        return _one_by_one(level, op, values)
    return map_outputs(found, lambda output: _expanded(level, output))


def _expanded(level: BatchLevel, value: Any) -> Any:
    return value if value._array.shape[0] == level.size else value.expand(level.size, *value.shape[1:])


def _elementwise(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """Dimensions of size 1 between the batch and those of an example, so that examples broadcast."""
    tensors = tensors_of(op, values)
    rank = max(tensor._array.ndim for tensor in tensors)
    dtypes = {tensor._array.dtype for tensor in tensors}
    common = None
    if len(dtypes) > 1 and op.promote != BOOL and not op.keep:
        common = compute_dtype(op, values)  # of the examples: the batch makes 0-d tensors look like others

    def align(tensor: Any) -> Any:
        value = tensor.value if level.owns(tensor) else tensor
        if common is not None and tensor._array.ndim == 0:
            value = value.to(common)
        if not (level.owns(tensor) and tensor.batched):
            return value
        missing = rank - tensor._array.ndim
        return value.reshape(level.size, *(1,) * missing, *value.shape[1:]) if missing else value

    return call_op(op, map_tensors(op, values, align))


def _reduction(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """The same dimensions one further on; all of an example's as one."""
    values = list(values)
    tensor = values[0]
    value, shape = level.full(tensor), tensor._array.shape
    place, keep = op.position["dim"], op.position.get("keepdim")
    dim = values[place]
    if dim is not None and shape:
        dims = wrap_dims(dim, len(shape))
        values[place] = dims[0] + 1 if len(dims) == 1 else tuple(one + 1 for one in dims)
        return call_op(op, [value, *values[1:]])
    values[place] = 1
    keeps = keep is not None and values[keep]
    if keep is not None:
        values[keep] = False
    found = call_op(op, [value.reshape(level.size, prod(shape)), *values[1:]])
    if not keeps:
        return found
    return map_outputs(found, lambda output: output.reshape(level.size, *(1,) * len(shape)))


def _shift_dims(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """Parameters that name dimensions count one further on; sizes get the batch in front."""
    tensors = tensors_of(op, values)
    rank = next(tensor._array.ndim for tensor in tensors)
    if rank == 0:
        return _one_by_one(level, op, values)
    values = map_tensors(op, values, level.full)
    for name in op.params:
        if name in DIMENSIONS:
            place = op.position[name]
            dim = values[place]
            if dim is None:
                continue
            if isinstance(dim, (tuple, list)):
                values[place] = tuple(wrap_dim(one, rank) + 1 for one in dim)
            else:
                values[place] = wrap_dim(dim, rank) + 1
    return call_op(op, values)


def _one_by_one(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """A kernel without a rule: once for each example, and the results stacked."""
    if not level.size:
        return _of_nothing(level, op, values)
    values = map_tensors(op, values, level.full)
    found = [call_op(op, map_tensors(op, values, lambda value: value.select(0, index))) for index in range(level.size)]  # noqa: B023
    return _stacked(found, op.name)


def _of_nothing(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """The results for no examples: of the shape that one of zeros would give."""
    examples = map_tensors(op, values, lambda tensor: tensor.new_zeros(tensor.shape))
    return map_outputs(call_op(op, examples), lambda output: output.new_zeros((0, *output.shape)))


def _stacked(found: Sequence[Any], name: str) -> Any:
    """What the examples gave, as one batch."""
    first = found[0]
    if isinstance(first, TensorBase):
        if any(one._array.shape != first._array.shape for one in found):
            raise RuntimeError(
                "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over "
                f"aten::{name}. Please file an issue at https://github.com/pytorch/pytorch/issues if you need this "
                "feature."
            )
        return stack(list(found))
    if isinstance(first, (tuple, list)):
        return type(first)([_stacked([one[index] for one in found], name) for index in range(len(first))])
    return first


def _view(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """A view has to stay one: with its dimensions one further on, or by the rule of its declaration."""
    if not DIMENSIONS.intersection(op.params):
        raise NotImplementedError(f"vmap: {op.name} has no batching rule")
    return _shift_dims(level, op, values)


def _leading(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """An operator that itself takes any number of dimensions in front."""
    if len({tensor._array.ndim for tensor in tensors_of(op, values)}) > 1:
        return _one_by_one(level, op, values)
    return call_op(op, map_tensors(op, values, level.full))


def _fold(level: BatchLevel, op: Operator, values: list[Any]) -> Any:
    """An operator that treats every entry of its first dimension alike: the batch becomes part of that."""
    value = level.full(values[0])
    rows = value._array.shape[1]
    found = call_op(op, [value.flatten(0, 1), *values[1:]])
    return map_outputs(found, lambda output: output.reshape((level.size, rows, *output.shape[1:])))


_RULES = {"elementwise": _elementwise, "reduction": _reduction, "view": _view}
_NAMED_RULES = {
    "dims": _shift_dims,
    "reduce": _reduction,
    "elementwise": _elementwise,
    "leading": _leading,
    "fold": _fold,
}
