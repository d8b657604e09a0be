"""Pure functions on arrays, each with its source cited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vocanalytics.statistics.change import (
    benjamini_hochberg,
    newcombe_difference,
    share_change_p_value,
)
from vocanalytics.statistics.intervals import net_sentiment, normal_p_value, nps, student_quantile, wilson

__all__ = [
    "FUNCTIONS",
    "benjamini_hochberg",
    "net_sentiment",
    "newcombe_difference",
    "normal_p_value",
    "nps",
    "share_change_p_value",
    "student_quantile",
    "wilson",
]

# what the published tables' SQL cannot compute itself; steps hand these to `warehouse.publishing.publish`
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "share_change_p_value": share_change_p_value,
    "normal_p_value": normal_p_value,
    "student_quantile": student_quantile,
}
