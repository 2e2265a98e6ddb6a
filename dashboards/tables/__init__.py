"""Rows that pages print, from results of runs and studies."""
