"""A sick day: other times for everybody at once."""
