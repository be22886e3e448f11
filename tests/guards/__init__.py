"""What must be true of the whole program, whatever is added to it."""
