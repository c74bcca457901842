"""Derivatives compared with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .._core.tensor_base import TensorBase, wrap
from .._core.warn import warn
from . import forward_ad
from .api import grad
from .batching import BatchLevel
from .function import Function
from .grad_mode import enable_grad, no_grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

Array = np.ndarray[Any, Any]


class GradcheckError(RuntimeError):
    """A derivative that is not what finite differences say."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the derivatives of a function agree with finite differences.

    Args:
        func: takes tensors, and returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of arguments; those that require grad are checked, and should be float64.
        eps: step of the finite differences.
        atol, rtol: tolerances.
        raise_exception: whether a failure is raised; otherwise the result is False.
        nondet_tol: by how much gradients may differ from one backward pass to the next.
        check_undefined_grad: whether a missing gradient of an output has to count as zero.
        check_grad_dtypes: whether gradients have to have the dtype of their inputs.
        check_batched_grad, check_batched_forward_grad: whether a batch of vectors has to give the same as a loop.
        check_forward_ad, check_backward_ad: which mode to check.
        fast_mode: whether one random product stands for the whole Jacobian.
        masked: of no effect for dense tensors.

    Raises:
        GradcheckError: a derivative is wrong.
        ValueError: no input requires grad.

    Example::

        >>> x = torch.ones(2, dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradcheck(torch.exp, (x,))
        True
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    check = _Check(func, inputs, eps, atol, rtol, fast_mode)
    try:
        check.prepare()
        if not check.outputs:
            check.expect_zero()
            return True
        if check_forward_ad:
            check.forward()
            if check_batched_forward_grad:
                check.batched_forward()
        if check_backward_ad:
            check.backward(nondet_tol, check_grad_dtypes)
            if check_batched_grad:
                check.batched()
            check.scales_with_gradient()
            if check_undefined_grad:
                check.undefined()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the second derivatives of a function agree with finite differences of the first.

    Args:
        func, inputs, eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad, check_grad_dtypes,
            check_batched_grad, fast_mode, masked: as for `gradcheck`.
        grad_outputs: the gradients of the outputs to differentiate with; random by default.
        gen_non_contig_grad_outputs: whether random ones are not contiguous.
        check_fwd_over_rev, check_rev_over_rev: whether to differentiate the backward pass forward, and backward.

    Raises:
        GradcheckError: a derivative is wrong.

    Example::

        >>> x = torch.ones(2, dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradgradcheck(torch.exp, (x,))
        True
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    arguments = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(_as_tuple(func(*arguments)))
        rng = np.random.default_rng(0)  # of its own: the check leaves the program's random numbers alone
        vectors = tuple(_random_like(output, rng, gen_non_contig_grad_outputs) for output in outputs)
    else:
        vectors = _as_tuple(grad_outputs)
    count = len(vectors)

    def first_derivatives(*args: Any) -> tuple[Any, ...]:
        given, weights = args[:-count], args[-count:]
        given = tuple(
            value.detach().requires_grad_() if _is_tensor(value) and not value.requires_grad and _wanted(old) else value
            for value, old in zip(given, arguments)
        )
        found = _differentiable(_as_tuple(func(*given)))
        wanted = [value for value in given if _is_tensor(value) and value.requires_grad]
        grads = grad(found, wanted, weights, create_graph=True, allow_unused=True)
        return tuple(gradient for gradient in grads if gradient is not None)

    return gradcheck(
        first_derivatives, (*arguments, *vectors), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
        nondet_tol=nondet_tol, check_undefined_grad=check_undefined_grad, check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad, check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev, fast_mode=fast_mode, masked=masked,
    )  # fmt: skip


def _as_tuple(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, TensorBase)


def _wanted(value: Any) -> bool:
    return _is_tensor(value) and value.requires_grad


def _differentiable(outputs: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(output for output in outputs if output.requires_grad)


def _random_like(tensor: Any, rng: np.random.Generator, spread: bool) -> Any:
    """Random numbers between -1 and 1 of a tensor's shape and dtype, which require grad."""
    shape = tuple(tensor.shape)
    values = rng.uniform(-1, 1, (*shape, 2) if spread else shape)
    if tensor.is_complex():
        values = values + 1j * rng.uniform(-1, 1, values.shape)
    array = values.astype(tensor._array.dtype)
    return wrap(array[..., 0] if spread else array).requires_grad_()


class _Check:
    """One check: a function, its arguments, and the tolerances.

    Attributes:
        places: positions of the arguments that are checked.
        outputs: the differentiable results, recorded.
        numbers: their positions among all results.
    """

    def __init__(self, func: Callable[..., Any], inputs: Any, eps: float, atol: float, rtol: float, fast: bool) -> None:
        self.func = func
        self.inputs = _as_tuple(inputs)
        self.eps, self.atol, self.rtol, self.fast = eps, atol, rtol, fast
        self.places = [place for place, value in enumerate(self.inputs) if _wanted(value)]
        self.outputs: tuple[Any, ...] = ()
        self.numbers: list[int] = []
        self.rng = np.random.default_rng(0)

    def prepare(self) -> None:
        """Checks the arguments and runs the function."""
        if not self.places:
            raise ValueError(
                "gradcheck expects at least one input tensor to require gradient, but none of them have "
                "requires_grad=True."
            )
        for place in self.places:
            tensor = self.inputs[place]
            array = tensor._array
            if array.dtype not in (np.float64, np.complex128):
                warn(
                    f"Input #{place} requires gradient and is not a double precision floating point or complex. This "
                    "check will likely fail if all the inputs are not of double precision floating point or complex."
                )
            if any(step == 0 and size > 1 for step, size in zip(array.strides, array.shape)):
                raise RuntimeError(
                    f"The {place}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                    "non-overlapping to be able to compute the numerical gradients correctly. You should call "
                    ".contiguous on the input before passing it to gradcheck."
                )
            if not tensor.is_leaf:
                tensor.retain_grad()
        with enable_grad():
            found = _as_tuple(self.func(*self.inputs))
        self.outputs = _differentiable(found)
        self.numbers = [number for number, output in enumerate(found) if output.requires_grad]

    def values(self) -> list[Array]:
        """The differentiable results as arrays, for the arguments as they are now."""
        with enable_grad():
            found = _as_tuple(self.func(*self.inputs))
        chosen = _differentiable(found) if self.outputs else found
        return [np.array(output.detach()._array) for output in chosen if _is_tensor(output)]

    def expect_zero(self) -> None:
        """A function without differentiable results has to be constant."""
        for place in self.places:
            for jacobian in [part for pair in self.numerical(place) for part in pair if part is not None]:
                if not np.allclose(jacobian, 0, atol=self.atol):
                    raise GradcheckError("Numerical gradient for function expected to be zero")

    def numerical(self, place: int) -> list[tuple[Array, Array | None]]:
        """For each output the Jacobian by finite differences: (elements of the input, elements of the output).

        Returns:
            pairs of the derivatives by the real and by the imaginary part of the input.
        """
        array = self.inputs[place]._array
        real = self._differences(array, self.eps)
        if array.dtype.kind != "c":
            return [(jacobian, None) for jacobian in real]
        return list(zip(real, self._differences(array, self.eps * 1j)))

    def _differences(self, array: Array, step: complex) -> list[Array]:
        columns: list[list[Array]] = []
        for index in np.ndindex(array.shape):
            before = array[index].copy()
            try:
                array[index] = before + step
                above = self.values()
                array[index] = before - step
                below = self.values()
            finally:
                array[index] = before
            columns.append([(high - low).reshape(-1) / (2 * self.eps) for high, low in zip(above, below)])
        if not columns:
            return [np.zeros((0, output._array.size)) for output in self.outputs]
        return [np.stack(column) for column in zip(*columns)]

    def parts(self) -> Iterator[tuple[str, Callable[[Array], Array], complex]]:
        """What a complex output is checked for: its imaginary part, then its real one."""
        if any(output._array.dtype.kind == "c" for output in self.outputs):
            yield "While considering the imaginary part of complex outputs only, ", np.imag, 1j
            yield "While considering the real part of complex outputs only, ", np.real, 1
        else:
            yield "", np.asarray, 1

    def compare(self, place: int, number: int, numerical: Array, analytical: Array, how: str) -> None:
        """Raises if two Jacobians differ.

        Args:
            place, number: of the input and the output.
            numerical, analytical: the Jacobians.
            how: the start of the message.
        """
        shown = numerical, analytical
        fast = self.fast
        if fast:
            left = self.rng.uniform(-1, 1, numerical.shape[0])
            right = self.rng.uniform(-1, 1, numerical.shape[1])
            numerical, analytical = left @ numerical @ right, left @ analytical @ right
        if np.allclose(analytical, numerical, rtol=self.rtol, atol=self.atol):
            return
        position = self.places.index(place)
        text = f"mismatch for output {number} with respect to input {position},\n"
        start = f"{how[:1].upper()}{how[1:]}{text}"
        if fast:
            raise GradcheckError(f"{start}numerical:{numerical}\nanalytical:{analytical}\n")
        raise GradcheckError(f"{start}numerical:{wrap(shown[0])!r}\nanalytical:{wrap(shown[1])!r}\n")

    def backward(self, nondet_tol: float, check_dtypes: bool) -> None:
        """The Jacobian of the backward pass, twice."""
        for prefix, part, unit in self.parts():
            for place in self.places:
                numerical = self.numerical(place)
                for number, output in enumerate(self.outputs):
                    if unit == 1j and output._array.dtype.kind != "c":
                        continue
                    by_real, by_imaginary = numerical[number]
                    expected = part(by_real)
                    if by_imaginary is not None:  # torch's convention: the derivative by x plus i times that by y
                        expected = expected + 1j * part(by_imaginary)
                    found = self._pulled(place, output, unit, check_dtypes)
                    if np.abs(found - self._pulled(place, output, unit, False)).max(initial=0.0) > nondet_tol:
                        raise GradcheckError(
                            "Backward is not reentrant, i.e., running backward with same input and grad_output "
                            "multiple "
                            "times gives different values, although analytical gradient matches numerical gradient."
                            f"The tolerance for nondeterminism was {nondet_tol}."
                        )
                    self.compare(place, number, expected, found, f"{prefix}Jacobian ")

    def _pulled(self, place: int, output: Any, unit: complex, check_dtype: bool) -> Array:
        """The Jacobian of one output by one input, column by column from the backward pass."""
        tensor = self.inputs[place]
        columns = []
        for index in range(output._array.size):
            vector = np.zeros(output._array.shape, output._array.dtype)
            vector.reshape(-1)[index] = unit
            (gradient,) = grad([output], [tensor], [wrap(vector)], retain_graph=True, allow_unused=True)
            if gradient is None:
                columns.append(np.zeros(tensor._array.size, tensor._array.dtype))
                continue
            if check_dtype and gradient.dtype != tensor.dtype:
                raise GradcheckError("Gradient has dtype mismatch")
            columns.append(np.array(gradient.detach()._array).reshape(-1))
        if not columns:
            return np.zeros((tensor._array.size, 0), tensor._array.dtype)
        return np.stack(columns, axis=1)

    def forward(self) -> None:
        """The Jacobian of the forward mode."""
        for prefix, part, unit in self.parts():
            for place in self.places:
                numerical = self.numerical(place)
                rows = self._pushed(place, 1)
                turned = self._pushed(place, 1j) if numerical and numerical[0][1] is not None else None
                for number, output in enumerate(self.outputs):
                    if unit == 1j and output._array.dtype.kind != "c":
                        continue
                    how = f"{prefix}Jacobian computed with forward mode "
                    self.compare(place, number, part(numerical[number][0]), part(rows[number]), how)
                    by_imaginary = numerical[number][1]
                    if turned is not None and by_imaginary is not None:
                        self.compare(place, number, part(by_imaginary), part(turned[number]), how)

    def _pushed(self, place: int, unit: complex) -> list[Array]:
        """For each output the Jacobian by one input, row by row from the forward mode."""
        tensor = self.inputs[place]
        rows: list[list[Array]] = []
        for index in range(tensor._array.size):
            vector = np.zeros(tensor._array.shape, tensor._array.dtype)
            vector.reshape(-1)[index] = unit
            with forward_ad.dual_level():
                rows.append([np.array(one) for one in self._tangents(place, wrap(vector))])
        if not rows:
            return [np.zeros((0, output._array.size)) for output in self.outputs]
        return [np.stack(row) for row in zip(*rows)]

    def _tangents(self, place: int, vector: Any) -> list[Any]:
        """The tangents of the outputs for one tangent of one input."""
        arguments = [value.detach() if _is_tensor(value) else value for value in self.inputs]
        arguments[place] = forward_ad.make_dual(arguments[place], vector)
        outputs = _as_tuple(self.func(*arguments))
        found = []
        for number in self.numbers:
            tangent = forward_ad.unpack_dual(outputs[number]).tangent
            zeros = np.zeros(outputs[number]._array.size, outputs[number]._array.dtype)
            found.append(zeros if tangent is None else tangent.detach()._array.reshape(-1))
        return found

    def batched(self) -> None:
        """A batch of vectors has to give what a loop over them gives."""
        wanted = [self.inputs[place] for place in self.places]
        for output in self.outputs:
            vectors = [_random_like(output, self.rng, False).detach() for _ in range(2)]
            options = {"retain_graph": True, "allow_unused": True}
            apart = [grad([output], wanted, [vector], **options) for vector in vectors]
            stacked = wrap(np.stack([vector._array for vector in vectors]))
            try:
                together = grad([output], wanted, [stacked], is_grads_batched=True, **options)
            except RuntimeError as error:
                raise GradcheckError(_BATCHED.format(error)) from error
            self._compare_batch(together, list(zip(*apart)))

    def batched_forward(self) -> None:
        """A batch of tangents has to give what a loop over them gives."""
        for place in self.places:
            tensor = self.inputs[place]
            vectors = [_random_like(tensor, self.rng, False).detach() for _ in range(2)]
            apart = []
            for vector in vectors:
                with forward_ad.dual_level():
                    apart.append([wrap(np.array(one)) for one in self._tangents(place, vector)])
            stacked = wrap(np.stack([vector._array for vector in vectors]))
            together = []
            with BatchLevel(2) as level, forward_ad.dual_level():
                arguments = list(self.inputs)
                arguments[place] = forward_ad.make_dual(tensor.detach(), level.wrap(stacked, True))
                for output in _as_tuple(self.func(*arguments)):
                    tangent = forward_ad.unpack_dual(output).tangent
                    if tangent is not None:
                        together.append(level.full(tangent).reshape(2, -1))
            if len(together) == len(apart[0]):
                self._compare_batch(together, list(zip(*apart)))

    def _compare_batch(self, together: Sequence[Any], apart: Sequence[Sequence[Any]]) -> None:
        for one, others in zip(together, apart):
            if one is None and all(other is None for other in others):
                continue
            arrays = [np.asarray(other.detach()._array) for other in others]
            if not np.allclose(one.detach()._array, np.stack(arrays), rtol=self.rtol, atol=self.atol):
                raise GradcheckError(_BATCHED.format("the values differ"))

    def scales_with_gradient(self) -> None:
        """Zeros as gradients of the outputs have to give zeros."""
        wanted = [self.inputs[place] for place in self.places]
        zeros = [output.new_zeros(output.shape) for output in self.outputs]
        found = grad(self.outputs, wanted, zeros, retain_graph=True, allow_unused=True)
        for gradient in found:
            if gradient is not None and not np.all(np.asarray(gradient.detach()._array) == 0):
                raise GradcheckError("backward not multiplied by grad_output")

    def undefined(self) -> None:
        """A missing gradient of an output has to count as zero."""
        numbers = range(len(self.outputs))
        missing = [set(numbers)] + ([{number} for number in numbers] if len(self.outputs) > 1 else [])
        for gaps in missing:
            with enable_grad():
                found = _differentiable(_as_tuple(self.func(*self.inputs)))
                cut = [_Undefined.apply(output) if number in gaps else output for number, output in enumerate(found)]
            wanted = [self.inputs[place] for place in self.places]
            weights = [
                output.new_ones(output.shape) if number in gaps else output.new_zeros(output.shape)
                for number, output in enumerate(found)
            ]
            for gradient in grad(cut, wanted, weights, allow_unused=True):
                if gradient is not None and not np.all(np.asarray(gradient.detach()._array) == 0):
                    raise GradcheckError(
                        "Expected all input grads to be undefined or zero when all output grads are undefined or zero. "
                        "Please look at 'Notes about undefined output gradients' in \"tools/autograd/derivatives.yaml\""
                    )


_BATCHED = (
    "gradcheck or gradgradcheck failed while testing batched gradient computation.\n"
    "The gradients of a batch of vectors are not those of the vectors one by one (pass check_batched_grad=False to "
    "skip "
    "this check): {}"
)


class _Undefined(Function):
    """The identity, with no gradient."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        """A copy."""
        with no_grad():
            return x.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Nothing."""
        return None
