"""What a refused verb answers."""

from app.refusals import NotPossible, Refused


def status_of(refusal: Refused) -> int:
    """422: look at the form again. 409: somebody was faster, and this is how things stand."""
    return 422 if isinstance(refusal, NotPossible) else 409
