"""A scenario: its schema, how it is read from files, checked and sampled."""
