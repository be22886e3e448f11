"""`make bench`: one JSON object a line."""

from bench import first_visit, pages, slots

slots.run()
first_visit.run()
pages.run()
