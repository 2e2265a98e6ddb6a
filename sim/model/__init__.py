"""The model: one week, told once for one trial, and compiled for many. Start at ``week.py``."""
