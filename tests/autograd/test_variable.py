"""`Variable`, as programs written before torch 0.4 use it."""

import pytest

import rushlight as rl
from rushlight.autograd import Variable


def test_it_is_a_new_leaf_over_the_same_memory():
    data = rl.ones(2, requires_grad=True) * 2
    found = Variable(data, requires_grad=True)
    assert found.is_leaf
    assert found.requires_grad
    assert found.data_ptr() == data.data_ptr()
    assert not Variable(data).requires_grad


def test_every_tensor_is_an_instance():
    assert isinstance(rl.ones(2), Variable)
    assert isinstance(rl.nn.Parameter(rl.ones(2)), Variable)
    assert not isinstance(3, Variable)


def test_volatile_warns_and_excludes_gradients():
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        assert not Variable(rl.ones(2), volatile=True).requires_grad
    with pytest.warns(UserWarning, match="volatile was removed"), pytest.raises(ValueError, match="can't be volatile"):
        Variable(rl.ones(2), True, True)


@pytest.mark.parametrize(("data", "name"), [([1.0], "list"), (3, "int")])
def test_other_data_is_refused(data, name):
    with pytest.raises(TypeError, match=f"Variable data has to be a tensor, but got {name}") as caught:
        Variable(data)
    assert caught.value.__notes__ == [f"Make a tensor of it first: torch.tensor({data!r})."]
