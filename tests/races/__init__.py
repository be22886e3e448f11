"""Who is first? Clients as processes of their own against the served program, released at one moment."""
