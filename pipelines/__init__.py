"""Prefect flows: when things run, in which order, what is retried, what is shown."""
