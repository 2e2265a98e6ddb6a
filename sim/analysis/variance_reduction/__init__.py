"""Fewer trials for the same interval."""
