"""The outside world: a folder per kind, each with its port, a real adapter and a recorded one for tests."""
