"""A finished run: its summary, comparisons, exports, and its odds in words."""
