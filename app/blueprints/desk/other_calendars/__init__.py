"""The calendars outside that block times here: connected, chosen, disconnected."""
