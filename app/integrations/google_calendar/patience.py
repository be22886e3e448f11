"""Asking Google for no longer than somebody waits."""

import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

from app.integrations.errors import GatewayError

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return what is answered within that many seconds, whatever is slow: a name, a connection, an answer.

    Who is too late is left to its own limits; nobody waits for it. It must touch no database: nobody ends its
    transactions.
    """
    outcomes: list[Callable[[], T]] = []
    asking = threading.Thread(target=lambda: outcomes.append(_outcome(ask)), daemon=True)
    asking.start()
    asking.join(max(0.0, seconds))
    if not outcomes:
        raise GatewayError("Google took too long to answer.", retry=True, away=True)
    (outcome,) = outcomes
    return outcome()


def _outcome(ask: Callable[[], T]) -> Callable[[], T]:
    """What came of it, to be had in another thread: returns the answer or raises the error."""
    try:
        answer = ask()
    except GatewayError as error:
        return _raising(error)
    except Exception as error:  # nobody else would hear of it
        return _raising(GatewayError(f"Google could not be asked: {type(error).__name__}.", retry=True))
    return lambda: answer


def _raising(error: GatewayError) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail
