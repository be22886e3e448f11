"""`make bench`: one JSON object a line. `python -m bench sending mixed` measures these alone."""

import sys

from bench import booking, calendars, expiring, first_visit, live, memory, mixed, pages, sending, slots, zones

BENCHES = {
    "slots": slots.run,
    "first_visit": first_visit.run,
    "pages": pages.run,
    "live": live.run,
    "calendars": calendars.run,
    "memory": memory.run,
    "zones": zones.run,
    "booking": booking.run,
    "sending": sending.run,
    "expiring": expiring.run,
    "mixed": mixed.run,
}

for name in sys.argv[1:] or BENCHES:
    BENCHES[name]()
