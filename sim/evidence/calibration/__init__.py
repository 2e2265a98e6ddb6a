"""Structural parameters estimated from coded episodes of past wars."""
