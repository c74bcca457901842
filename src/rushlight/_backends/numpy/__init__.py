"""The backend that is always there: NumPy, with its quirks (0-d scalars, warnings, accumulation) kept inside."""
