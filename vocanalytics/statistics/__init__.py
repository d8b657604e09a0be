"""Pure functions on arrays, each with its source cited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vocanalytics.statistics.change import (
    benjamini_hochberg,
    newcombe_difference,
    share_change_p_value,
)
from vocanalytics.statistics.decomposition import Parts, midpoint_parts
from vocanalytics.statistics.drivers import driver_estimates
from vocanalytics.statistics.intervals import (
    net_sentiment,
    normal_p_value,
    nps,
    student_p_value,
    student_quantile,
    wilson,
)
from vocanalytics.statistics.raking import rake, raked_weights
from vocanalytics.statistics.ranks import rank_ranges
from vocanalytics.statistics.shares import CorrectedShare, corrected_share, shrunken_shares
from vocanalytics.statistics.spikes import spike_tests

__all__ = [
    "FUNCTIONS",
    "CorrectedShare",
    "Parts",
    "benjamini_hochberg",
    "corrected_share",
    "driver_estimates",
    "midpoint_parts",
    "net_sentiment",
    "newcombe_difference",
    "normal_p_value",
    "nps",
    "rake",
    "raked_weights",
    "rank_ranges",
    "share_change_p_value",
    "shrunken_shares",
    "spike_tests",
    "student_p_value",
    "student_quantile",
    "wilson",
]

# what the published tables' SQL cannot compute itself; steps hand these to `warehouse.publishing.publish`
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "share_change_p_value": share_change_p_value,
    "normal_p_value": normal_p_value,
    "student_p_value": student_p_value,
    "student_quantile": student_quantile,
    "driver_estimates": driver_estimates,
    "raked_weights": raked_weights,
    "rank_ranges": rank_ranges,
    "spike_tests": spike_tests,
}
