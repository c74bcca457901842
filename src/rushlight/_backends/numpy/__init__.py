"""The backend that is always there: NumPy, with its quirks (0-d scalars, warnings, accumulation) kept inside."""

from .memory import keep_freed

keep_freed()
