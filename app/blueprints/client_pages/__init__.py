"""What a client reaches from a personal link, without an account."""
