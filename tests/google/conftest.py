"""A Google for the tests of the Google."""

from tests.google.fixtures import google

__all__ = ["google"]
