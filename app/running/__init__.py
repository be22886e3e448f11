"""`make run`: every process of a practice on one machine, started, watched and ended together."""
