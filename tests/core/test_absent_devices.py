"""What programs ask of GPUs before they fall back on the processor."""

import pytest

import rushlight as torch


def test_programs_choose_the_processor():
    assert not torch.cuda.is_available()
    assert not torch.backends.mps.is_available()
    assert not torch.accelerator.is_available()
    assert torch.accelerator.current_accelerator() is None
    assert torch.version.cuda is None
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert torch.nn.Linear(2, 1).to(device).weight.device == device


def test_what_is_harmless_without_a_gpu_stays_quiet():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    torch.cuda.manual_seed(1)
    torch.cuda.manual_seed_all(2)
    torch.xpu.manual_seed_all(2)
    torch.cuda.empty_cache()
    torch.cuda.set_rng_state_all(torch.cuda.get_rng_state_all())
    with torch.cuda.device(0), torch.cuda.stream(None):
        assert torch.cuda.memory_allocated() == torch.cuda.device_count() == 0
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    "name", ["synchronize", "current_device", "get_device_name", "get_device_properties", "set_device", "init"]
)
def test_what_needs_a_gpu_says_so(name):
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled") as caught:
        getattr(torch.cuda, name)()
    assert "torch.cuda.is_available()" in caught.value.__notes__[0]


@pytest.mark.parametrize("move", [lambda x: x.cuda(), lambda x: x.to("cuda"), lambda x: torch.ones(2, device="cuda:0")])
def test_tensors_do_not_move_to_a_gpu(move):
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        move(torch.ones(2))


def test_switches_of_libraries_can_be_set():
    cudnn = torch.backends.cudnn
    before = cudnn.benchmark, cudnn.deterministic
    with cudnn.flags(enabled=True, benchmark=True, deterministic=True):
        assert cudnn.deterministic
        assert cudnn.benchmark
    assert (cudnn.benchmark, cudnn.deterministic) == before
    torch.backends.cuda.matmul.allow_tf32 = True
    assert torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = False
