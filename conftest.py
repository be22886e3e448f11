"""Fixtures for tests/ and e2e/."""

from hypothesis import HealthCheck, settings

import app.zone_data  # noqa: F401 - before anything reads a zone

# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

pytest_plugins = ["tests.engines.fixtures", "tests.served"]
