"""Asking Google for no longer than somebody waits."""

import threading
from collections.abc import Callable
from typing import TypeVar

from app.integrations.errors import GatewayError

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What is answered in that many seconds, whatever takes its time: a name, a connection, a slow answer.

    Who is too late is left to its own limits; nobody waits for it. It must touch no database: nobody ends its
    transactions.
    """
    answers: list[tuple[T | None, GatewayError | None]] = []
    asking = threading.Thread(target=lambda: answers.append(_outcome(ask)), daemon=True)
    asking.start()
    asking.join(max(0.0, seconds))
    if not answers:
        raise GatewayError("Google took too long to answer.", retry=True, away=True)
    answer, error = answers[0]
    if error:
        raise error
    return answer  # type: ignore[return-value]


def _outcome(ask: Callable[[], T]) -> tuple[T | None, GatewayError | None]:
    try:
        return ask(), None
    except GatewayError as error:
        return None, error
    except Exception as error:  # nobody else would hear of it
        return None, GatewayError(f"Google could not be asked: {type(error).__name__}.", retry=True)
