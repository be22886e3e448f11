from contextlib import ExitStack

import pytest
import time_machine


@pytest.fixture
def time_machine_now():
    """Travel to a moment; the clock runs on from there."""
    with ExitStack() as travels:
        yield lambda moment: travels.enter_context(time_machine.travel(moment))
