"""Addresses that programs ask: health, hooks, calendar feeds, scripts of open pages; and the local mailbox."""
