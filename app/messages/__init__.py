"""What people are told: the history, the outbox, and the mails."""
