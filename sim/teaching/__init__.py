"""Exercises with closed-form answers, and a forecasting lesson."""
