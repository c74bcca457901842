"""Subclasses of Tensor: what calls with their instances return, and how they take part in calls."""

import copy
from typing import ClassVar

import pytest

import rushlight as torch
from rushlight.overrides import handle_torch_function, has_torch_function


class Tagged(torch.Tensor):
    """A subclass without anything of its own."""


class Logging(torch.Tensor):
    """A subclass that remembers which functions were called with it."""

    seen: ClassVar[list[str]] = []

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        cls.seen.append(func.__name__)
        return super().__torch_function__(func, types, args, kwargs or {})


class Meters:
    """No tensor at all, but something that answers calls."""

    def __init__(self, value):
        self.value = value

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        plain = [arg.value if isinstance(arg, Meters) else arg for arg in args]
        return Meters(func(*plain, **(kwargs or {})))


def tagged(*values: float) -> Tagged:
    return torch.tensor(values).as_subclass(Tagged)


class TestResults:
    @pytest.mark.parametrize(
        "call",
        [
            lambda t: t + 1,
            lambda t: 1 - t,
            lambda t: t.sum(),
            lambda t: t[0],
            lambda t: t.detach(),
            lambda t: t.clone(),
            lambda t: t.double(),
            lambda t: t.reshape(2, 1),
            lambda t: t.data,
            lambda t: torch.stack([t, t]),
            lambda t: torch.mul(torch.ones(2), t),
            lambda t: torch.zeros_like(t),
        ],
    )
    def test_are_of_the_subclass(self, call):
        assert type(call(tagged(1.0, 2.0))) is Tagged

    def test_in_tuples_too(self):
        values, indices = tagged(1.0, 2.0).max(0)
        assert type(values) is type(indices) is Tagged
        assert [type(part) for part in tagged(1.0, 2.0).unbind()] == [Tagged, Tagged]

    def test_what_is_no_tensor_stays(self):
        t = tagged(1.0, 2.0)
        assert type(t.shape) is torch.Size
        assert t.tolist() == [1.0, 2.0]
        assert t.numel() == 2

    def test_gradients_flow(self):
        x = torch.ones(2, requires_grad=True)
        y = (x.as_subclass(Tagged) * 3).sum()
        assert type(y) is Tagged
        y.backward()
        assert x.grad.tolist() == [3, 3]

    def test_in_place_returns_the_object_itself(self):
        t = tagged(1.0, 2.0)
        assert t.add_(1) is t
        assert t.tolist() == [2, 3]


class TestConstruction:
    def test_calling_the_class(self):
        assert type(Tagged([1, 2])) is Tagged
        assert Tagged([1, 2]).tolist() == [1, 2]
        assert Tagged(2, 3).shape == (2, 3)

    def test_make_subclass(self):
        found = torch.Tensor._make_subclass(Tagged, torch.ones(2), True)
        assert type(found) is Tagged
        assert found.requires_grad

    def test_repr_has_the_name(self):
        assert repr(tagged(1.0)) == "Tagged([1.])"

    def test_copies_keep_class_and_attributes(self):
        t = tagged(1.0)
        t.note = 3
        assert type(copy.copy(t)) is type(copy.deepcopy(t)) is Tagged
        assert copy.deepcopy(t).note == 3


class TestOverrides:
    def test_function_sees_calls(self):
        Logging.seen.clear()
        t = torch.ones(2).as_subclass(Logging)
        found = torch.exp(t) + t
        assert type(found) is Logging
        assert "exp" in Logging.seen
        assert "add" in Logging.seen

    def test_others_than_tensors_may_answer(self):
        found = torch.add(Meters(torch.ones(2)), 1)
        assert isinstance(found, Meters)
        assert found.value.tolist() == [2, 2]

    def test_functions_of_ones_own(self):
        def double(x):
            if has_torch_function((x,)):
                return handle_torch_function(double, (x,), x)
            return x * 2

        assert type(double(tagged(1.0))) is Tagged
        assert isinstance(double(Meters(torch.ones(1))), Meters)

    def test_refusal_names_the_function(self):
        class Shy:
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return NotImplemented

        with pytest.raises(TypeError, match="no implementation found for"):
            torch.add(Shy(), 1)

    def test_subclasses_are_asked_before_their_bases(self):
        order = []

        class First(torch.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                order.append(cls.__name__)
                return super().__torch_function__(func, types, args, kwargs or {})

        class Second(First):
            pass

        torch.add(torch.ones(1).as_subclass(First), torch.ones(1).as_subclass(Second))
        assert order == ["Second"]

    def test_results_of_parameters_are_plain(self):
        class Mine(torch.nn.Parameter):
            pass

        parameter = Mine(torch.ones(2))
        assert type(parameter * 2) is type(torch.nn.Parameter(torch.ones(2)) * 2) is torch.Tensor
