"""Blocks on many machines through a Dask scheduler."""
