"""What every test shares: hypothesis profiles and a clean process-wide state."""

import os

from hypothesis import HealthCheck, settings

# Two workers share two cores, so a single slow example says nothing; the whole run has its own budget.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")
