"""Hooks of modules: in which order they run, and what they see and change."""

import warnings

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.modules import module as global_hooks


class Add(nn.Module):
    def forward(self, x, y=0):
        return x + y


class Failing(nn.Module):
    def forward(self, x):
        raise ValueError("forward")


class Two(nn.Module):
    def forward(self, a, b):
        return a * 2, b * 3


def test_hooks_run_in_order_and_may_replace_what_passes():
    module, seen = Add(), []
    module.register_forward_pre_hook(lambda m, args: seen.append(("second", args)))
    module.register_forward_pre_hook(lambda m, args: seen.append(("first", args)), prepend=True)
    handle = module.register_forward_pre_hook(lambda m, args, kwargs: ((args[0] * 2,), {"y": 5}), with_kwargs=True)
    module.register_forward_hook(lambda m, args, output: seen.append(("after", args, output)))
    module.register_forward_hook(lambda m, args, kwargs, output: output + 100, with_kwargs=True, prepend=True)
    assert module(1) == 107
    assert seen == [("first", (1,)), ("second", (1,)), ("after", (2,), 107)]
    handle.remove()
    assert module(1, y=2) == 103


@pytest.mark.parametrize(("answer", "passed"), [(3, (3,)), ((1, 2), (1, 2)), (None, (0,)), ([1], ([1],))])
def test_answers_of_pre_hooks(answer, passed):
    class Back(nn.Module):
        def forward(self, *args):
            return args

    module = Back()
    module.register_forward_pre_hook(lambda m, args: answer)
    assert module(0) == passed


def test_a_pre_hook_with_kwargs_answers_with_both():
    module = Add()
    module.register_forward_pre_hook(lambda m, args, kwargs: 3, with_kwargs=True)
    with pytest.raises(RuntimeError) as caught:
        module(1)
    assert str(caught.value) == ("forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got 3.")


def test_some_hooks_run_even_after_a_failure():
    module, seen = Failing(), []
    module.register_forward_hook(lambda m, args, output: seen.append(("always", output)), always_call=True)
    module.register_forward_hook(lambda m, args, output: seen.append("never"))
    module.register_forward_hook(
        lambda m, args, kwargs, output: seen.append((args, kwargs)), always_call=True, with_kwargs=True
    )
    with pytest.raises(ValueError, match="forward"):
        module(1)
    assert seen == [("always", None), ((1,), {})]


def test_a_second_failure_is_a_warning():
    module = Failing()
    module.register_forward_hook(lambda m, args, output: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match="raised an exception that was silenced"),
        pytest.raises(ValueError, match="forward"),
    ):
        module(1)


def test_hooks_on_all_modules():
    seen = []
    handles = [
        global_hooks.register_module_forward_pre_hook(lambda m, args: (args[0] + 1,)),
        global_hooks.register_module_forward_hook(lambda m, args, output: seen.append(output), always_call=True),
    ]
    try:
        assert nn.Identity()(1) == 2
        with pytest.raises(ValueError, match="forward"):
            Failing()(1)
    finally:
        for handle in handles:
            handle.remove()
    assert seen == [2, None]
    assert nn.Identity()(1) == 1


def test_handles_take_out_all_traces():
    module = nn.ReLU()
    with module.register_forward_hook(lambda *args: None, with_kwargs=True, always_call=True):
        assert len(module._forward_hooks) == len(module._forward_hooks_with_kwargs) == 1
    assert not module._forward_hooks
    assert not module._forward_hooks_with_kwargs
    assert not module._forward_hooks_always_called


def test_full_backward_hooks_see_and_change_gradients():
    layer, seen = nn.Linear(2, 1, bias=False), []
    nn.init.ones_(layer.weight)
    x = torch.ones(1, 2, requires_grad=True)
    layer.register_full_backward_pre_hook(lambda m, grads: (grads[0] * 3,))
    layer.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs, outputs)))
    layer.register_full_backward_hook(lambda m, inputs, outputs: (inputs[0] * 10,))
    layer(x).sum().backward()
    assert [[gradient.tolist() for gradient in part] for part in seen[0]] == [[[[3, 3]]], [[[3]]]]
    assert x.grad.tolist() == [[30, 30]]


def test_outputs_without_gradient_have_none():
    module, seen = Two(), []
    module.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs, outputs)))
    first, second = module(torch.ones(2, requires_grad=True), torch.ones(2))
    assert first.grad_fn.name() == "BackwardHookFunctionBackward"
    assert second.grad_fn is None
    first.sum().backward()
    ((inputs, outputs),) = seen
    assert [gradient.tolist() for gradient in inputs] == [[2, 2], [0, 0]]
    assert outputs[1] is None


def test_without_gradients_of_inputs_the_hook_still_runs():
    layer, seen = nn.Linear(2, 1), []
    layer.register_full_backward_hook(lambda m, inputs, outputs: seen.append(inputs))
    with pytest.warns(UserWarning, match="Full backward hook is firing when gradients are computed"):
        layer(torch.ones(1, 2)).sum().backward()
    assert seen == [(None,)]
    with torch.no_grad():
        assert layer(torch.ones(1, 2, requires_grad=True)).grad_fn is None


@pytest.mark.parametrize(
    ("register", "answer", "kind", "text"),
    [
        ("register_full_backward_hook", (None, None), RuntimeError,
         "Backward hook returned an invalid number of grad_input, got 2, but expected 1"),
        ("register_full_backward_pre_hook", (), RuntimeError,
         "Backward pre hook returned an invalid number of grad_output, got 0, but expected 1"),
        ("register_full_backward_hook", 3, TypeError, "object of type 'int' has no len()"),
    ],
)  # fmt: skip
def test_answers_of_backward_hooks_are_checked(register, answer, kind, text):
    layer = nn.Linear(2, 1)
    getattr(layer, register)(lambda *args: answer)
    with pytest.raises(kind) as caught:
        layer(torch.ones(1, 2, requires_grad=True)).sum().backward()
    assert str(caught.value) == text


def test_the_older_backward_hooks_sit_on_the_last_node():
    layer, seen = nn.Linear(2, 1), []
    layer.register_backward_hook(lambda m, inputs, outputs: seen.append(len(inputs)))
    with pytest.warns(FutureWarning, match="forward contains multiple autograd Nodes"):
        layer(torch.ones(1, 2, requires_grad=True)).sum().backward()
    assert seen == [3]  # bias, input and weight of one AddmmBackward0
    with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full backward hooks"):
        layer.register_full_backward_hook(lambda *args: None)


def test_outputs_that_are_no_tensors_are_warned_of():
    class Named(nn.Module):
        def forward(self, x):
            return {"y": x * 2}

    module = Named()
    module.register_full_backward_hook(lambda *args: None)
    with pytest.warns(UserWarning, match="module output should be a Tensor or a tuple of Tensors"):
        module(torch.ones(1, requires_grad=True))


def test_registrations_can_be_watched():
    seen = []
    handles = [
        global_hooks.register_module_parameter_registration_hook(lambda m, name, value: seen.append(name)),
        global_hooks.register_module_buffer_registration_hook(lambda m, name, value: seen.append(name)),
        global_hooks.register_module_module_registration_hook(lambda m, name, value: seen.append(name)),
    ]
    try:
        module = nn.Sequential(nn.BatchNorm1d(1))
        module.act = nn.ReLU()
    finally:
        for handle in handles:
            handle.remove()
    assert seen == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked", "0", "act"]


def test_state_hooks():
    seen = []
    module = nn.Sequential(nn.Linear(1, 1))
    module.register_state_dict_pre_hook(lambda m, prefix, keep: seen.append(("before saving", prefix, keep)))
    module.register_state_dict_post_hook(lambda m, state, prefix, local: seen.append(("saved", list(state))))
    module[0].register_load_state_dict_pre_hook(
        lambda m, state, prefix, *rest: state.__setitem__(prefix + "bias", torch.full((1,), 9.0))
    )
    module.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
    state = module.state_dict()
    assert seen == [("before saving", "", False), ("saved", ["0.weight", "0.bias"])]
    assert repr(module.load_state_dict({"0.weight": state["0.weight"]})) == "<All keys matched successfully>"
    assert module[0].bias.tolist() == [9]


def test_state_hooks_must_not_answer():
    module = nn.Linear(1, 1)
    module.register_state_dict_post_hook(lambda *args: {})
    with pytest.raises(RuntimeError, match="state_dict post-hook must return None"):
        module.state_dict()


def test_positional_arguments_of_state_dict_are_old():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        nn.ReLU().state_dict({}, "p.")
    assert str(seen[0].message).startswith("Positional args are being deprecated, use kwargs instead.")
