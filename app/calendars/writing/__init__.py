"""Sessions written into a therapist's calendar outside, and what a person made of them there."""
