"""What serves requests in general: who may call what, answers, errors, headers, sign-in sessions."""
