"""What happens when something breaks in the middle."""
