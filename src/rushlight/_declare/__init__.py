"""Layer 4: how an operator is declared, and everything that follows from a declaration."""
