"""The calendars outside: what therapists keep elsewhere, read here, and what of ours stands there."""
