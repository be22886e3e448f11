"""`make bench`: one JSON object a line."""

from bench import pages, slots

slots.run()
pages.run()
