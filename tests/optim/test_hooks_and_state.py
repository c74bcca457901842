"""What all optimizers share: hooks of every kind, names, copies, subclasses of one's own."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight.optim.optimizer import (
    Optimizer,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
    required,
)


def one_step(kind=torch.optim.Adam, **options):
    parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    parameter.grad = torch.ones(2)
    optimizer = kind([parameter], **options)
    optimizer.step()
    return optimizer, parameter


def test_hooks_of_all_optimizers_run_outside_those_of_one():
    optimizer, _ = one_step()
    seen = []
    handles = [
        register_optimizer_step_pre_hook(lambda *_: seen.append("all before")),
        register_optimizer_step_post_hook(lambda *_: seen.append("all after")),
        optimizer.register_step_pre_hook(lambda *_: seen.append("before")),
        optimizer.register_step_post_hook(lambda *_: seen.append("after")),
    ]
    optimizer.step()
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert seen == ["all before", "before", "after", "all after"]


def test_a_hook_may_change_the_arguments():
    optimizer, _ = one_step()
    optimizer.register_step_pre_hook(lambda own, args, kwargs: ((own,), {"closure": lambda: 7.0}))
    assert optimizer.step() == 7.0
    optimizer.register_step_pre_hook(lambda *_: 3)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got 3\.$"):
        optimizer.step()


def test_hooks_around_saving_and_loading():
    optimizer, _ = one_step()
    seen = []
    optimizer.register_state_dict_pre_hook(lambda own: seen.append("saving"))
    optimizer.register_state_dict_post_hook(lambda own, saved: {**saved, "extra": 1})
    optimizer.register_state_dict_post_hook(lambda own, saved: seen.append("saved"), prepend=True)
    optimizer.register_load_state_dict_pre_hook(lambda own, saved: {**saved, "state": {}})
    optimizer.register_load_state_dict_post_hook(lambda own: seen.append("loaded"))
    saved = optimizer.state_dict()
    assert saved["extra"] == 1
    optimizer.load_state_dict(saved)
    assert seen == ["saving", "saved", "loaded"]
    assert optimizer.state == {}


def test_names_of_parameters_are_kept():
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.named_parameters())
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    unnamed = torch.optim.SGD(model.parameters()).state_dict()
    optimizer.load_state_dict(unnamed)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    with pytest.raises(ValueError, match="cannot add param group without names to the optimizer"):
        optimizer.add_param_group({"params": [torch.ones(1, requires_grad=True)]})
    with pytest.raises(ValueError, match="Some param names are missing"):
        torch.optim.SGD([("weight", model.weight), model.bias])


def test_a_loaded_state_takes_the_dtype_of_its_parameter():
    optimizer, _ = one_step()
    half = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    other = torch.optim.Adam([half])
    other.load_state_dict(optimizer.state_dict())
    assert other.state[half]["exp_avg"].dtype is torch.float64
    assert other.state[half]["step"].dtype is torch.float32


def test_states_of_older_programs():
    optimizer, parameter = one_step()
    saved = copy.deepcopy(optimizer.state_dict())
    saved["state"][0]["step"] = 3
    for option in ("maximize", "differentiable", "amsgrad", "capturable", "foreach", "fused", "decoupled_weight_decay"):
        del saved["param_groups"][0][option]
    optimizer.load_state_dict(saved)
    optimizer.step()
    assert optimizer.state[parameter]["step"].item() == 4.0
    momentum, weight = one_step(torch.optim.SGD, momentum=0.9)
    momentum.load_state_dict({**momentum.state_dict(), "state": {0: {"momentum_buffer": None}}})
    momentum.step()
    assert momentum.state[weight]["momentum_buffer"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_copies_step_on_their_own(copied):
    optimizer, parameter = one_step(lr=0.1)
    twin = copied(optimizer)
    (other,) = twin.param_groups[0]["params"]
    assert other is not parameter
    other.grad = torch.ones(2)
    twin.step()
    assert twin.state[other]["step"].item() == 2.0
    assert optimizer.state[parameter]["step"].item() == 1.0
    assert parameter.tolist() == pytest.approx([0.9, 1.9])
    assert other.tolist() == pytest.approx([0.8, 1.8])


class Signs(Optimizer):
    """As users write them."""

    def __init__(self, params, lr=required):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.add_(parameter.grad.sign(), alpha=-group["lr"])
                self.state[parameter]["seen"] = True


def test_optimizers_of_ones_own():
    optimizer, parameter = one_step(Signs, lr=0.5)
    seen = []
    optimizer.register_step_post_hook(lambda *_: seen.append(parameter.tolist()))
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    optimizer.step()
    assert seen == [[0.0, 1.0], [-0.25, 0.75]]
    assert optimizer.state_dict()["state"] == {0: {"seen": True}}
    with pytest.raises(ValueError, match="didn't specify a value of required optimization parameter lr"):
        Signs([parameter])
    with pytest.raises(NotImplementedError):
        Optimizer([parameter], {}).step()


def test_repr():
    optimizer = torch.optim.SGD([{"params": [torch.ones(1)]}, {"params": [torch.ones(1)], "lr": torch.tensor(0.5)}])
    lines = repr(optimizer).splitlines()
    assert lines[:3] == ["SGD (", "Parameter Group 0", "    dampening: 0"]
    assert lines[12:15] == ["Parameter Group 1", "    dampening: 0", "    differentiable: False"]
    assert lines[-4:] == ["    momentum: 0", "    nesterov: False", "    weight_decay: 0", ")"]
    assert "    lr: 0.5" in lines
