"""Layer 1: dtypes, promotion, devices, sizes, storage, the tensor's slots, modes. Imports NumPy only."""
