"""Layer 3: what a forward pass leaves behind for the backward pass."""
