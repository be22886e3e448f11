"""Fixtures for tests/ and e2e/."""

pytest_plugins = ["tests.engines.fixtures", "tests.served"]
