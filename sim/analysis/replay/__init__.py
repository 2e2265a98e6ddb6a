"""One trial, week by week."""
