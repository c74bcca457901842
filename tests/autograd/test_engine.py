"""The backward pass: sums of gradients, order, re-entrance, modes after errors, threads."""

import threading

import pytest

import rushlight as torch


def test_contributions_of_different_shapes_are_each_summed_to_the_input():
    # x arrives at a leaf once with its own shape and once broadcast: adding first would count the former twice
    x = torch.ones(3, requires_grad=True)
    y = torch.ones(2, 3)
    torch.autograd.backward([(x * y).sum(), (x * 2).sum()])
    assert x.grad.tolist() == [4, 4, 4]
    x.grad = None
    z = x * 1
    ((z * y).sum() + (z * 2).sum()).backward()
    assert x.grad.tolist() == [4, 4, 4]


def test_gradients_arrive_in_the_dtype_of_their_input():
    x = torch.ones(2, requires_grad=True)
    (x.double() * torch.ones(2, dtype=torch.float64)).sum().backward()
    assert x.grad.dtype is torch.float32


def test_the_real_part_of_a_complex_gradient_reaches_a_real_input():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * torch.tensor([2 + 3j, 1j])).real.sum().backward()
    assert x.grad.tolist() == [2, 0]


def test_nodes_run_from_the_latest_to_the_first():
    order = []
    x = torch.ones(1, requires_grad=True)
    first, second, third = x * 1, x * 2, x * 3
    for name, tensor in (("first", first), ("second", second), ("third", third)):
        tensor.register_hook(lambda grad, name=name: order.append(name))
    (second + (third + first)).backward()
    assert order == ["third", "second", "first"]


def test_a_leaf_gets_its_gradient_as_soon_as_it_is_complete():
    order = []
    early, late = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    early.register_post_accumulate_grad_hook(lambda leaf: order.append("early"))
    middle = late.exp()
    middle.register_hook(lambda grad: order.append("middle"))
    (middle * early).sum().backward()
    assert order == ["early", "middle"]


def test_many_contributions_to_one_tensor():
    x = torch.rand(5).requires_grad_()
    sum((x * factor for factor in range(50)), torch.zeros(5)).sum().backward()
    assert x.grad.tolist() == [sum(range(50))] * 5


def test_a_backward_pass_inside_of_a_hook():
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)

    @torch.enable_grad()
    def hook(grad):
        (y * 5).sum().backward()

    x.register_hook(hook)
    (x * 3).sum().backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([3, 3], [5, 5])


def test_a_backward_pass_inside_of_a_backward_function():
    class Checkpoint(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.exp()

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            with torch.enable_grad():
                inner = x.detach().requires_grad_()
                inner.exp().backward(grad)
            return inner.grad

    x = torch.tensor([0.0, 1.0], requires_grad=True)
    Checkpoint.apply(Checkpoint.apply(x)).sum().backward()
    expected = torch.tensor([0.0, 1.0], requires_grad=True)
    expected.exp().exp().sum().backward()
    assert torch.allclose(x.grad, expected.grad)


def test_deep_reentrance():
    depth = []

    class Nested(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            depth.append(len(depth))
            if len(depth) < 60:
                with torch.enable_grad():
                    Nested.apply(torch.ones(1, requires_grad=True)).backward()
            return grad

    Nested.apply(torch.ones(1, requires_grad=True)).backward()
    assert len(depth) == 60


@pytest.mark.parametrize("create_graph", [False, True])
def test_modes_are_as_before_after_an_error(create_graph):
    def fail(grad):
        raise ValueError("no")

    x = torch.ones(1, requires_grad=True)
    y = x * 2
    y.register_hook(fail)
    with torch.no_grad():
        with pytest.raises(ValueError, match="no"):
            torch.autograd.grad(y, x, create_graph=create_graph)
        assert not torch.is_grad_enabled()
    with pytest.raises(ValueError, match="no"):
        torch.autograd.grad(x * 3 + y, x, create_graph=create_graph)
    assert torch.is_grad_enabled()
    (x * 3).backward()
    assert x.grad.tolist() == [3]


def test_a_pass_toward_some_inputs_runs_only_what_leads_to_them():
    ran = []

    class Watched(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            ran.append(1)
            return grad

    x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    torch.autograd.grad(Watched.apply(x) * y, y)
    assert not ran
    torch.autograd.grad(Watched.apply(x) * y, x)
    assert ran


def test_gradients_that_nobody_wants_are_not_computed(monkeypatch):
    x, y = torch.ones(3, 3, requires_grad=True), torch.ones(3, 3, requires_grad=True)
    z = x @ y
    apply, results = type(z.grad_fn).apply, []
    monkeypatch.setattr(
        type(z.grad_fn), "apply", lambda node, g, edges: results.append(apply(node, g, edges)) or results[-1]
    )
    torch.autograd.grad(z.sum(), x)
    assert [gradient is None for gradient in results[0]] == [False, True]


def test_an_undefined_gradient_stops():
    class Stop(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return None

    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    (Stop.apply(x * 2) + y).sum().backward()
    assert x.grad is None
    assert y.grad.tolist() == [1, 1]


def test_a_root_inside_of_the_graph_of_another():
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y * 3
    torch.autograd.backward([y, z], [torch.ones(2), torch.ones(2)])
    assert x.grad.tolist() == [8, 8]


def test_the_same_root_twice():
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).sum()
    torch.autograd.backward([y, y])
    assert x.grad.tolist() == [4, 4]


def test_outputs_of_one_node_as_roots():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    first, _, third = x.unbind()
    torch.autograd.backward([first, third])
    assert x.grad.tolist() == [1, 0, 1]


def test_a_gradient_of_zero_size():
    x = torch.ones(0, 3, requires_grad=True)
    x.sum().backward()
    assert x.grad.shape == (0, 3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.complex64])
def test_accumulation_in_every_dtype(dtype):
    x = torch.ones(3, dtype=dtype, requires_grad=True)
    for _ in range(3):
        (x * 2).sum().abs().backward()
    assert x.grad.dtype is dtype
    assert x.grad.tolist() == [6, 6, 6]


def test_the_layout_of_a_gradient_is_that_of_its_leaf():
    x = torch.ones(2, 3, requires_grad=True)
    (x.T * torch.ones(3, 2)).sum().backward()
    assert x.grad.stride() == x.stride()


def test_double_backward_through_everything():
    x = torch.tensor([0.3, 0.7, 1.1], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda t: (t.sin() * t.exp()).prod() / t.norm() + t.tanh()[1:].sum() ** 2, (x,))


def test_eight_threads_agree_with_one():
    def train(seed, results):
        generator = torch.Generator().manual_seed(seed)
        weight = torch.rand(6, 6, generator=generator).requires_grad_()
        data = torch.rand(10, 6, generator=generator)
        for step in range(40):
            loss = ((data @ weight).tanh() ** 2).mean()
            if step % 5 == 0:
                with torch.no_grad():
                    loss.item()
            loss.backward()
            with torch.no_grad():
                weight.sub_(weight.grad, alpha=0.1)
                weight.grad.zero_()
        results[seed] = weight.detach().tolist()

    alone, together = {}, {}
    for seed in range(8):
        train(seed, alone)
    threads = [threading.Thread(target=train, args=(seed, together)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_modes_belong_to_a_thread():
    seen = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_two_threads_differentiate_one_graph():
    x = torch.ones(100, requires_grad=True)
    y = (x * x).sum()
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(torch.autograd.grad(y, x, retain_graph=True)[0].sum().item()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [200.0] * 4
