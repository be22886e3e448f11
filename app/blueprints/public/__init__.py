"""Pages for everybody: the directory, a therapist's free times, signing in, what an installed app needs."""
