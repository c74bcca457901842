"""Calls of layers as functions, and what torch computes for them: values, and gradients of all that has one.

``python -m tests.nn.cases`` records the outcomes with torch, which the tests then compare with ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "golden" / "nn.json"

OPERANDS = """
F, nn = torch.nn.functional, torch.nn

def some(*shape, scale=1.0, shift=0.0):
    # numbers without a pattern, different in every operand
    count = 1
    for size in shape:
        count *= size
    places = torch.arange(count, dtype=torch.float64) * 1.7 + len(shape) + shift
    return (places.sin() * scale).float().reshape(shape)

def filled(module):
    # a module whose parameters are known numbers
    with torch.no_grad():
        for number, parameter in enumerate(module.parameters()):
            parameter.copy_(some(*parameter.shape, scale=0.5, shift=number))
    return module

line, image, room = some(2, 3, 7), some(2, 3, 6, 5), some(1, 2, 4, 3, 4)
rows, targets = some(4, 5), some(4, 5, shift=0.3)
classes, chances = torch.tensor([1, 0, 4, 2]), some(4, 5, scale=0.4) + 0.5
words, table = torch.tensor([[1, 2, 2], [0, 3, 1]]), some(4, 3)
query, key, value = some(2, 3, 4), some(2, 5, 4, shift=1), some(2, 5, 4, shift=2)
signs = torch.tensor([1.0, -1.0, 1.0, -1.0])
inputs = [line, image, room, rows, chances, table, query, key, value]
for tensor in inputs:
    tensor.requires_grad_()
"""

CALLS: dict[str, list[str]] = {
    "convolution": [
        "F.conv1d(line, some(4, 3, 3), some(4), stride=2, padding=1)",
        "F.conv1d(line, some(3, 1, 2), groups=3, dilation=3)",
        "F.conv1d(line, some(2, 3, 4), padding='same')",
        "F.conv2d(image, some(4, 3, 3, 2), some(4), stride=(2, 1), padding=(1, 0))",
        "F.conv2d(image[0], some(2, 3, 2, 2), dilation=(2, 1))",
        "F.conv3d(room, some(2, 2, 2, 3, 2), padding=1, stride=2)",
        "F.conv_transpose1d(line, some(3, 2, 3), some(2), stride=2, padding=1, output_padding=1)",
        "F.conv_transpose2d(image, some(3, 2, 2, 3), stride=(2, 1), dilation=(1, 2))",
        "F.conv_transpose2d(image, some(3, 1, 2, 2), groups=3)",
        "F.unfold(image, (2, 3), padding=1, stride=2)",
        "F.fold(some(2, 8, 6).requires_grad_(), (4, 3), (2, 2))",
        "F.conv_transpose2d(image, some(3, 2, 4, 5), stride=(3, 2), padding=(1, 2), output_padding=(2, 3), dilation=4)",
        "F.conv_tbc(line, some(2, 7, 4), some(4), 1)",
    ],
    "pooling": [
        "F.max_pool1d(line, 3, stride=2, padding=1)",
        "F.max_pool2d(image, (2, 3), stride=(2, 1), ceil_mode=True)",
        "F.max_pool2d(image, 2, dilation=2)",
        "F.max_pool3d(room, 2)",
        "F.avg_pool1d(line, 3, padding=1, count_include_pad=False)",
        "F.avg_pool2d(image, 3, stride=2, padding=1, ceil_mode=True)",
        "F.avg_pool2d(image, 2, divisor_override=3)",
        "F.lp_pool2d(image.abs() + 0.1, 2.0, 2)",
        "F.adaptive_avg_pool1d(line, 3)",
        "F.adaptive_avg_pool2d(image, (4, None))",
        "F.adaptive_max_pool2d(image, (2, 3))",
        "F.avg_pool2d(torch.arange(16).reshape(1, 4, 4) - 9, 3, padding=1)",
        "F.max_unpool2d(*F.max_pool2d(image, 2, return_indices=True), 2, output_size=(6, 5))",
        "F.max_unpool1d(*F.max_pool1d(line, 3, stride=2, return_indices=True), 3, stride=2)",
        "F.max_unpool3d(*F.max_pool3d(room, (2, 1, 2), return_indices=True), (2, 1, 2))",
        "F.fractional_max_pool2d(image, (2, 3), output_size=(4, 2), _random_samples=some(2, 3, 2).abs())",
        "F.fractional_max_pool3d(room, (2, 1, 2), output_ratio=0.7, _random_samples=some(1, 2, 3).abs())",
    ],
    "sampling": [
        "F.grid_sample(image, some(2, 2, 4, 2, scale=1.2), align_corners=False)",
        "F.grid_sample(image, some(2, 2, 4, 2, scale=1.4), padding_mode='border', align_corners=True)",
        "F.grid_sample(image, some(2, 2, 4, 2, scale=2.5), padding_mode='reflection', align_corners=False)",
        "F.grid_sample(image, some(2, 2, 4, 2), mode='bicubic', align_corners=False)",
        "F.grid_sample(image, some(2, 1, 4, 2), mode='bicubic', padding_mode='reflection', align_corners=True)",
        "F.grid_sample(image, some(2, 2, 4, 2), mode='nearest', align_corners=False)",
        "F.grid_sample(room, some(1, 2, 1, 3, 3, scale=1.2), align_corners=True)",
        "F.grid_sample(image, F.affine_grid(some(2, 2, 3), (2, 3, 4, 3), align_corners=False), align_corners=False)",
        "F.affine_grid(some(2, 3, 4), (2, 1, 2, 1, 3), align_corners=True)",
    ],
    "norm": [
        "F.batch_norm(image, None, None, some(3), some(3, shift=1), training=True)",
        "F.batch_norm(image, some(3), some(3).abs() + 0.5, some(3), None)",
        "F.layer_norm(rows, (5,), some(5), some(5, shift=1))",
        "F.layer_norm(image, (6, 5))",
        "F.group_norm(some(2, 4, 3).requires_grad_(), 2, some(4), some(4, shift=1))",
        "F.instance_norm(image)",
        "F.rms_norm(rows, (5,), some(5))",
        "F.local_response_norm(image, 2)",
        "F.normalize(rows, p=3.0, dim=0)",
        "F.local_response_norm(torch.arange(18).reshape(2, 3, 3), 2)",
        "F.cosine_similarity(rows, targets[0], dim=-1)",
    ],
    "loss": [
        "F.mse_loss(rows, targets)",
        "F.l1_loss(rows, targets, reduction='sum')",
        "F.smooth_l1_loss(rows, targets, beta=0.5)",
        "F.huber_loss(rows, targets, delta=0.3, reduction='none')",
        "F.cross_entropy(rows, classes)",
        "F.cross_entropy(rows, classes, weight=some(5).abs(), ignore_index=4, label_smoothing=0.1)",
        "F.cross_entropy(rows, targets.softmax(1), reduction='none')",
        "F.nll_loss(rows.log_softmax(1), classes, reduction='none')",
        "F.binary_cross_entropy(chances, targets.sigmoid())",
        "F.binary_cross_entropy_with_logits(rows, targets.sigmoid(), pos_weight=some(5).abs())",
        "F.kl_div(rows.log_softmax(1), targets.softmax(1), reduction='batchmean')",
        "F.poisson_nll_loss(rows, targets.abs(), full=True)",
        "F.gaussian_nll_loss(rows, targets, chances)",
        "F.cosine_embedding_loss(rows, targets, signs, margin=0.1)",
        "F.margin_ranking_loss(rows[:, 0], rows[:, 1], signs, margin=0.2)",
        "F.hinge_embedding_loss(rows[:, 0], signs)",
        "F.soft_margin_loss(rows[:, 0], signs)",
        "F.triplet_margin_loss(rows, targets, rows.flip(0), swap=True)",
        "F.hinge_embedding_loss(rows[:, 0], signs * 0.5, reduction='none')",
        "F.multi_margin_loss(rows, classes, p=2)",
        "F.multi_margin_loss(rows, classes, weight=some(5).abs(), margin=0.3, reduction='none')",
        "F.multilabel_margin_loss(rows, torch.tensor([[1, 4, -1, 0, 0], [0, -1, 1, 1, 1]] * 2), reduction='none')",
        "F.linear_cross_entropy(rows, some(3, 5), classes % 3, linear_bias=some(3), ignore_index=2)",
        "F.linear_cross_entropy(rows, some(3, 2, 5), torch.tensor([[0, 1], [2, 2], [1, 0], [0, 0]]))",
        "filled(nn.AdaptiveLogSoftmaxWithLoss(5, 9, [2, 5], div_value=2.0))(rows, torch.tensor([1, 8, 4, 0]))",
        "F.linear_cross_entropy(rows, some(6, 5), classes, options=nn.LinearCrossEntropyOptions(batch_chunk_size=3))",
        "F.multilabel_soft_margin_loss(rows, (targets > 0).float())",
        "F.ctc_loss(some(6, 2, 4).requires_grad_().log_softmax(2), torch.tensor([[1, 2], [3, 3]]), (6, 5), (2, 2))",
    ],
    "resizing": [
        "F.interpolate(line, scale_factor=2)",
        "F.interpolate(line, size=4, mode='linear')",
        "F.interpolate(image, size=(4, 9), mode='bilinear', align_corners=True)",
        "F.interpolate(image, scale_factor=(1.5, 2.0), mode='bilinear')",
        "F.interpolate(image, size=(3, 7), mode='bicubic')",
        "F.interpolate(image, size=(3, 3), mode='area')",
        "F.interpolate(room, size=(3, 4, 5), mode='trilinear')",
        "F.interpolate(image, size=(4, 8), mode='nearest-exact')",
        "F.pixel_shuffle(some(1, 4, 2, 3).requires_grad_(), 2)",
    ],
    "padding": [
        "F.pad(line, (1, 2), value=0.5)",
        "F.pad(image, (-1, 2, 1, -2))",
        "F.pad(image, (1, 2, 2, 1), mode='reflect')",
        "F.pad(image, (1, 2, 2, 1), mode='replicate')",
        "F.pad(line, (3, 2), mode='circular')",
        "F.pad(image, (-1, 2, 1, -2), mode='circular')",
    ],
    "embedding": [
        "F.embedding(words, table)",
        "F.embedding(words, table, padding_idx=1, scale_grad_by_freq=True)",
        "F.embedding(words, table, max_norm=0.8)",
        "F.embedding_bag(words, table)",
        "F.embedding_bag(words.flatten(), table, torch.tensor([0, 2, 2]), mode='max')",
        "F.embedding_bag(words, table, mode='sum', per_sample_weights=some(2, 3))",
        "F.one_hot(words, 5)",
        "F.bilinear(rows, targets, some(2, 5, 5), some(2))",
        "F.linear(rows, some(3, 5), some(3))",
    ],
    "attention": [
        "F.scaled_dot_product_attention(query, key, value)",
        "F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=0.7)",
        "F.scaled_dot_product_attention(query, key, value, attn_mask=some(3, 5) > -0.5)",
        "F.scaled_dot_product_attention(query, key, value, attn_mask=some(3, 5))",
        "F.scaled_dot_product_attention(query[:, None], key[:, None], value[:, None])",
        "F.scaled_dot_product_attention(*(x.view(1, 2, -1, 4) for x in (query, key, value)), is_causal=True)",
        "F.scaled_dot_product_attention(query[None], key[None, :1], value[None, :1], enable_gqa=True)",
        "filled(nn.MultiheadAttention(4, 2, batch_first=True))(query, key, value)",
        "filled(nn.MultiheadAttention(4, 2))(query, query, query, attn_mask=some(2, 2), need_weights=False)[0]",
        "filled(nn.MultiheadAttention(4, 2))(query, query, query, torch.tensor([[True, False]] * 3))",
        "filled(nn.MultiheadAttention(4, 2, add_bias_kv=True))(query, query, query, average_attn_weights=False)",
        "filled(nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True))(query)",
        "filled(nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, activation='gelu', norm_first=True))(query, query)",
    ],
    "recurrent": [
        "filled(nn.RNN(4, 3, nonlinearity='relu'))(query)",
        "filled(nn.RNN(4, 3, num_layers=2, bidirectional=True, batch_first=True))(query)",
        "filled(nn.LSTM(4, 3))(query, (some(1, 3, 3), some(1, 3, 3, shift=1)))",
        "filled(nn.LSTM(4, 3, num_layers=2, proj_size=2))(query)",
        "filled(nn.GRU(4, 3, bidirectional=True, bias=False))(query)",
        "filled(nn.LSTMCell(5, 2))(rows)",
        "filled(nn.LSTM(4, 3, num_layers=2, bidirectional=True, batch_first=True))(query)",
        "filled(nn.LSTM(4, 3, proj_size=2))(query, (some(1, 3, 2), some(1, 3, 3)))",
        "filled(nn.LSTM(4, 3))(nn.utils.rnn.pack_padded_sequence(query, [2, 1, 2], enforce_sorted=False))[0].data",
        "filled(nn.LSTMCell(5, 2))(rows, (some(4, 2), some(4, 2, shift=1)))",
        "filled(nn.GRUCell(5, 2))(rows, some(4, 2))",
        "filled(nn.GRU(4, 3))(nn.utils.rnn.pack_padded_sequence(query, [2, 1, 2], enforce_sorted=False))[0].data",
    ],
}


def cases() -> list[tuple[str, str]]:
    """Every call with its family."""
    return [(family, call) for family, calls in CALLS.items() for call in calls]


def outcome(torch: Any, call: str) -> list[dict[str, Any]]:
    """The tensors that a call returns, then the gradients of a weighted sum of them by the inputs that have one."""
    names: dict[str, Any] = {"torch": torch}
    exec(OPERANDS, names)
    found = _tensors(torch, eval(call, names))
    total = sum((weights(torch, item) * item).sum() for item in found if item.requires_grad)
    if not torch.is_tensor(total):
        return [_plain(item) for item in found]
    total.backward()
    return [_plain(item) for item in (*found, *(one.grad for one in names["inputs"] if one.grad is not None))]


def weights(torch: Any, tensor: Any) -> Any:
    """A weight for each element, so that no two of them can be mistaken for one another."""
    return torch.arange(1.0, tensor.numel() + 1).div(tensor.numel()).reshape(tensor.shape)


def _tensors(torch: Any, value: Any) -> list[Any]:
    if torch.is_tensor(value):
        return [value]
    return [tensor for item in value if item is not None for tensor in _tensors(torch, item)]


def _plain(tensor: Any) -> dict[str, Any]:
    values = [float(f"{number:.6g}") for number in tensor.detach().flatten().double().tolist()]
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype), "values": values}


if __name__ == "__main__":
    import torch

    recorded = {call: outcome(torch, call) for _, call in cases()}
    lines = [f"{json.dumps(call)}: {json.dumps(found)}" for call, found in recorded.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
