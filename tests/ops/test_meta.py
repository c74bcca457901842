"""Tensors without memory: shapes of results where no machine could hold the arguments, in no time."""

import pytest

import rushlight as torch
from rushlight import nn

HUGE = 1 << 20  # a square matrix of this size takes 4 TiB
functional = nn.functional


def meta(*shape, dtype=torch.float32):
    return torch.empty(shape, dtype=dtype, device="meta")


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda a: a @ a, (HUGE, HUGE)),
        (lambda a: a.bfloat16() @ a.bfloat16(), (HUGE, HUGE)),
        (lambda a: torch.addmm(a[0], a, a), (HUGE, HUGE)),
        (lambda a: a.mv(a[0]), (HUGE,)),
        (lambda a: torch.baddbmm(a, a[None], a[None]), (1, HUGE, HUGE)),
        (lambda a: a.softmax(0).log_softmax(1), (HUGE, HUGE)),
        (lambda a: functional.layer_norm(a, (HUGE,)), (HUGE, HUGE)),
        (lambda a: functional.conv2d(a[None, None], a[None, None, :99, :99], padding=49), (1, 1, HUGE, HUGE)),
        (lambda a: functional.conv_transpose1d(a, a[:, None, :3], groups=HUGE, stride=2), (HUGE, 2 * HUGE + 1)),
        (lambda a: functional.max_pool2d(a[None], 2), (1, HUGE // 2, HUGE // 2)),
        (lambda a: functional.scaled_dot_product_attention(*[a[None, None]] * 3), (1, 1, HUGE, HUGE)),
        (lambda a: functional.interpolate(a[None, None], scale_factor=2), (1, 1, 2 * HUGE, 2 * HUGE)),
        (lambda a: a.sum(), ()),
        (lambda a: a.var(0, keepdim=True), (1, HUGE)),
        (lambda a: a.t().reshape(-1), (HUGE * HUGE,)),
        (lambda a: torch.cat([a, a], 1), (HUGE, 2 * HUGE)),
        (lambda a: a.double().clone() + 1, (HUGE, HUGE)),
        (lambda a: a.cumsum(0), (HUGE, HUGE)),
        (lambda a: a.sort()[1], (HUGE, HUGE)),
        (lambda a: a.topk(5, 0)[0], (5, HUGE)),
        (lambda a: torch.fft.rfft2(a), (HUGE, HUGE // 2 + 1)),
        (lambda a: torch.linalg.svd(a, full_matrices=False)[2], (HUGE, HUGE)),
        (lambda a: torch.linalg.solve(a, a[0]), (HUGE,)),
        (lambda a: torch.linalg.qr(a[:, :9], mode="complete")[0], (HUGE, HUGE)),
        (lambda a: torch.cdist(a, a[:7]), (HUGE, 7)),
        (lambda a: torch.permute_copy(a, (1, 0)), (HUGE, HUGE)),
    ],
)
def test_shapes_take_no_memory(function, shape):
    found = function(meta(HUGE, HUGE))
    assert found.is_meta
    assert found.shape == shape


def test_errors_are_those_of_other_devices():
    with pytest.raises(RuntimeError, match=r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 2x3\)"):
        meta(2, 3) @ meta(2, 3)
    with pytest.raises(RuntimeError, match="must match the existing size"):
        torch.addmm(meta(5), meta(2, 3), meta(3, 4))
    with pytest.raises(IndexError, match="Dimension out of range"):
        meta(2, 3).cumsum(2)


def test_singular_matrices_are_nothing_to_meta_tensors():
    assert torch.linalg.inv(meta(3, 3)).shape == (3, 3)
    assert torch.linalg.cholesky(meta(4, 3, 3)).shape == (4, 3, 3)


def test_a_large_model_goes_forwards_and_backwards():
    width = 1 << 14
    layer = nn.TransformerEncoderLayer(width, 128, 4 * width, batch_first=True, device="meta")
    found = layer(meta(64, 2048, width).requires_grad_())
    assert found.shape == (64, 2048, width)
    found.sum().backward()
    assert layer.linear1.weight.grad.shape == (4 * width, width)
    assert layer.linear1.weight.grad.is_meta


def test_recurrent_layers_go_forwards_and_backwards():
    layer = nn.LSTM(1 << 14, 1 << 14, bidirectional=True, device="meta")
    found, _ = layer(meta(1000, 512, 1 << 14))
    assert found.shape == (1000, 512, 1 << 15)
    found.sum().backward()
    assert layer.weight_hh_l0.grad.shape == (1 << 16, 1 << 14)


def test_running_statistics_of_meta_modules_stay():
    norm = nn.BatchNorm2d(3, device="meta")
    assert norm(meta(2, 3, 4, 4)).shape == (2, 3, 4, 4)
