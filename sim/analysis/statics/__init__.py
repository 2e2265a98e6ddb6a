"""Comparative statics: what must happen to the odds and the terms when one input moves, and whether it does."""
