"""Every distribution draws what torch drew when ``tests/golden/random.json`` was recorded."""

import json
from pathlib import Path

import numpy as np
import pytest

from rushlight._core.generator import Generator
from tests.random.cases import SEED, Case, cases
from tests.random.digest import digest

DRAWS = json.loads((Path(__file__).parents[1] / "golden" / "random.json").read_text())["draws"]
CASES = list(cases())


def test_every_case_is_recorded_under_a_name_of_its_own():
    assert [case.name for case in CASES] == list(DRAWS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_recorded_draw(case: Case):
    generator = Generator().manual_seed(SEED)
    values = case.ours(generator)
    found, recorded = digest(values, generator.get_state_array()), DRAWS[case.name]
    if case.exact:
        assert found == recorded
        return
    # another C library may round another way: 4 units in the last place of double, one of a narrower dtype
    unit = {8: 2.0**-50, 4: 2.0**-23, 2: 2.0**-7}[values.real.itemsize]
    assert found["shape"] == recorded["shape"]
    assert found["words"] == recorded["words"]
    np.testing.assert_allclose(found["head"], recorded["head"], rtol=unit, atol=0)
