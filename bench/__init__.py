"""Measured work, small enough to run often."""

import app.zone_data  # noqa: F401 - before anything reads a zone
