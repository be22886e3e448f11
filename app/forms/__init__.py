"""What people type: cleaned, checked, and told about in sentences."""
