"""`make bench`: one JSON object a line."""

from bench import calendars, first_visit, live, pages, slots

slots.run()
first_visit.run()
pages.run()
live.run()
calendars.run()
