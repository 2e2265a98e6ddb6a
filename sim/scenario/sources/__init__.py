"""Files that a scenario consists of: found, read as bytes or tables, and known by their digest."""
