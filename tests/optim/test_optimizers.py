"""Optimizers: where three steps lead, what is saved, and what is refused. Numbers and texts are torch's."""

import copy
import pickle

import pytest

import rushlight as torch

STEPS = [
    ("SGD", {"lr": 0.1}, [0.512, -1.458, 0.03199999]),
    ("SGD", {"lr": 0.1, "momentum": 0.9}, [0.062, -0.9719999, -0.427]),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.01}, [0.2486721, -1.203029, -0.3889242]),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, [-0.108352, -0.654642, -0.152032]),
    ("SGD", {"lr": 0.1, "maximize": True}, [1.728, -2.662, 2.048]),
    ("Adam", {"lr": 0.1}, [0.7015863, -1.700623, 0.2048713]),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.001, "weight_decay": 0.1}, [0.701868, -1.700823, 0.2053347]),
    ("Adam", {"lr": 0.1, "amsgrad": True}, [0.7015863, -1.700623, 0.2048713]),
    ("AdamW", {"lr": 0.1}, [0.6989112, -1.694945, 0.2037124]),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.5, "maximize": True}, [1.142968, -2.0, 0.7143943]),
    ("RMSprop", {"lr": 0.1}, [3.033074e-12, -0.3096874, -0.0763872]),
    ("RMSprop", {"lr": 0.1, "alpha": 0.9, "momentum": 0.5, "centered": True}, [0.02084087, -0.8969423, -0.1774204]),
    ("RMSprop", {"lr": 0.1, "weight_decay": 0.1}, [3.033102e-12, -0.3096874, -0.07638717]),
    ("Adagrad", {"lr": 0.1}, [0.7804562, -1.775821, 0.2908992]),
    (
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5},
        [0.8027142, -1.798308, 0.3073871],
    ),
    ("Adadelta", {"lr": 1.0}, [0.9903091, -1.990301, 0.4903257]),
    ("Adadelta", {"lr": 1.0, "rho": 0.5, "weight_decay": 0.1, "eps": 0.001}, [0.8497424, -1.84821, 0.3530746]),
    ("Adafactor", {"lr": 0.1}, [0.6569938, -1.64566, 0.1847772]),
    ("Adafactor", {"lr": 0.1, "weight_decay": 0.1, "d": 2.0, "eps": (0.01, 0.01)}, [0.6360631, -1.595117, 0.1784154]),
    ("Adamax", {"lr": 0.1}, [0.7154994, -1.707648, 0.2309097]),
    ("Adamax", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}, [1.288144, -2.293578, 0.7793894]),
    ("ASGD", {"lr": 0.1}, [0.5119836, -1.457955, 0.03199868]),
    ("ASGD", {"lr": 0.1, "lambd": 0.1, "t0": 1, "weight_decay": 0.1}, [0.4775245, -1.367069, 0.02843674]),
    ("NAdam", {"lr": 0.1}, [0.7527292, -1.747509, 0.264727]),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}, [0.7270082, -1.69202, 0.2539946]),
    ("RAdam", {"lr": 0.1}, [0.4623033, -1.43154, -0.1336182]),
    ("RAdam", {"lr": 0.1, "betas": (0.9, 0.8), "weight_decay": 0.1}, [0.4386038, -1.378116, -0.1400261]),
    ("Rprop", {"lr": 0.1}, [0.636, -1.636, 0.136]),
    ("Rprop", {"lr": 0.6, "etas": (0.3, 2.0), "step_sizes": (0.01, 1.0)}, [-0.6, 0.6, 0.07999998]),
]
"""Optimizer, options, and the parameter after three steps of minimizing `loss` from `START`."""

START = [1.0, -2.0, 0.5]
ROUNDING = 2e-7
"""What float32 may differ by where steps from 1.0 end near zero: two of its last digits."""


def loss(parameter):
    return (torch.tensor([1.0, 0.5, 3.0]) * parameter**2).sum()


def walk(optimizer, parameter, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        loss(parameter).backward()
        optimizer.step()


@pytest.mark.parametrize(("name", "options", "expected"), STEPS)
def test_three_steps(name, options, expected):
    parameter = torch.nn.Parameter(torch.tensor(START))
    walk(getattr(torch.optim, name)([parameter], **options), parameter, 3)
    assert parameter.tolist() == pytest.approx(expected, rel=1e-6, abs=ROUNDING)


@pytest.mark.parametrize(("name", "options", "expected"), STEPS)
@pytest.mark.parametrize(
    "way", [copy.deepcopy, lambda state: pickle.loads(pickle.dumps(state))], ids=["copy", "pickle"]
)
def test_saved_state_goes_on_where_it_stopped(name, options, expected, way):
    kind = getattr(torch.optim, name)
    first = torch.nn.Parameter(torch.tensor(START))
    optimizer = kind([first], **options)
    walk(optimizer, first, 2)
    second = torch.nn.Parameter(first.detach().clone())
    resumed = kind([second], **{**options, "lr": 5.0})
    resumed.load_state_dict(way(optimizer.state_dict()))
    walk(resumed, second, 1)
    assert second.tolist() == pytest.approx(expected, rel=1e-6, abs=ROUNDING)


def test_state_dict_names_parameters_by_number():
    parameter = torch.nn.Parameter(torch.tensor(START))
    optimizer = torch.optim.Adam([parameter], lr=0.1)
    assert optimizer.state_dict()["state"] == {}
    walk(optimizer, parameter, 1)
    saved = optimizer.state_dict()
    assert saved["param_groups"][0]["params"] == [0]
    assert list(saved["state"][0]) == ["step", "exp_avg", "exp_avg_sq"]
    assert saved["state"][0]["step"].item() == 1.0


def test_parameters_without_gradient_stay():
    still, moving = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.Adam([still, moving], lr=0.1)
    walk(optimizer, moving, 1)
    assert still.tolist() == [1.0]
    assert still not in optimizer.state


def test_groups_have_options_of_their_own():
    slow, fast = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([{"params": [slow], "lr": 0.01}], lr=0.1)
    optimizer.add_param_group({"params": [fast]})
    (slow + fast).sum().backward()
    optimizer.step()
    assert slow.tolist() == pytest.approx([0.99])
    assert fast.tolist() == pytest.approx([0.9])


def test_zero_grad_forgets_or_zeroes():
    parameter = torch.nn.Parameter(torch.tensor(START))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    loss(parameter).backward()
    optimizer.zero_grad(set_to_none=False)
    assert parameter.grad.tolist() == [0.0, 0.0, 0.0]
    optimizer.zero_grad()
    assert parameter.grad is None


def test_a_closure_is_evaluated_and_its_loss_returned():
    parameter = torch.nn.Parameter(torch.tensor(START))
    optimizer = torch.optim.SGD([parameter], lr=0.1)

    def closure():
        optimizer.zero_grad()
        value = loss(parameter)
        value.backward()
        return value

    assert optimizer.step(closure).item() == 3.75
    assert parameter.tolist() == pytest.approx([0.8, -1.8, 0.2])


def test_hooks_run_around_a_step():
    parameter, seen = torch.nn.Parameter(torch.ones(1)), []
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    handle = optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))
    optimizer.step()
    handle.remove()
    optimizer.step()
    assert seen == ["before", "after", "after"]


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("SGD", {"lr": -1.0}, "Invalid learning rate: -1.0"),
        ("SGD", {"lr": 0.1, "momentum": -1.0}, "Invalid momentum value: -1.0"),
        ("SGD", {"lr": 0.1, "nesterov": True}, "Nesterov momentum requires a momentum and zero dampening"),
        ("Adam", {"betas": (1.0, 0.9)}, "Invalid beta parameter at index 0: 1.0"),
        ("Adam", {"eps": -1.0}, "Invalid epsilon value: -1.0"),
        ("AdamW", {"weight_decay": -1.0}, "Invalid weight_decay value: -1.0"),
        ("RMSprop", {"alpha": -1.0}, "Invalid alpha value: -1.0"),
        ("Adagrad", {"lr_decay": -1.0}, "Invalid lr_decay value: -1.0"),
        ("Adadelta", {"rho": 1.5}, "Invalid rho value: 1.5"),
        ("Adafactor", {"beta2_decay": 1.0}, "beta2_decay should be <= 0 but is: 1.0"),
        ("Adafactor", {"d": 0.5}, "Clipping threshold d should be >= 1 but is: 0.5"),
        ("NAdam", {"momentum_decay": -1.0}, "Invalid momentum_decay value: -1.0"),
        ("Rprop", {"etas": (1.5, 1.2)}, "Invalid eta values: 1.5, 1.2"),
        ("SparseAdam", {"lr": 0.0}, "Invalid learning rate: 0.0"),
        ("Muon", {"adjust_lr_fn": "x"}, "Adjust learning rate function x is not supported"),
        ("Adam", {"lr": torch.ones(2)}, "Tensor lr must be 1-element"),
        (
            "Adam",
            {"lr": torch.ones(1), "foreach": True},
            "lr as a Tensor is not supported for capturable=False and foreach=True",
        ),
        ("Adam", {"betas": (torch.tensor(0.9), 0.9)}, "betas must be either both floats or both Tensors"),
    ],
)
def test_options_out_of_range(name, options, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the text is compared below
        getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(1))], **options)
    assert str(caught.value).splitlines()[0] == text


WEIGHT = torch.nn.Parameter(torch.ones(1))


@pytest.mark.parametrize(
    ("parameters", "kind", "text"),
    [
        ([], ValueError, "optimizer got an empty parameter list"),
        (
            torch.ones(1),
            TypeError,
            (
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                "but got torch.FloatTensor"
            ),
        ),
        ([1], TypeError, "optimizer can only optimize Tensors, but one of the params is int"),
        ([WEIGHT * 1], ValueError, "can't optimize a non-leaf Tensor"),
        (
            [{"params": [WEIGHT]}, {"params": [WEIGHT]}],
            ValueError,
            "some parameters appear in more than one parameter group",
        ),
    ],
)
def test_what_cannot_be_optimized(parameters, kind, text):
    with pytest.raises(kind) as caught:
        torch.optim.SGD(parameters, lr=0.1)
    assert str(caught.value).splitlines()[0] == text


def test_state_of_other_parameters_is_refused():
    one = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    two = torch.optim.SGD([torch.nn.Parameter(torch.ones(1)) for _ in range(2)], lr=0.1)
    with pytest.raises(ValueError, match=r"^loaded state dict contains a parameter group that doesn't match the size"):
        one.load_state_dict(two.state_dict())
    with pytest.raises(ValueError, match=r"^loaded state dict has a different number of parameter groups"):
        one.load_state_dict({"state": {}, "param_groups": []})
