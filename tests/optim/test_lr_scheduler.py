"""Learning rate schedules: the rates of seven epochs (torch's), saving and loading, order of calls, bad options."""

import copy
import pickle
import re

import pytest

import rushlight as torch
from rushlight.optim import lr_scheduler
from rushlight.optim.swa_utils import SWALR

NAMES = {name: getattr(lr_scheduler, name) for name in lr_scheduler.__all__} | {"SWALR": SWALR}

RATES = [
    ("LambdaLR(opt, lambda epoch: 0.95 ** epoch)", [0.1, 0.095, 0.09025, 0.0857375, 0.0814506, 0.0773781, 0.0735092]),
    ("MultiplicativeLR(opt, lambda epoch: 0.97)", [0.1, 0.097, 0.09409, 0.0912673, 0.0885293, 0.0858734, 0.0832972]),
    ("StepLR(opt, step_size=3)", [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001]),
    ("MultiStepLR(opt, milestones=[2, 5, 5], gamma=0.5)", [0.1, 0.1, 0.05, 0.05, 0.05, 0.0125, 0.0125]),
    ("ConstantLR(opt, factor=0.5, total_iters=3)", [0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1]),
    ("LinearLR(opt, start_factor=0.2, end_factor=0.8, total_iters=4)", [0.02, 0.035, 0.05, 0.065, 0.08, 0.08, 0.08]),
    ("ExponentialLR(opt, gamma=0.9)", [0.1, 0.09, 0.081, 0.0729, 0.06561, 0.059049, 0.0531441]),
    ("PolynomialLR(opt, total_iters=4, power=2.0)", [0.1, 0.05625, 0.025, 0.00625, 0, 0, 0]),
    ("CosineAnnealingLR(opt, T_max=3, eta_min=0.01)", [0.1, 0.0775, 0.0325, 0.01, 0.0325, 0.0775, 0.1]),
    ("CosineAnnealingWarmRestarts(opt, T_0=2, T_mult=2)", [0.1, 0.05, 0.1, 0.0853553, 0.05, 0.0146447, 0.1]),
    (
        'CyclicLR(opt, base_lr=0.01, max_lr=0.1, step_size_up=2, mode="triangular2")',
        [0.01, 0.055, 0.1, 0.055, 0.01, 0.0325, 0.055],
    ),
    (
        'CyclicLR(opt, base_lr=0.01, max_lr=0.1, step_size_up=2, mode="exp_range", gamma=0.9)',
        [0.01, 0.0505, 0.0829, 0.042805, 0.01, 0.0365721, 0.0578297],
    ),
    (
        "OneCycleLR(opt, max_lr=0.5, total_steps=7)",
        [0.02, 0.490278, 0.459522, 0.336342, 0.178869, 0.0496484, 2e-06],
    ),
    (
        'OneCycleLR(opt, max_lr=0.5, epochs=2, steps_per_epoch=4, anneal_strategy="linear", three_phase=True)',
        [0.02, 0.362857, 0.294286, 0.0190477, 0.0142863, 0.00952486, 0.00476343],
    ),
    (
        "SequentialLR(opt, [ConstantLR(opt, factor=0.1, total_iters=2), ExponentialLR(opt, gamma=0.5)], [3])",
        [0.01, 0.01, 0.1, 0.1, 0.05, 0.025, 0.0125],
    ),
    (
        "ChainedScheduler([ConstantLR(opt, factor=0.1, total_iters=4), ExponentialLR(opt, gamma=0.9)])",
        [0.01, 0.009, 0.0081, 0.00729, 0.06561, 0.059049, 0.0531441],
    ),
    ("SWALR(opt, swa_lr=0.05, anneal_epochs=3)", [0.1, 0.0875, 0.0625, 0.05, 0.05, 0.05, 0.05]),
]


def sgd(groups: int = 1, **options):
    parameters = [{"params": [torch.nn.Parameter(torch.ones(1))]} for _ in range(groups)]
    return torch.optim.SGD(parameters, **{"lr": 0.1, "momentum": 0.9, **options})


def scheduled(expression: str, optimizer):
    return eval(expression, {**NAMES, "opt": optimizer})


def rates(optimizer, scheduler, epochs: int) -> list[float]:
    found = []
    for _ in range(epochs):
        optimizer.step()
        scheduler.step()
        found.append(scheduler.get_last_lr()[0])
        assert optimizer.param_groups[0]["lr"] == found[-1]
    return found


@pytest.mark.parametrize(("expression", "expected"), RATES)
def test_rates(expression, expected):
    optimizer = sgd()
    scheduler = scheduled(expression, optimizer)
    first = scheduler.get_last_lr()[0]
    assert [first, *rates(optimizer, scheduler, 6)] == pytest.approx(expected, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize(("expression", "expected"), RATES)
def test_a_saved_schedule_goes_on_where_it_stopped(expression, expected):
    optimizer = sgd()
    scheduler = scheduled(expression, optimizer)
    rates(optimizer, scheduler, 3)
    saved = pickle.loads(pickle.dumps((scheduler.state_dict(), optimizer.state_dict())))
    resumed_optimizer = sgd()
    resumed = scheduled(expression, resumed_optimizer)
    resumed.load_state_dict(saved[0])
    resumed_optimizer.load_state_dict(saved[1])
    assert rates(resumed_optimizer, resumed, 3) == pytest.approx(expected[4:], rel=1e-5, abs=1e-12)


CHAINABLE = [
    row for row in RATES if row[0].startswith(("Step", "MultiS", "Const", "Lin", "Exp", "Poly", "CosineAnnealingLR"))
]


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize(("expression", "expected"), CHAINABLE)
def test_any_epoch_can_be_asked_for(expression, expected):
    optimizer = sgd()
    scheduler = scheduled(expression, optimizer)
    optimizer.step()
    for epoch in (5, 2):
        scheduler.step(epoch)
        assert scheduler.get_last_lr() == pytest.approx([expected[epoch]], rel=1e-5, abs=1e-12)


def test_restarts_take_fractions_of_epochs():
    optimizer = sgd()
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    seen = []
    for epoch in (0.5, 1.25, 3.5, 8.0):
        scheduler.step(epoch)
        seen.append((scheduler.get_last_lr()[0], scheduler.T_cur, scheduler.T_i, scheduler.last_epoch))
    assert seen == [
        (pytest.approx(0.0853553), 0.5, 2, 0),
        (pytest.approx(0.0308658), 1.25, 2, 1),
        (pytest.approx(0.0691342), 1.5, 4, 3),
        (pytest.approx(0.0853553), 2.0, 8, 8),
    ]


def test_cycles_move_momentum_the_other_way():
    for optimizer, momentum in (
        (sgd(), lambda group: group["momentum"]),
        (torch.optim.Adam([torch.ones(1, requires_grad=True)]), lambda group: group["betas"][0]),
    ):
        scheduler = lr_scheduler.CyclicLR(optimizer, 0.01, 0.1, step_size_up=2)
        seen = [momentum(optimizer.param_groups[0])]
        for _ in range(3):
            optimizer.step()
            scheduler.step()
            seen.append(momentum(optimizer.param_groups[0]))
        assert seen == pytest.approx([0.9, 0.85, 0.8, 0.85])


def test_groups_have_rates_of_their_own():
    optimizer = sgd(2)
    scheduler = lr_scheduler.LambdaLR(optimizer, [lambda epoch: 1.0, lambda epoch: 0.5**epoch])
    rates(optimizer, scheduler, 2)
    assert scheduler.get_last_lr() == [0.1, 0.025]


def test_a_tensor_as_rate_stays_the_same_tensor():
    rate = torch.tensor(0.1)
    optimizer = sgd(lr=rate)
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == pytest.approx(0.01)


def test_callable_objects_are_saved_by_their_attributes():
    class Scale:
        factor = 0.0

        def __init__(self, factor):
            self.factor = factor

        def __call__(self, epoch):
            return self.factor

    scheduler = lr_scheduler.LambdaLR(sgd(2), [Scale(0.5), lambda epoch: 1.0])
    assert scheduler.state_dict()["lr_lambdas"] == [{"factor": 0.5}, None]
    other = lr_scheduler.LambdaLR(sgd(2), [Scale(0.1), lambda epoch: 1.0])
    other.load_state_dict(scheduler.state_dict())
    assert other.lr_lambdas[0].factor == 0.5


def test_a_plateau_reduces_the_rate():
    optimizer = sgd()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, cooldown=1, factor=0.5, min_lr=0.03)
    seen = []
    for metric in (1.0, 0.5, 0.5, torch.tensor(0.5), 0.5, 0.5, 0.5, 0.5, 0.5, 0.1):
        scheduler.step(metric)
        seen.append(scheduler.get_last_lr()[0])
    assert seen == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03])
    assert scheduler.best == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("mode", "threshold_mode", "better", "worse"),
    [("min", "rel", 0.8, 0.95), ("min", "abs", 0.85, 0.95), ("max", "rel", 1.2, 1.05), ("max", "abs", 1.15, 1.05)],
)
def test_what_counts_as_better(mode, threshold_mode, better, worse):
    scheduler = lr_scheduler.ReduceLROnPlateau(sgd(), mode=mode, threshold=0.1, threshold_mode=threshold_mode)
    assert scheduler.is_better(better, 1.0)
    assert not scheduler.is_better(worse, 1.0)
    assert not scheduler.is_better(float("nan"), 1.0)


def test_the_optimizer_is_stepped_first():
    scheduler = lr_scheduler.StepLR(sgd(), 3)
    with pytest.warns(UserWarning, match=r"^Detected call of `lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
        scheduler.step()
    optimizer = sgd()
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    optimizer.step = lambda: None
    with pytest.warns(UserWarning, match=r"^Seems like `optimizer.step\(\)` has been overridden"):
        scheduler.step()


def test_get_lr_is_for_step():
    with pytest.warns(UserWarning, match=r"^To get the last learning rate computed by the scheduler"):
        lr_scheduler.StepLR(sgd(), 3).get_lr()


def test_epochs_are_deprecated():
    optimizer = sgd()
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    optimizer.step()
    with pytest.warns(UserWarning, match=r"^The epoch parameter in `scheduler.step\(\)` was not necessary"):
        scheduler.step(4)


def test_copies_have_an_optimizer_of_their_own():
    optimizer = sgd()
    scheduler = lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    twin = copy.deepcopy(scheduler)
    scheduler.step()
    assert twin.optimizer is not optimizer
    assert twin.optimizer.param_groups[0]["lr"] == 0.1


BAD = [
    ("StepLR(3, 1)", TypeError, "int is not an Optimizer"),
    ("LambdaLR(opt, [abs, abs])", ValueError, "Expected 1 lr_lambdas, but got 2"),
    ("StepLR(opt, 1, last_epoch=3)", KeyError, "param 'initial_lr' is not specified in param_groups[0] when resuming"),
    ("ConstantLR(opt, factor=2)", ValueError, "Constant multiplicative factor expected to be between 0 and 1."),
    ("LinearLR(opt, end_factor=2)", ValueError, "Ending multiplicative factor expected to be between 0 and 1."),
    ("SequentialLR(opt, [], [])", ValueError, "SequentialLR expects at least one scheduler, but got no scheduler."),
    ("SequentialLR(opt, [3], [])", TypeError, "SequentialLR at index 0 should have `optimizer` as its attribute."),
    ("ChainedScheduler([ReduceLROnPlateau(opt)])", ValueError, "ChainedScheduler does not support `ReduceLROnPlateau`"),
    ("ChainedScheduler([])", ValueError, "ChainedScheduler expects at least one scheduler to be chained"),
    ("ReduceLROnPlateau(opt, factor=1.0)", ValueError, "Factor should be < 1.0."),
    ("ReduceLROnPlateau(opt, mode='x')", ValueError, "mode x is unknown!"),
    ("ReduceLROnPlateau(opt, min_lr=[1, 2])", ValueError, "expected 1 min_lrs, got 2"),
    ("CyclicLR(opt, 0.1, 1.0, mode='x')", ValueError, "mode is invalid and scale_fn is None"),
    ("CyclicLR(opt, [1, 2], 1.0)", ValueError, "base_lr must have the same length as optimizer.param_groups. base_lr"),
    ("OneCycleLR(opt, 0.1)", ValueError, "You must define either total_steps OR (epochs AND steps_per_epoch)"),
    ("OneCycleLR(opt, 0.1, total_steps=0)", ValueError, "Expected positive integer total_steps, but got 0"),
    ("OneCycleLR(opt, 0.1, 3, pct_start=2)", ValueError, "Expected float between 0 and 1 pct_start, but got 2"),
    ("CosineAnnealingWarmRestarts(opt, 0)", ValueError, "Expected positive integer T_0, but got 0"),
    ("SWALR(opt, 0.1, anneal_epochs=-1)", ValueError, "anneal_epochs must be equal or greater than 0, got -1"),
]


@pytest.mark.parametrize(("expression", "kind", "text"), BAD)
def test_bad_options(expression, kind, text):
    with pytest.raises(kind, match=re.escape(text)):
        scheduled(expression, sgd())


def test_a_cycle_has_an_end():
    optimizer = sgd()
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=2)
    with pytest.raises(ValueError, match=r"Tried to step 3 times. The specified number of total steps is 2"):
        rates(optimizer, scheduler, 5)


def test_momentum_cannot_be_cycled_without_any():
    optimizer = torch.optim.Adagrad([torch.ones(1, requires_grad=True)])
    with pytest.raises(ValueError, match="optimizer must support momentum or beta1"):
        lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=2)
