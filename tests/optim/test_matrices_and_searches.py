"""The optimizers that are no rule of single elements: L-BFGS, Muon, Adafactor, SparseAdam. Numbers are torch's."""

import pytest

import rushlight as torch


def rosenbrock(steps: int, **options):
    parameter = torch.nn.Parameter(torch.tensor([-1.2, 1.0], dtype=torch.float64))
    optimizer = torch.optim.LBFGS([parameter], **options)

    def closure():
        optimizer.zero_grad()
        x, y = parameter
        loss = 100 * (y - x**2) ** 2 + (1 - x) ** 2
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)
    return parameter, optimizer


@pytest.mark.parametrize(
    ("options", "place", "evaluations", "moves"),
    [
        ({}, [0.240403147, 0.0529704875], 40, 40),
        ({"line_search_fn": "strong_wolfe"}, [0.999981421, 0.999961965], 44, 35),
        ({"lr": 0.1, "max_iter": 4}, [-1.08214408, 1.05111614], 8, 8),
    ],
)
def test_lbfgs_walks_the_valley(options, place, evaluations, moves):
    parameter, optimizer = rosenbrock(2, **options)
    assert parameter.tolist() == pytest.approx(place, rel=1e-5)
    state = optimizer.state_dict()["state"][0]
    assert (state["func_evals"], state["n_iter"]) == (evaluations, moves)


def test_lbfgs_goes_on_from_a_saved_state():
    whole, _ = rosenbrock(2, line_search_fn="strong_wolfe", max_iter=5)
    first, optimizer = rosenbrock(1, line_search_fn="strong_wolfe", max_iter=5)
    second = torch.nn.Parameter(first.detach().clone())
    resumed = torch.optim.LBFGS([second], line_search_fn="strong_wolfe", max_iter=5)
    resumed.load_state_dict(optimizer.state_dict())

    def closure():
        resumed.zero_grad()
        x, y = second
        loss = 100 * (y - x**2) ** 2 + (1 - x) ** 2
        loss.backward()
        return loss

    resumed.step(closure)
    assert second.tolist() == whole.tolist()


def test_lbfgs_takes_several_and_complex_parameters():
    real, imaginary = torch.zeros(2, requires_grad=True), torch.zeros(1, dtype=torch.complex64, requires_grad=True)
    unused = torch.ones(3, requires_grad=True)
    optimizer = torch.optim.LBFGS([real, unused, imaginary], line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = ((real - 2) ** 2).sum() + ((imaginary - 1j).abs() ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert real.tolist() == pytest.approx([2.0, 2.0], abs=1e-5)
    assert imaginary.item() == pytest.approx(1j, abs=1e-5)
    assert unused.tolist() == [1.0, 1.0, 1.0]


def test_lbfgs_has_one_group_and_one_search():
    groups = [{"params": [torch.ones(1, requires_grad=True)]} for _ in range(2)]
    with pytest.raises(ValueError, match=r"^LBFGS doesn't support per-parameter options \(parameter groups\)"):
        torch.optim.LBFGS(groups)
    with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported"):
        rosenbrock(1, line_search_fn="golden")
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'closure'"):
        torch.optim.LBFGS(groups[0]["params"]).step()


def test_muon():
    weight = torch.nn.Parameter(torch.tensor([[1.0, -2.0], [0.5, 3.0], [0.0, 1.0]]))
    optimizer = torch.optim.Muon([weight], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        (weight**2 * torch.tensor([1.0, 2.0])).sum().backward()
        optimizer.step()
    expected = [[0.72657025, -1.8084646], [0.33039278, 2.7048886], [-0.00831085, 0.9019813]]
    assert weight.tolist() == [pytest.approx(row, rel=1e-5) for row in expected]
    assert list(optimizer.state[weight]) == ["momentum_buffer"]


def test_muon_is_for_matrices():
    with pytest.raises(ValueError, match=r"found a parameter with size: torch.Size\(\[3\]\)"):
        torch.optim.Muon([torch.ones(3, requires_grad=True)])


@pytest.mark.parametrize(
    ("shape", "memory"),
    [
        ((), {"step": (), "variance": ()}),
        ((3,), {"step": (), "variance": (3,)}),
        ((2, 3, 4), {"step": (), "row_var": (2, 3, 1), "col_var": (2, 1, 4)}),
    ],
)
def test_adafactor_remembers_rows_and_columns(shape, memory):
    weight = torch.ones(shape, requires_grad=True)
    optimizer = torch.optim.Adafactor([weight])
    weight.sum().backward()
    optimizer.step()
    assert {name: tuple(value.shape) for name, value in optimizer.state[weight].items()} == memory
    assert weight.flatten()[0].item() == pytest.approx(0.99)


def test_sparse_adam_takes_sparse_gradients_only():
    weight = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.SparseAdam([weight])
    optimizer.step()
    weight.sum().backward()
    with pytest.raises(
        RuntimeError, match=r"^SparseAdam does not support dense gradients, please consider Adam instead"
    ):
        optimizer.step()
    with pytest.raises(ValueError, match=r"^Complex params at indices \[\[0, 0\]\]"):
        torch.optim.SparseAdam([torch.ones(1, dtype=torch.complex64)])
