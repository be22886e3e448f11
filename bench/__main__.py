"""`make bench`: one JSON object a line."""

from bench import calendars, first_visit, live, pages, slots, zones

slots.run()
first_visit.run()
pages.run()
live.run()
calendars.run()
zones.run()
