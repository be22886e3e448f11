"""Where a calendar outside and a session contradict each other, and what the therapist decides."""
