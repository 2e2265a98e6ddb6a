"""Forecasters of the same war, compared with a run."""
