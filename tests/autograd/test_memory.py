"""Reference counting alone frees what differentiation leaves behind: the garbage collector stays off."""

import gc
import weakref

import pytest

import rushlight as torch
from rushlight.autograd.graph import saved_tensors_hooks


@pytest.fixture(autouse=True)
def _no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def tensors_alive() -> int:
    # By `type`, not `isinstance`: torch, where it is loaded beside us, warns when asked for `__class__`.
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())


def nodes_alive() -> int:
    return sum(issubclass(type(thing), torch.autograd.graph.Node) for thing in gc.get_objects())


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        result = x**3
        ctx.save_for_backward(x, result)
        return result

    @staticmethod
    def backward(ctx, grad):
        x, _ = ctx.saved_tensors
        return grad * 3 * x**2


def train(weight, data, target):
    """A step of training with a bit of everything: views, saved results, writes, a Function."""
    hidden = (data @ weight[0]).tanh() + 1
    hidden[:, 0].mul_(2)
    output = Cube.apply(hidden.softmax(1)) @ weight[1].T
    loss = ((output - target) ** 2).mean() + weight.exp().sum() * 1e-3
    loss.backward()
    with torch.no_grad():
        weight -= 0.01 * weight.grad
        weight.grad = None
    return loss.item()


def test_a_thousand_rounds_leave_no_tensor_alive():
    weight = torch.rand(2, 4, 4).requires_grad_()
    data, target = torch.rand(8, 4), torch.rand(8, 4)
    train(weight, data, target)
    before, nodes = tensors_alive(), nodes_alive()
    for _ in range(1000):
        train(weight, data, target)
    assert tensors_alive() == before
    assert nodes_alive() == nodes


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.exp() * x.tanh(),
        lambda x: torch.cat([x, x]).sum(0),
        lambda x: x.unbind()[0] * x.max(0).values.sum(),
        lambda x: x.clone().mul_(2).add_(x),
        lambda x: x.sort(0).values.prod(),
        lambda x: Cube.apply(x),
        lambda x: torch.autograd.grad(x.exp().sum(), x, create_graph=True)[0],
        lambda x: torch.func.grad(lambda y: (y**3).sum())(x),
        lambda x: torch.func.vmap(torch.func.grad(torch.sin))(x),
        lambda x: torch.func.jvp(torch.exp, (x,), (x,))[1],
    ],
)
def test_a_graph_without_a_backward_pass_is_freed(function):
    x = torch.rand(3).requires_grad_()
    function(x)
    before, nodes = tensors_alive(), nodes_alive()
    for _ in range(10):
        result = function(x)
    del result
    assert (tensors_alive(), nodes_alive()) == (before, nodes)


def test_intermediate_values_are_freed_while_the_pass_goes_on():
    alive = []
    x = torch.rand(4).requires_grad_()
    y = x.exp()
    z = y * y  # saves y
    saved = weakref.ref(y)
    x.register_hook(lambda grad: alive.append(saved() is not None))
    z = z.sum()
    del y
    z.backward()
    assert alive == [False]


def test_a_node_keeps_its_result_without_keeping_the_tensor():
    x = torch.rand(3).requires_grad_()
    y = x.exp()
    reference, node = weakref.ref(y), y.grad_fn
    del y
    assert reference() is None
    assert node._saved_result.shape == (3,)


def test_a_chain_of_a_hundred_thousand_operators():
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    del y  # freed without recursion


def test_a_chain_is_freed_without_a_backward_pass():
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    before = nodes_alive()
    del y
    assert before >= 100_000
    assert nodes_alive() <= before - 100_000


def test_hooks_on_saved_tensors_keep_nothing():
    x = torch.rand(3).requires_grad_()
    with saved_tensors_hooks(lambda tensor: tensor, lambda tensor: tensor):
        (x.exp() * x).sum().backward()
    before = tensors_alive()
    with saved_tensors_hooks(lambda tensor: tensor, lambda tensor: tensor):
        (x.exp() * x).sum().backward()
    assert tensors_alive() == before


def test_a_gradient_is_taken_over_without_a_copy():
    x = torch.rand(1000).requires_grad_()
    seen = []
    weight = torch.rand(1000)
    handle = x.register_hook(lambda grad: seen.append(grad.data_ptr()))
    (x * weight).sum().backward()
    handle.remove()
    assert x.grad.data_ptr() != weight.data_ptr()
    x.grad = None
    (x * weight).sum().backward()
    assert torch.equal(x.grad, weight)


def test_gradients_of_two_leaves_do_not_share_memory():
    x, y = torch.ones(3, requires_grad=True), torch.ones(3, requires_grad=True)
    (x + y).backward(torch.ones(3))
    x.grad.add_(1)
    assert y.grad.tolist() == [1, 1, 1]


def test_a_gradient_does_not_share_memory_with_the_one_it_began_with():
    x, start = torch.ones(3, requires_grad=True), torch.ones(3)
    (x + 0).backward(start)
    x.grad.add_(1)
    assert start.tolist() == [1, 1, 1]


def test_a_gradient_that_a_hook_has_kept_is_not_added_to():
    kept = []
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda grad: kept.append(grad))
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5, 5]
    assert kept[0].tolist() == [2, 2]
