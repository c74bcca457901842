"""Layer 5: the operators, one family a file. They import `_core`, `_tape` and `_declare`, never each other."""
