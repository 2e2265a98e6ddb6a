"""The version: its one home, read by the build and by everything that names it."""

__version__ = "0.2.0"
