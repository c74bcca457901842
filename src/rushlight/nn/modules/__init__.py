"""The modules of `rushlight.nn`, one family a file."""
