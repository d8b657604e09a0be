"""What a run does, step by step. Flows and commands call these and add nothing."""
