"""Measured work, small enough to run often."""
