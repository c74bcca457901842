"""Layer 2: array code under the operators. Operators ask a backend for work; they never ask which one it is."""
