"""One trial week by week: its numbers, what happens in it, and what its outcome does not say."""
