"""Waiting for what another process does, without guessing how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], timeout: float = 60.0, every: float = 0.02) -> T:
    """The condition's first true answer; fails with its last one after `timeout` seconds."""
    from tests.engines.fixtures import commit_what_the_test_did

    ends = time.monotonic() + timeout
    while True:
        commit_what_the_test_did()  # a transaction would go on seeing what it saw first
        answer = condition()
        commit_what_the_test_did()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"not within {timeout} s; the last answer was {answer!r}")
        time.sleep(every)
