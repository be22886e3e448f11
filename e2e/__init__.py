"""Journeys of clients and therapists, in a browser against the program as it is served."""
