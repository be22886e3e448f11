"""Work that no request waits for. Shallow: a job fetches and calls the same verb that a view would."""
