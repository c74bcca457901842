"""Averages of models, and an optimizer lent to other parameters."""

import pytest

import rushlight as torch
from rushlight.optim import swa_utils


def model_with(value: float) -> torch.nn.Module:
    model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1))
    fill(model, value)
    return model


def fill(model, value: float) -> None:
    with torch.no_grad():
        for tensor in (*model.parameters(), model[1].running_mean):
            tensor.fill_(value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 2.0),
        ({"avg_fn": swa_utils.get_swa_avg_fn()}, 2.0),
        ({"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.5)}, 2.25),
        ({"avg_fn": swa_utils.get_ema_avg_fn(0.5)}, 2.25),
    ],
)
def test_parameters_are_averaged_and_buffers_copied(options, expected):
    model = model_with(9.0)
    averaged = swa_utils.AveragedModel(model, **options)
    for value in (1.0, 2.0, 3.0):
        fill(model, value)
        averaged.update_parameters(model)
    assert averaged.module[0].weight.item() == pytest.approx(expected)
    assert averaged.module[1].running_mean.item() == 3.0
    assert averaged.n_averaged.item() == 3
    assert list(averaged.state_dict())[:2] == ["n_averaged", "module.0.weight"]


def test_buffers_are_averaged_if_asked_for():
    model = model_with(1.0)
    averaged = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.5), use_buffers=True)
    averaged.update_parameters(model)
    fill(model, 3.0)
    averaged.update_parameters(model)
    assert averaged.module[1].running_mean.item() == 2.0


def test_bad_averages():
    with pytest.raises(AssertionError, match=r"^Only one of avg_fn and multi_avg_fn should be provided"):
        swa_utils.AveragedModel(torch.nn.Linear(1, 1), avg_fn=max, multi_avg_fn=max)
    with pytest.raises(ValueError, match=r"^Invalid decay value 2.0 provided"):
        swa_utils.get_ema_multi_avg_fn(2.0)


def test_update_bn_averages_over_batches():
    model = model_with(0.0).eval()
    fill(model, 1.0)
    batches = [torch.tensor([[1.0], [3.0]]), (torch.tensor([[5.0], [7.0]]), "label")]
    swa_utils.update_bn(batches, model)
    assert model[1].running_mean.item() == pytest.approx(5.0)
    assert model[1].momentum == 0.1
    assert model[1].num_batches_tracked.item() == 2
    assert not model.training


def lent():
    own, other = (torch.tensor([value], requires_grad=True) for value in (1.0, 5.0))
    optimizer = torch.optim.SGD([own], lr=0.1, momentum=0.5)
    own.grad = other.grad = torch.ones(1)
    optimizer.step()
    return optimizer, own, other


def test_an_optimizer_is_lent_to_other_parameters():
    optimizer, own, other = lent()
    state = {
        "state": {0: {"momentum_buffer": torch.zeros(1)}},
        "param_groups": [{**optimizer.state_dict()["param_groups"][0], "lr": 1.0}],
    }
    with torch.optim.swap_in_optimizer_params_and_state(optimizer, {"weight": other}, state):
        assert optimizer.param_groups[0]["params"][0] is other
        optimizer.step()
    assert other.item() == 4.0
    assert state["state"][0]["momentum_buffer"].item() == 1.0
    assert own.item() == pytest.approx(0.9)
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_what_cannot_be_lent():
    optimizer, _, other = lent()
    saved = optimizer.state_dict()
    fresh = torch.optim.SGD([torch.ones(1, requires_grad=True)])
    for which, tensors, state, text in (
        (fresh, {"a": other}, saved, "requires initialized optimizer state"),
        (optimizer, {}, saved, "requires the explicit parameter state to match"),
        (optimizer, {"a": other}, {}, "to be a dict mapping packed parameter ids"),
        (optimizer, {"a": other}, {"state": {}, "param_groups": []}, "different number of parameter groups"),
        (optimizer, {"a": other}, {**saved, "state": {7: {}}}, r"got extra keys \[7\]"),
    ):
        with (
            pytest.raises(RuntimeError, match=text),
            torch.optim.swap_in_optimizer_params_and_state(which, tensors, state),
        ):
            pass
