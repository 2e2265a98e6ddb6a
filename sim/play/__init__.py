"""Play one side of a trial: the decisions of a person, the other parties by the model."""
