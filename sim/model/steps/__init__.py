"""The steps of the week, one file each, in the order in which ``sim.model.week`` takes them."""
