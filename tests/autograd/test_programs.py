"""What small programs that differentiate come to is what torch has recorded for them."""

import json

import pytest

import rushlight
from tests.autograd.programs import RECORDED, outcome, programs, topics

CASES = [(topic, title, source) for topic in topics() for title, source in programs(topic).items()]
EXPECTED = json.loads(RECORDED.read_text())

# Where rushlight differs from torch on purpose: what it comes to instead, and why.
OURS = {
    # torch names the shape of one element of the vector
    "entries: grad with a batch of vectors of the wrong shape": (
        "RuntimeError: If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
        "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding output, but "
        "a mismatch was detected: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of "
        "torch.Size([3]). If you only want some tensors in `grad_output` to be considered batched, consider using vmap."
    ),
}


@pytest.mark.parametrize(("topic", "title", "source"), CASES, ids=[f"{topic}: {title}" for topic, title, _ in CASES])
def test_outcome(topic: str, title: str, source: str) -> None:
    expected = OURS.get(f"{topic}: {title}", EXPECTED[topic][title])
    assert outcome(rushlight, source) == expected
