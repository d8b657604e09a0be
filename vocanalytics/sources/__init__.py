"""Feeds: from files to submissions, row by row, in flat memory.

declaration = load_declaration(Path("data/sources.yaml"))
for source in declaration.sources:
    for path in source.files():
        for row in read(source, path):  # Accepted | Rejected | Filtered
            ...
"""

from __future__ import annotations

from vocanalytics.sources.company import Events, read_events, read_exposures
from vocanalytics.sources.customers import CustomerRow, customers
from vocanalytics.sources.declaration import Declaration, Source, load_declaration
from vocanalytics.sources.findings import Finding, findings
from vocanalytics.sources.population import Population, read_population, survey_dimensions
from vocanalytics.sources.reading import read

__all__ = [
    "CustomerRow",
    "Declaration",
    "Events",
    "Finding",
    "Population",
    "Source",
    "customers",
    "findings",
    "load_declaration",
    "read",
    "read_events",
    "read_exposures",
    "read_population",
    "survey_dimensions",
]
