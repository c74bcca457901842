"""Memory shared with NumPy, pandas and DLPack: a write on either side is seen on the other."""

import numpy as np
import pytest

import rushlight as torch
from rushlight._core import warn
from rushlight._ops import data


class TestNumPy:
    def test_from_numpy_shares_both_ways(self):
        array = np.arange(6.0).reshape(2, 3)
        tensor = torch.from_numpy(array)
        array[0, 0] = 10
        tensor[1, 2] = 20
        assert tensor.tolist() == [[10, 1, 2], [3, 4, 20]]
        assert array.tolist() == [[10, 1, 2], [3, 4, 20]]

    def test_numpy_shares_both_ways(self):
        tensor = torch.zeros(3)
        array = tensor.numpy()
        array[0] = 1
        tensor.add_(1)
        assert tensor.tolist() == array.tolist() == [2, 1, 1]

    def test_asarray_shares_and_array_copies(self):
        tensor = torch.zeros(2)
        np.asarray(tensor)[0] = 1
        np.array(tensor)[1] = 1
        assert tensor.tolist() == [1, 0]

    @pytest.mark.parametrize("make", [torch.from_numpy, torch.as_tensor, torch.asarray, torch.from_dlpack])
    def test_all_ways_in_share(self, make):
        array = np.zeros(2)
        make(array)[0] = 1
        assert array.tolist() == [1, 0]

    def test_tensor_copies(self):
        array = np.zeros(2)
        torch.tensor(array)[0] = 1
        assert array.tolist() == [0, 0]

    def test_views_of_arrays_keep_their_strides(self):
        array = np.arange(12).reshape(3, 4)
        assert torch.from_numpy(array.T).stride() == (1, 4)
        assert torch.from_numpy(array[:, ::2]).stride() == (4, 2)
        assert torch.from_numpy(array[1:, 1:]).storage_offset() == 0

    def test_zero_dimensions_stay_zero(self):
        array = np.array(2.5)
        tensor = torch.from_numpy(array)
        assert tensor.shape == ()
        tensor.fill_(4)
        assert array == 4
        assert isinstance(tensor.numpy(), np.ndarray)

    def test_the_shape_of_the_users_array_may_change_later(self):
        array = np.arange(6)
        tensor = torch.from_numpy(array)
        array.shape = (2, 3)
        assert tensor.shape == (6,)

    def test_memory_outlives_its_maker(self):
        tensor = torch.from_numpy(np.arange(3))
        assert tensor.tolist() == [0, 1, 2]
        array = torch.arange(3).numpy()
        assert array.tolist() == [0, 1, 2]

    def test_read_only_arrays_are_written_to_all_the_same(self):
        array = np.arange(3)
        array.flags.writeable = False
        warn._given.clear()  # the warning comes once a process
        with pytest.warns(UserWarning, match="The given NumPy array is not writable"):
            tensor = torch.from_numpy(array)
        tensor.add_(1)
        assert array.tolist() == [1, 2, 3]

    def test_memory_that_nobody_may_write_to_is_guarded(self):
        warn._given.add(data._READ_ONLY_BUFFER)
        tensor = torch.frombuffer(b"abc", dtype=torch.uint8)
        with pytest.raises(RuntimeError, match="read-only"):
            tensor.add_(1)
        assert tensor.tolist() == [97, 98, 99]

    def test_write_counts_are_shared_by_detached_tensors_only(self):
        x = torch.zeros(2)
        x.detach().add_(1)
        assert x._version == 1
        x.data.add_(1)
        assert x._version == 1
        assert x.tolist() == [2, 2]

    def test_a_ufunc_gives_a_tensor(self):
        found = np.sin(torch.zeros(2))
        assert torch.is_tensor(found)
        assert found.tolist() == [0, 0]


class TestDataFrame:
    def test_values_share(self):
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame(np.arange(4.0).reshape(2, 2), columns=["a", "b"], copy=False)
        warn._given.add(data._READ_ONLY_ARRAY)  # pandas 3 hands out read-only arrays
        tensor = torch.from_numpy(frame.values)
        tensor[0, 0] = 9
        assert frame["a"].tolist() == [9, 2]


class TestDLPack:
    def test_numpy_takes_tensors(self):
        tensor = torch.zeros(2)
        array = np.from_dlpack(tensor)
        array[0] = 1
        assert tensor.tolist() == [1, 0]

    def test_capsules(self):
        from rushlight.utils.dlpack import from_dlpack, to_dlpack

        tensor = torch.arange(4.0).reshape(2, 2)
        capsule = to_dlpack(tensor)
        found = from_dlpack(capsule)
        found[0, 0] = 7
        assert tensor[0, 0] == 7
        with pytest.raises(RuntimeError, match="can be consumed only once"):
            from_dlpack(capsule)

    def test_a_copy_on_request(self):
        array = np.zeros(2)
        torch.from_dlpack(array, copy=True)[0] = 1
        assert array.tolist() == [0, 0]

    def test_gradients_do_not_travel(self):
        with pytest.raises(BufferError, match="require gradient"):
            torch.ones(2, requires_grad=True).__dlpack__()


class TestBuffers:
    def test_frombuffer_shares(self):
        memory = bytearray(4)
        tensor = torch.frombuffer(memory, dtype=torch.uint8)
        tensor[1] = 5
        assert memory == bytearray([0, 5, 0, 0])

    def test_offset_and_count(self):
        memory = bytearray(np.arange(4, dtype=np.int16).tobytes())
        assert torch.frombuffer(memory, dtype=torch.int16, offset=2, count=2).tolist() == [1, 2]
