"""ICS files, read value by value: pure and bounded."""
