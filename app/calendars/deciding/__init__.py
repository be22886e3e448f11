"""Clashes between sessions and calendars outside, and the therapist's decisions about them."""
