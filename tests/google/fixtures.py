"""`google`, for tests that import it: `from tests.google.fixtures import google  # noqa: F401`, best in a conftest."""

from collections.abc import Iterator

import pytest

from tests.google.service import Google


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as running:
        yield running
    told = "\n".join(running.problems[:5])
    assert not told, f"what was asked or answered is not what Google's discovery document says: {told}"
