"""When clients can book: working times, time off, extra time, bank holidays, booking rules."""
