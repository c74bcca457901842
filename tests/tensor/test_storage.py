"""Storages: the memory that views share, exchanged, resized and copied."""

import copy
import pickle

import pytest

import rushlight as torch
from rushlight._core import warn


class TestStorage:
    def test_views_share_one(self):
        x = torch.arange(6.0).reshape(2, 3)
        assert x.untyped_storage() == x[1].untyped_storage() == x.detach().untyped_storage()
        assert x.untyped_storage() != x.clone().untyped_storage()
        assert x[1].storage_offset() == 3
        assert x[1].data_ptr() - x.data_ptr() == 12

    def test_bytes_and_elements(self):
        x = torch.ones(2)
        assert x.untyped_storage().tolist() == [0, 0, 128, 63] * 2
        assert x.untyped_storage().nbytes() == 8
        x.untyped_storage().fill_(0)
        assert x.tolist() == [0, 0]
        assert x._version == 1

    def test_a_step_counts_in_the_size(self):
        x = torch.arange(10)
        assert torch.empty_strided((2, 2), (5, 1)).untyped_storage().nbytes() == 28
        assert x[::2].untyped_storage().nbytes() == 80

    def test_typed_storage(self):
        warn._given.clear()  # the advice comes once a process
        with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
            assert torch.arange(3.0).storage().tolist() == [0, 1, 2]

    def test_set_takes_over_memory(self):
        x, y = torch.zeros(2), torch.arange(6.0)
        x.set_(y.untyped_storage(), 1, (2, 2), (2, 1))
        assert x.tolist() == [[1, 2], [3, 4]]
        x[0, 0] = 10
        assert y[1] == 10
        assert y._version == 0

    def test_resize_keeps_what_fits(self):
        x = torch.arange(6)
        x.resize_(2, 2)
        assert x.tolist() == [[0, 1], [2, 3]]
        x.resize_(6)
        assert x.tolist() == [0, 1, 2, 3, 4, 5]
        x.resize_(8)
        assert x[:6].tolist() == [0, 1, 2, 3, 4, 5]

    def test_resize_refuses_to_part_tensors_that_share(self):
        x = torch.arange(4)
        y = x.detach()
        with pytest.raises(NotImplementedError, match="share"):
            x.resize_(8)
        assert x.shape == y.shape == (4,)


class TestCopies:
    def test_deepcopy_keeps_sharing(self):
        x = torch.arange(6.0).reshape(2, 3)
        a, b = copy.deepcopy((x, x[1]))
        a[1, 0] = 10
        assert b[0] == 10
        assert x[1, 0] == 3
        assert b.storage_offset() == 3

    def test_deepcopy_of_one_tensor_twice_is_one(self):
        x = torch.ones(2)
        a, b = copy.deepcopy([x, x])
        assert a is b

    def test_deepcopy_takes_gradient_and_attributes_along(self):
        x = torch.ones(2, requires_grad=True)
        (x * 3).sum().backward()
        x.note = ["kept"]
        found = copy.deepcopy(x)
        assert found.requires_grad
        assert found.grad.tolist() == [3, 3]
        assert found.grad is not x.grad
        assert found.note == ["kept"]
        assert found.note is not x.note

    def test_copy_shares_memory(self):
        x = torch.zeros(2, requires_grad=True)
        found = copy.copy(x)
        assert found.data_ptr() == x.data_ptr()
        assert found.requires_grad
        assert found.grad is None

    def test_expanded_tensors_stay_expanded(self):
        x = torch.ones(1).expand(3)
        assert copy.deepcopy(x).stride() == pickle.loads(pickle.dumps(x)).stride() == (0,)


class TestPickle:
    @pytest.mark.parametrize(
        "dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.bool, torch.complex64, torch.uint16]
    )
    def test_values_and_dtype(self, dtype):
        x = torch.tensor([1, 0, 1]).to(dtype)
        found = pickle.loads(pickle.dumps(x))
        assert found.dtype is dtype
        assert found.tolist() == x.tolist()

    def test_geometry(self):
        x = torch.arange(12.0).reshape(3, 4).t()[1:]
        found = pickle.loads(pickle.dumps(x))
        assert (found.shape, found.stride(), found.storage_offset()) == (x.shape, x.stride(), x.storage_offset())
        assert found.tolist() == x.tolist()

    def test_flags(self):
        x = torch.ones(2, requires_grad=True)
        found = pickle.loads(pickle.dumps(x * 2))
        assert found.requires_grad
        assert found.is_leaf

    def test_result_can_be_written_to(self):
        found = pickle.loads(pickle.dumps(torch.zeros(2)))
        found += 1
        assert found.tolist() == [1, 1]

    def test_attributes_and_meta(self):
        x = torch.ones(2, device="meta")
        x.note = 1
        found = pickle.loads(pickle.dumps(x))
        assert found.is_meta
        assert found.note == 1

    @pytest.mark.parametrize("value", [torch.float32, torch.strided, torch.channels_last, torch.device("cuda:1")])
    def test_companions(self, value):
        assert pickle.loads(pickle.dumps(value)) == value
        assert copy.deepcopy(value) == value
