"""Numbers in words: one rounding, one way to say an interval, no share without its base."""

from __future__ import annotations

import re
from datetime import date

NBSP = "\u00a0"
MINUS = "\u2212"
INTERVAL = f"95{NBSP}% interval "

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

SCALES = {
    "nps_0_10": "likelihood to recommend, 0 to 10",
    "csat_1_5": "satisfaction, 1 to 5",
    "ces_1_7": "ease, 1 to 7, 7 is easy",
    "stars_1_5": "stars, 1 to 5",
    "rating_1_10": "rating, 1 to 10",
}
METRICS = {
    "nps": "Net Promoter Score",
    "top_2_box_share_pct": "share giving 4 or 5 of 5",
    "mean": "mean on the scale",
}
LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "zh": "Chinese",
    "?": "not told",
}  # fmt: skip
# words people write in capitals; other words without a vowel are taken for initials too
_SHORT = {word: word.upper() for word in ("nps", "csat", "ces", "nhtsa", "uk", "us", "eu", "usa", "ba", "id")}
KINDS = {
    "week": "one week",
    "four_weeks": "four weeks",
    "month": "one month",
    "quarter": "one quarter",
    "all": "the whole history",
}


def plain(identifier: str) -> str:
    """An identifier as a person would write it.

    >>> plain("owner_survey"), plain("nps_sales"), plain("nhs_survey")
    ('Owner survey', 'NPS sales', 'NHS survey')
    """
    words = [_SHORT.get(word, word) for word in re.split(r"[_\s-]+", identifier)]
    words = [word.upper() if re.fullmatch(r"[b-df-hj-np-tv-xz]{2,4}", word) else word for word in words]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def many(count: int, noun: str) -> str:
    """
    >>> many(1, "item"), many(1200, "item")
    ('1 item', '1,200 items')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def percent(share_pct: float) -> str:
    """A share as a percentage, with a decimal below 10; what rounds to an end of the scale is told apart from it.

    >>> [percent(x).replace(NBSP, " ") for x in (0, 0.02, 0.2, 8.39, 9.96, 99.7, 100)]
    ['0 %', 'under 0.1 %', '0.2 %', '8.4 %', '10 %', 'over 99 %', '100 %']
    """
    if 0 < share_pct < 0.05:
        return f"under 0.1{NBSP}%"
    if 0 < share_pct < 9.95:
        return f"{share_pct:.1f}{NBSP}%"
    if 99.5 <= share_pct < 100:
        return f"over 99{NBSP}%"
    return f"{share_pct:.0f}{NBSP}%"


def share(count: int, base: int, share_pct: float) -> str:
    """
    >>> share(12, 143, 8.39).replace(NBSP, " ")
    '12 of 143 items, 8.4 %'
    """
    return f"{count:,} of {many(base, 'item')}, {percent(share_pct)}"


def signed(value: float, digits: int = 0) -> str:
    """
    >>> signed(4.2), signed(-0.3), signed(-1.84, 1)
    ('+4', '0', '−1.8')
    """
    rounded = round(value, digits) + 0.0
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{'+' if rounded > 0 else MINUS}{abs(rounded):.{digits}f}"


def points(value: float, low: float, high: float) -> str:
    """A change in points with its bounds, in as many decimals as tell what is clear from nothing.

    >>> points(-10.6, -15.2, -6.1).replace(NBSP, " "), points(0.14, 0.04, 0.3).replace(NBSP, " ")
    ('−11 points (95 % interval −15 to −6)', '+0.14 points (95 % interval +0.04 to +0.30)')
    """
    digits = 0
    if low * high > 0:
        digits = next((n for n in (0, 1) if round(low, n) and round(high, n)), 2)
    return f"{signed(value, digits)} points ({interval(low, high, digits)})"


def interval(low: float, high: float, digits: int = 0) -> str:
    """The bounds of a figure that has a sign.

    >>> interval(-3.2, 8).replace(NBSP, " ")
    '95 % interval −3 to +8'
    """
    return f"{INTERVAL}{signed(low, digits)} to {signed(high, digits)}"


def share_interval(low: float, high: float) -> str:
    """
    >>> share_interval(4.9, 14.1).replace(NBSP, " ")
    '95 % interval 4.9 to 14 %'
    """
    lower = percent(low)
    return f"{INTERVAL}{lower.removesuffix(f'{NBSP}%')} to {percent(high)}"


def probability(value: float) -> str:
    """
    >>> probability(0.0004), probability(0.031)
    ('under 0.001', '0.031')
    """
    return "under 0.001" if value < 0.001 else f"{value:.3f}".rstrip("0").rstrip(".")


def day(when: date) -> str:
    """
    >>> day(date(2026, 3, 2))
    '2 March 2026'
    """
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def short_day(when: date) -> str:
    """
    >>> short_day(date(2026, 3, 2))
    '2 Mar'
    """
    return f"{when.day} {_MONTHS[when.month - 1][:3]}"


def span(first: date, last: date) -> str:
    """
    >>> span(date(2026, 3, 2), date(2026, 3, 29)), span(date(2025, 12, 8), date(2026, 1, 4))
    ('2 to 29 March 2026', '8 December 2025 to 4 January 2026')
    """
    if first.year != last.year:
        return f"{day(first)} to {day(last)}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[first.month - 1]} to {day(last)}"
    return day(last) if first == last else f"{first.day} to {day(last)}"


def listed(parts: list[str]) -> str:
    """
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def at(theme: str, touchpoint: str) -> str:
    """A cell of the coding frame.

    >>> at("Waiting time", "Service visit")
    'Waiting time (Service visit)'
    """
    return f"{theme} ({touchpoint})"


def score_gap(gap: float) -> str:
    """
    >>> score_gap(-1.84), score_gap(0.6)
    ('score 1.8 lower', 'score 0.6 higher')
    """
    return f"score {abs(gap):.1f} {'lower' if gap < 0 else 'higher'}"
