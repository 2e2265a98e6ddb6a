"""The model's equations: pure functions of numbers, each with its source, compiled to machine code (docs/odd.md)."""
