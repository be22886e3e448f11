"""What calendars outside say of taken time, read and kept as busy times."""
