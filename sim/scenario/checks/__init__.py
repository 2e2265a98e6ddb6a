"""Checks of a scenario: form, references, values, joint draws and levers."""
