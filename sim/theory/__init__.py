"""Provide pure equations with citations: arrays in, arrays out, no randomness, no state."""
