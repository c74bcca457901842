"""What every test shares: hypothesis profiles, and the mark of tests that need torch."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Two workers share two cores, so a single slow example says nothing; the whole run has its own budget.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of every module that asks for torch, so that a run with torch can pick them out."""
    asks: dict[Path, bool] = {}
    for item in items:
        if item.path not in asks:
            asks[item.path] = 'importorskip("torch' in item.path.read_text(encoding="utf-8")
        if asks[item.path]:
            item.add_marker("oracle")
