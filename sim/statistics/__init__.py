"""Estimates with intervals, horizons, conditioning on a reference class, regressions."""
