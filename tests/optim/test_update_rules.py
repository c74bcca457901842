"""How update rules become programs, and when they run on tensors instead: the parameter ends the same either way."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import rushlight as torch
from rushlight.optim import _sweep, adam, asgd, rmsprop, rprop, sgd
from rushlight.optim._program import Program

ADAM = ["rate", "share", "keep", "square_share", "root", "eps"]


def run(program: Program, arrays: list[np.ndarray], numbers: list[float]) -> None:
    scratch = [np.empty_like(arrays[0]) for _ in range(program.scratch)]
    program.run([*arrays, *map(np.array, numbers), *map(np.array, program.literals), *scratch])


def test_a_program_writes_over_what_it_no_longer_needs():
    program = Program(adam.rule, ("exp_avg", "exp_avg_sq", None), ADAM, ["shrink", "decay"], False)
    assert len(program.calls) == 13
    assert program.scratch == 2


def test_a_program_leaves_the_gradient_alone():
    program = Program(sgd.rule, ("momentum_buffer",), ["rate", "decay", "momentum", "share"], ["look_ahead"], True)
    parameter, gradient, velocity = np.ones(3), np.arange(3.0), np.full(3, 2.0)
    run(program, [parameter, gradient, velocity], [-0.1, 0.5, 0.9, 1.0])
    assert gradient.tolist() == [0.0, 1.0, 2.0]
    assert velocity.tolist() == pytest.approx([1.8 + 0.5 - g for g in gradient])
    assert parameter.tolist() == pytest.approx((1 - 0.1 * velocity).tolist())


def test_one_value_may_be_two_results():
    program = Program(asgd.rule, ("ax",), ["rate", "shrink"], ["decay", "weight"], False)
    parameter, average = np.ones(2), np.zeros(2)
    run(program, [parameter, np.ones(2), average], [-0.5, 1.0])
    assert parameter.tolist() == average.tolist() == [0.5, 0.5]


@given(st.lists(st.floats(-4, 4, width=32), min_size=1, max_size=5), st.booleans())
def test_programs_compute_what_the_rule_says(values, maximize):
    numbers = {"rate": -0.1, "decay": 0.3, "keep": 0.9, "share": 0.1, "eps": 1e-3, "momentum": 0.7}
    arrays = [np.array(values) + shift for shift in (0.0, 1.0, 20.0, 3.0, 0.1)]
    gradient = -arrays[1] if maximize else arrays[1]
    expected = rmsprop.rule(*map(torch.from_numpy, (arrays[0], gradient, *arrays[2:])), **numbers)
    copies = [array.copy() for array in arrays]
    run(Program(rmsprop.rule, ("square", "velocity", "mean"), list(numbers), [], maximize), copies, [*numbers.values()])
    for got, wanted in zip([copies[0], *copies[2:]], expected):
        np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-12)


def test_a_choice_between_values_is_made_element_by_element():
    program = Program(rprop.rule, ("prev", "step_size"), ["shrink", "grow", "least", "most"], [], False)
    parameter, size = np.zeros(4), np.ones(4)
    gradient, previous = np.array([1.0, -1.0, 0.0, np.nan]), np.ones(4)
    run(program, [parameter, gradient, previous, size], [0.5, 2.0, 0.1, 9.0])
    np.testing.assert_array_equal(size, [2.0, 0.5, 1.0, np.nan])
    np.testing.assert_array_equal(parameter, [-2.0, 0.0, 0.0, np.nan])
    np.testing.assert_array_equal(previous, [1.0, 0.0, 0.0, np.nan])


def stepped(value: torch.Tensor, gradient: torch.Tensor, steps: int = 2, **options) -> torch.Tensor:
    parameter = torch.nn.Parameter(value.clone())
    optimizer = torch.optim.Adam([parameter], lr=0.1, **options)
    for _ in range(steps):
        parameter.grad = gradient
        optimizer.step()
    return parameter.detach()


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("size", [1, _sweep.BLOCK, _sweep.BLOCK + 1, _sweep.THREADS_FROM + 7])
def test_large_parameters_are_compiled_or_swept_in_blocks(size, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(Program, "run_compiled", lambda *_: False)
    value, gradient = torch.linspace(-1, 1, size), torch.linspace(2, -3, size)
    whole = stepped(value, gradient)
    cut = size // 3
    parts = torch.cat([stepped(value[:cut], gradient[:cut]), stepped(value[cut:], gradient[cut:])])
    assert torch.equal(whole, parts)


def test_parameters_of_any_layout():
    value, gradient = torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(2, 3) - 2
    expected = stepped(value, gradient)
    assert torch.equal(stepped(value.t(), gradient.t()), expected.t())
    assert torch.equal(stepped(value, torch.ones(1, 3).expand(2, 3)), stepped(value, torch.ones(2, 3)))


def test_complex_numbers_are_pairs_of_real_ones():
    value, gradient = torch.tensor([[1 + 2j, -3j]]), torch.tensor([[2 - 1j, 1 + 0j]])
    pairs = stepped(torch.view_as_real(value), torch.view_as_real(gradient))
    assert torch.equal(torch.view_as_real(stepped(value, gradient)), pairs)


def test_half_precision_rounds_after_every_operator():
    parameter = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.bfloat16))
    optimizer = torch.optim.AdamW([parameter], lr=0.1, weight_decay=0.1)
    for _ in range(3):
        parameter.grad = parameter.detach() * 0.7 + 0.1
        optimizer.step()
    assert parameter.tolist() == [0.671875, -1.640625]  # torch's, bit for bit
    assert optimizer.state[parameter]["exp_avg"].dtype is torch.bfloat16


def test_a_recorded_update_can_be_differentiated():
    rate = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    start = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    parameter = start.clone()
    optimizer = torch.optim.SGD([parameter], lr=rate, momentum=0.5, differentiable=True)
    for _ in range(2):
        parameter.grad = torch.tensor([1.0, 3.0], dtype=torch.float64)
        optimizer.step()
    parameter.sum().backward()
    assert start.grad.tolist() == [1.0, 1.0]
    assert rate.grad.item() == pytest.approx(-(1 + 1.5) * 4)  # steps of g and of 1.5 g


def test_a_leaf_cannot_be_updated_differentiably():
    parameter = torch.nn.Parameter(torch.ones(1))
    parameter.grad = torch.ones(1)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        torch.optim.Adam([parameter], differentiable=True).step()


def test_a_graph_notices_that_a_parameter_was_updated():
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    loss = (parameter * parameter).sum()
    parameter.grad = torch.ones(2)
    optimizer.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_what_changes_between_steps_is_seen():
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.5)
    memory = parameter.detach().numpy()
    parameter.grad = torch.ones(2)
    optimizer.step()
    assert memory.tolist() == [0.5, 0.5]
    parameter.data = torch.zeros(3)
    parameter.grad = torch.ones(3)
    optimizer.param_groups[0]["lr"] = 2.0
    optimizer.step()
    assert parameter.tolist() == [-2.0, -2.0, -2.0]
    assert memory.tolist() == [0.5, 0.5]


def test_capturable_needs_a_device():
    parameter = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Adam([parameter], capturable=True)
    optimizer.step()
    parameter.grad = torch.ones(1)
    with pytest.raises(AssertionError, match="If capturable=True, params and state_steps must be on supported devices"):
        optimizer.step()
