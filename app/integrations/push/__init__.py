"""Web push: what the practice needs of the push services of browsers."""
