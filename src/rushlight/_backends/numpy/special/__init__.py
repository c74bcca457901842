"""Special functions on arrays: NumPy has none, so they are worked out here, in double precision."""
