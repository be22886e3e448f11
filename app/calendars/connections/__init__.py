"""Which calendars outside a therapist has connected, and how reading and writing them is going."""
