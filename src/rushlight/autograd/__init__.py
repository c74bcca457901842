"""Differentiation: backward passes, their modes, and functions of your own with a derivative."""
