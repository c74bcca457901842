"""What small programs come to is what torch has recorded for them: values, strides, history, errors."""

import json

import pytest

import rushlight
from tests.ops.programs import RECORDED, families, outcome, programs

CASES = [(family, program) for family in families() for program in programs(family)]
EXPECTED = json.loads(RECORDED.read_text())


@pytest.mark.parametrize(("family", "program"), CASES, ids=[f"{family}: {program}" for family, program in CASES])
def test_outcome(family: str, program: str) -> None:
    assert outcome(rushlight, program) == EXPECTED[family][program]
