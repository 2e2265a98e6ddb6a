"""Read a scenario by name: search, merge what it extends, apply changes, validate."""
