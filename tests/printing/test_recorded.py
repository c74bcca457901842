"""Tensors print as torch printed them when ``tests/golden/printing.json`` was recorded."""

import json
from pathlib import Path

import pytest

from tests.printing.cases import Case, cases
from tests.printing.printed import printed

TEXTS = json.loads((Path(__file__).parents[1] / "golden" / "printing.json").read_text())["texts"]
CASES = list(cases())


def test_every_case_is_recorded_under_a_name_of_its_own():
    assert [case.name for case in CASES] == list(TEXTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_recorded_text(case: Case):
    text = printed(case.array, case.options, case.default, requires_grad=case.requires_grad)
    assert text == TEXTS[case.name]
