"""Questions asked of a scenario or a run: why, what matters, what would do."""
