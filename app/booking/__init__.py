"""The agreement: bookings, offers, and who must consent to what."""
