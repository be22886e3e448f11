"""The calendar of the desk."""
