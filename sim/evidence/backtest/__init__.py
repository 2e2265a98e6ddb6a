"""Forecasts of past talks from other wars, scored."""
