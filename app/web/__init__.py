"""General code for requests: access, answers, errors, headers, sign-in sessions."""
