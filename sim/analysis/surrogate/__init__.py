"""A fitted surface in place of the simulation, for sliders."""
