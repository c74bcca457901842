"""Handles of hooks in copies of modules: they take hooks out of the copy, not of the module that was copied."""

import copy
import pickle

import rushlight as torch
from rushlight import nn


def double(module, args, output):
    return output * 2


def with_handle():
    layer = nn.Linear(2, 2)
    layer.handle = layer.register_forward_hook(double)
    return layer


def test_copied_handles_belong_to_the_copy():
    layer = with_handle()
    duplicate = copy.deepcopy(layer)
    duplicate.handle.remove()
    assert len(layer._forward_hooks) == 1
    assert not duplicate._forward_hooks


def test_pickled_handles_work():
    layer = pickle.loads(pickle.dumps(with_handle()))
    assert len(layer._forward_hooks) == 1
    layer.handle.remove()
    assert not layer._forward_hooks


def test_numbers_of_loaded_handles_are_not_given_again():
    layer = pickle.loads(pickle.dumps(with_handle()))
    layer.handle.id += 1000
    loaded = pickle.loads(pickle.dumps(layer))
    assert loaded.register_forward_hook(double).id > loaded.handle.id


def test_copies_of_lazy_modules_get_shapes_of_their_own():
    net = nn.Sequential(nn.LazyLinear(3))
    assert copy.deepcopy(net)(torch.ones(2, 5)).shape == (2, 3)
    assert net[0].has_uninitialized_params()
    assert net(torch.ones(2, 4)).shape == (2, 3)
