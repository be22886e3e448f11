"""Who and where: users, therapists, clients, locations, session types."""
