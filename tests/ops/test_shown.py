"""What expressions print is what torch has recorded for them: values to four digits, dtypes, warnings, errors."""

import json

import pytest

import rushlight
from tests.ops.shown import RECORDED, expressions, families, outcome

CASES = [(family, line) for family in families() for line in expressions(family)]
EXPECTED = json.loads(RECORDED.read_text())


@pytest.mark.parametrize(("family", "line"), CASES, ids=[f"{family}: {line}" for family, line in CASES])
def test_outcome(family: str, line: str) -> None:
    assert outcome(rushlight, line) == EXPECTED[family][line]
