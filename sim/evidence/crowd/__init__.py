"""Forecasters of the same war."""
