"""`import rushlight` leaves the garbage collector as it found it."""

from __future__ import annotations

import subprocess
import sys

import pytest


def after_import(before: str, show: str) -> str:
    """What `show` prints in a fresh process that runs `before` and imports rushlight."""
    program = f"import gc; {before}; import rushlight; print({show})"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(("before", "enabled"), [("gc.enable()", "True"), ("gc.disable()", "False")])
def test_it_is_on_where_it_was_on(before: str, enabled: str) -> None:
    assert after_import(before, "gc.isenabled()") == enabled


def test_nothing_is_frozen_that_was_not() -> None:
    assert after_import("pass", "gc.get_freeze_count()") == "0"


def test_what_a_program_froze_stays_frozen() -> None:
    kept = after_import("gc.freeze(); kept = gc.get_freeze_count()", "kept > 0 and kept * 0.9 < gc.get_freeze_count()")
    assert kept == "True"
