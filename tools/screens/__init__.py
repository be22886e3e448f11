"""`make screens`: a picture of every screen, on a phone and at a desk, by day and by night, into docs/screens/."""
