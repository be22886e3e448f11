"""Read calendars outside, and store their taken time as busy times."""
