"""The one exception of the compiler that is no fault: a program it has no instructions for, so NumPy runs it."""


class Unsupported(Exception):
    """Something that the compiler does not write; what calls it runs NumPy instead."""
