"""Samples of the operators behind `torch.nn.functional`."""

from collections.abc import Iterator

import rushlight as torch
from tests.ops.sample import Maker, Sample, leave_out, samples


@samples("convolution")
def convolution(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4, 5), make(3, 4, 3), make(3), (1,), (1,), (1,), False, (0,), 1))
    yield Sample((make(1, 4, 5, 5), make(4, 2, 2, 3), None, (2, 1), (0, 1), (1, 2), False, (0, 0), 2))
    yield Sample((make(1, 4, 3, 3), make(4, 2, 2, 2), make(2), (2, 2), (1, 0), (1, 1), True, (1, 0), 1))


@samples("_kernel_gradient")
def kernel_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4, 5), make(2, 3, 5), (3,), (1,), (1,), (1,), 1))


@samples("avg_pool")
def average(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 6), (2,), (2,), (0,), False, True, None))
    yield Sample((make(1, 2, 5, 5), (3, 2), (2, 2), (1, 1), True, False, None))


@samples("_avg_gradient")
def average_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 3), (6,), (2,), (2,), (0,), False, True, None))


@samples("max_pool_with_indices")
def maximum(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(1, 2, 6), (2,), (2,), (0,), (1,), False))
    yield Sample((make.spread(1, 2, 5, 5), (3, 2), (2, 2), (1, 1), (1, 1), True))


@samples("adaptive_max_pool")
def adaptive_maximum(make: Maker) -> Iterator[Sample]:
    yield Sample((make.spread(1, 2, 6), (4,)))
    yield Sample((make.spread(1, 2, 5, 5), (2, 3)))


@samples("_adaptive_avg_pool")
def adaptive_average(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 6), (4,)))
    yield Sample((make(1, 2, 5, 5), (2, 3)))


@samples("_adaptive_gradient")
def adaptive_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 4), (6,)))


@samples("im2col")
def columns(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 4, 5), (2, 3), (1, 1), (1, 0), (1, 2)))


@samples("col2im")
def from_columns(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 12, 10), (4, 5), (2, 3), (1, 1), (1, 0), (1, 2)))


@samples("constant_pad_nd")
def padded(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), (1, 2), 0.5))
    yield Sample((make(2, 3), (1, -1, 0, 2)))


@samples("pad_border")
def padded_from_the_border(make: Maker) -> Iterator[Sample]:
    for mode in ("reflect", "replicate", "circular"):
        yield Sample((make(1, 2, 4), (1, 2), mode))


@samples("_border_gradient")
def border_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 7), (1, 2, 4), (1, 2), "reflect"))


@samples("upsample")
def resampled(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 4), (6,), "nearest", (None,), False, False))
    yield Sample((make(1, 2, 3, 3), (5, 4), "bilinear", (None, None), True, False))


@samples("_upsample_gradient")
def resampled_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 6), (4,), "nearest", (None,), False, False))


@samples("channel_shuffle")
def shuffled(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 4, 2, 2), 2))


@samples("pixel_shuffle")
def to_pixels(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 8, 2, 3), 2))


@samples("pixel_unshuffle")
def from_pixels(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 4, 6), 2))


@samples("glu")
def gated(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4),))
    yield Sample((make(4, 3), 0))


@samples("binary_cross_entropy")
def cross_entropy_of_chances(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, low=0.1, high=0.9), make(2, 3, low=0.1, high=0.9)))
    yield Sample((make(2, 3, low=0.1, high=0.9), make(2, 3, low=0.1, high=0.9), make(3, low=0.5, high=1.4), 0))


@samples("binary_cross_entropy_with_logits")
def cross_entropy_of_logits(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3, low=0.1, high=0.9)))
    yield Sample((make(2, 3), make(2, 3, low=0.1, high=0.9), make(3, low=0.5, high=1.4), make(3, low=1, high=2), 2))


@samples("mse_loss", "huber_loss", "smooth_l1_loss")
def distance(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3)))
    yield Sample((make(2, 3), make(2, 3)), {"reduction": 0})
    yield Sample((make(3), make(3)), {"reduction": 2})


@samples("_batch_norm_gradient")
def batch_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 4), make(2, 3, 4), make(3), make(3), make(3), True))
    yield Sample((make(2, 3), make(2, 3), None, make(3), make(3), False))


@samples("_nll_gradient")
def likelihood_gradient(make: Maker) -> Iterator[Sample]:
    target = torch.tensor([[0, 2], [-100, 1]])
    weights = torch.tensor([[1, 3], [0, 1]], dtype=make.dtype)
    yield Sample((make(2, 2), (2, 3, 2), target, weights, 0, -100))
    yield Sample((make(), (2, 3, 2), target, weights, 1, -100))


@samples("nll_loss_with_weights")
def likelihood(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), make.index(3, 4)))
    yield Sample((make(4, 3), make.index(3, 4), make(3, low=0.5, high=1.4), 0, 1))


@samples("ctc_losses")
def connectionist(make: Maker) -> Iterator[Sample]:
    scores = make(5, 2, 4)
    yield Sample(
        ((scores - scores.exp().sum(-1, keepdim=True).log()).detach(), make.index(3, 2, 2) + 1, (5, 4), (2, 1), 0)
    )


@samples("embedding")
def embedded(make: Maker) -> Iterator[Sample]:
    yield Sample((make(5, 3), make.index(5, 2, 4)))
    yield Sample((make(5, 3), make.index(4, 4), 4))


@samples("embedding_dense_backward")
def embedding_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), make.index(5, 4), 5, -1, False))


@samples("native_batch_norm")
def batch_norm(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), make(3), make(3), None, None, True, 0.1, 1e-5))
    yield Sample((make(2, 3, 4), None, None, make(3), make(3, low=0.5, high=2), False, 0.1, 1e-5))


@samples("native_layer_norm")
def layer_norm(make: Maker) -> Iterator[Sample]:
    yield Sample((make(4, 3), (3,), make(3), make(3), 1e-5))
    yield Sample((make(2, 3, 4), (3, 4), None, None, 1e-5))


@samples("native_group_norm_parts")
def group_norm(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 4, 3), make(4), make(4), 2, 1e-5))


@samples("rrelu_with_noise")
def random_slopes(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), make(2, 3, low=0.1, high=0.3), 0.1, 0.3, True))
    yield Sample((make(2, 3), make(2, 3, low=0.1, high=0.3), 0.1, 0.3, False))


@samples("one_hot")
def one_hot(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(5, 2, 3), 5))


@samples("isin.any")
def contained(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(5, 2, 3), make.index(5, 4), False))


@samples("_unique2")
def distinct(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(3, 6), True))


@samples("_unique_consecutive")
def distinct_runs(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(3, 6), None, True))


@samples("unique_dim")
def distinct_rows(make: Maker) -> Iterator[Sample]:
    yield Sample((make.index(2, 4, 2), 0, True))


@samples("histogram.grid")
def histogram(make: Maker) -> Iterator[Sample]:
    yield Sample((make(10, 1), [torch.tensor([-2.0, 0.0, 2.0], dtype=make.dtype)], None, None, None, False))


leave_out(
    "complex", "losses are those of real numbers",
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "huber_loss", "smooth_l1_loss",
)  # fmt: skip
leave_out("gradient", "its gradient is meant for what log_softmax returns, as torch's is", "ctc_losses")

DYNAMIC = "the shape of the result depends on the values"
leave_out("vmap", DYNAMIC, "_unique2", "_unique_consecutive", "unique_dim")
leave_out("meta", DYNAMIC, "_unique2", "_unique_consecutive", "unique_dim")


@samples("soft_margin_loss")
def soft_margin(make: Maker) -> Iterator[Sample]:
    signs = torch.tensor([1.0, -1.0, 1.0])
    for reduction in (0, 1, 2):
        yield Sample((make(2, 3), signs.to(make.dtype), reduction))


@samples("multi_margin_loss")
def multi_margin(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 4), make.index(4, 3)))
    yield Sample((make(3, 4), make.index(4, 3), 2, 0.5, make(4, low=0.5), 0))
    yield Sample((make(4), make.index(4), 1, 1.0, None, 2), note="one row")


@samples("multilabel_margin_loss_forward")
def multilabel_margin(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3), torch.tensor([[1, -1, 0], [2, 1, -1]])))
    yield Sample((make(3), torch.tensor([0, 2, -1]), 0), note="one row")


leave_out(
    "16-bit", "torch has kernels for float32 and float64 only", "multi_margin_loss", "multilabel_margin_loss_forward"
)


@samples("max_unpool")
def unpooled(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 1, 2), torch.tensor([[[[1, 6]], [[0, 7]]]]), (2, 4)))
    yield Sample((make(1, 1, 1, 2), torch.tensor([[[[3, 8]]]]), (2, 2, 3)), note="a volume without a batch")


@samples("fractional_max_pool")
def fractional_maximum(make: Maker) -> Iterator[Sample]:
    shifts = torch.tensor([[[0.3, 0.8], [0.6, 0.1]]])
    yield Sample((make.spread(1, 2, 6, 5), (2, 3), (3, 2), shifts.to(make.dtype)))
    yield Sample((make.spread(1, 4, 4, 4), (2, 2, 2), (2, 3, 1), torch.tensor([[[0.3, 0.8, 0.5]]]).to(make.dtype)))


@samples("grid_sampler_2d")
def sampled_images(make: Maker) -> Iterator[Sample]:
    for mode in (0, 1, 2):
        for padding in (0, 1, 2):
            places = make(2, 2, 3, 2, low=-1.1, high=1.1)
            yield Sample((make(2, 2, 4, 5), places, mode, padding, padding == 1), note=f"{mode}, {padding}")


@samples("grid_sampler_3d")
def sampled_volumes(make: Maker) -> Iterator[Sample]:
    yield Sample((make(1, 2, 3, 4, 3), make(1, 2, 1, 2, 3, low=-1.2, high=1.2), 0, 0, True))
    yield Sample((make(1, 1, 3, 4, 3), make(1, 2, 1, 2, 3, low=-1.2, high=1.2), 0, 2, False), note="reflected")


@samples("affine_grid_generator")
def affine_places(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 2, 3), (2, 1, 3, 2), False))
    yield Sample((make(1, 3, 4), (1, 1, 2, 1, 3), True))


@samples("_affine_gradient")
def affine_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2, 3, 2, 2), (2, 1, 3, 2), False))


@samples("_linear_cross_entropy_chunked")
def chunked_losses(make: Maker) -> Iterator[Sample]:
    yield Sample((make(5, 3), make(4, 3), make(4), make.index(4, 5), None, -100, 2))
    labels = torch.tensor([0, 1, 2, 1, 3])
    yield Sample((make(5, 3), make(4, 3), None, labels, make(4, low=0.5), 1, 3), note="weights, and one ignored")


@samples("conv_tbc")
def time_convolution(make: Maker) -> Iterator[Sample]:
    yield Sample((make(5, 2, 3), make(2, 3, 4), make(4)))
    yield Sample((make(3, 1, 2), make(3, 2, 2), make(2), 1))


@samples("_pack_padded_sequence")
def packed(make: Maker) -> Iterator[Sample]:
    yield Sample((make(3, 2, 2), torch.tensor([3, 1])))
    yield Sample((make(2, 3), torch.tensor([2, 2]), True))


leave_out("meta", "how many elements are left depends on the lengths", "_pack_padded_sequence")


@samples("_ctc_loss_backward")
def ctc_gradient(make: Maker) -> Iterator[Sample]:
    yield Sample((make(2), make(4, 2, 3), make(4, 2, 3)))


leave_out("gradient", "it has no derivative, in torch neither", "_ctc_loss_backward")
