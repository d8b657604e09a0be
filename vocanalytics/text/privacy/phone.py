"""Telephone numbers, and the dates, prices, mileages and versions that look like them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from vocanalytics.text.privacy.spans import Span

_CANDIDATE = re.compile(
    r"(?:(?<![\w.,:/#£$€₹@&=-])|(?<=[A-Za-z][.:]))(?:\+\s?|\()?\(?\d(?:[ ()./‐‑–-]{0,3}\d){5,16}(?!\w|[.,:]\d|\s?%)"
)
_DATE = re.compile(
    r"(?<!\d)(?:[0-3]?\d([./-])[01]?\d\1(?:19|20)?\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d|"
    r"[01]?\d([./-])[0-3]?\d\3(?:19|20)?\d\d)(?!\d)"
)
_YEARS = re.compile(r"(?:19|20)\d\d\s?[/–-]\s?(?:(?:19|20)?\d\d)\Z")
_DOTTED = re.compile(r"\+?[\d.]+\Z")
_DOTTED_PHONE = re.compile(
    r"(?:\+?1\.)?\(?[2-9]\d\d\)?\.\d{3}\.\d{4}\Z|0\d(?:\.\d\d){4}\Z|0\d{2,4}\.\d{3,4}\.\d{3,4}\Z|\+\d[\d.]{8,}\Z"
)
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+\Z")
_UNIT = re.compile(
    r"\s?-?(?:miles?|mi\b|kms?\b|kilomet\w+|k\b|rpm|points?|pts|avios|hours?|hrs?|days?|months?|years?|euros?|eur\b|"
    r"gbp\b|usd\b|pounds?|dollars?|rupees|rs\b|"
    r"quid|£|€|\$|cents?|kg|lbs?|kwh?|cc\b|ps\b|bhp|hp\b|mph|km/h|mm\b|cm\b|inch\w*|times|people|users|views|"
    r"subscribers|followers|downloads|units|cars|steps|customers)",
    re.I,
)
_MONEY = re.compile(
    r"(?:[£$€₹¥]|\b(?:rs|inr|usd|eur|gbp|euros?|paid|cost|costs|price|over|about|around|odometer|mileage)\.?)\s?\Z",
    re.I,
)
_CUE = re.compile(
    r"\b(?:call(?:ed|ing|back)?|r[uü]ckruf|phone|phoned|telephone|tele?|mobile|mob|cell|cellphone|ring|rang|ringing|"
    r"text|texted|sms|whats?app|fax|dial|dialled|contact|reach|"
    r"landline|festnetz|durchwahl|mobil|voicemail|hotline|helpline|number|numbers|handy(?:nummer)?|telefon\w*|rufnummer|nummer|tel[eé]fono|ll[áa]m[\wá]*|appele[rz][\w-]*|joignable|erreichbar|chiama\w*|m[oó]vil|"
    r"portable|t[eé]l(?:[eé]phone)?|num[eé]ro|"
    r"cellulare|telefonata|numero|anrufen|rufen|ph|tf|ext)\b[^\d\n]{0,30}\Z",
    re.I,
)
_NOT_A_PHONE = re.compile(
    r"\b(?:id|version|v|build|serial|part|code|model|imei|sku|error|fault|isbn|article|item)\b[^\d\n]{0,14}\Z", re.I
)
_SHAPES = (
    re.compile(r"(?:\+?1[ .-]?)?\(\d{3}\) ?\d{3}[ .-]?\d{4}\Z"),  # (212) 555-0123
    re.compile(r"(?:\+?1[ .-])?[2-9]\d\d([ .-])\d{3}[ .-]\d{4}\Z"),  # 212-555-0123
    re.compile(r"0\d(?:[ .-]\d\d){4}\Z"),  # 06 12 34 56 78
    re.compile(r"[6789]\d\d(?: \d{3}){2}\Z|[6789]\d\d(?: \d\d){3}\Z"),  # 612 345 678
    re.compile(r"\(?0\d{1,5}\)?[ /-]{1,3}\d[\d -]{4,10}\d\Z"),  # 0117 496 0123, 030/1234567
    re.compile(r"0[1-9]\d{8,10}\Z"),  # 07700900123
    re.compile(r"3[2-9]\d[ -]\d{3}[ -]?\d{4}\Z"),  # 347 123 4567, Italian mobile
    re.compile(r"[6-9]\d{4}[ -]\d{5}\Z"),  # 98765 43210
)
_PLAIN = re.compile(r"\d{10}\Z")
REGIONS = ("GB", "US", "DE", "FR", "ES", "IE")


def phones(text: str, region: str = "GB") -> Iterator[Span]:
    """Numbers somebody could ring, read as written in `region` first and then in the other regions."""
    for match in _CANDIDATE.finditer(text):
        raw = match[0]
        before = text[max(0, match.start() - 40) : match.start()]
        if _is_phone(raw, before, text[match.end() : match.end() + 16], region):
            yield Span(match.start(), match.end(), "PHONE")


def _is_phone(raw: str, before: str, after: str, region: str) -> bool:
    raw = raw.replace("(0)", "0")
    digits = re.sub(r"\D", "", raw)
    cued = _CUE.search(before) is not None
    if not 7 <= len(digits) <= 15 or len(set(digits)) < 2:
        return False
    if (
        (_DATE.search(raw) and not _DOTTED_PHONE.match(raw))
        or _YEARS.match(raw)
        or _MONEY.search(before)
        or _UNIT.match(after)
    ):
        return False
    if _DOTTED.match(raw) and "." in raw and not _DOTTED_PHONE.match(raw):
        return False
    if raw.startswith("+0"):  # a time zone: no country code begins with 0
        return False
    if raw.startswith("+") or (digits.startswith("00") and len(digits) > 10):
        return len(digits) >= 8
    if _NOT_A_PHONE.search(before) and not cued:
        return False
    if cued:
        return not _THOUSANDS.match(raw) or len(digits) >= 9
    return (any(shape.match(raw) for shape in _SHAPES) and _possible(raw, region)) or _is_plain_mobile(raw)


def _possible(raw: str, region: str) -> bool:
    return any(_parses(raw, country) for country in (region, *REGIONS, "IN", "IT"))


def _parses(raw: str, country: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(raw, country))
    except phonenumbers.NumberParseException:
        return False


def _is_plain_mobile(raw: str) -> bool:
    """Ten digits in a row are a phone only where a numbering plan says so (United States, India)."""
    return _PLAIN.match(raw) is not None and any(
        phonenumbers.is_valid_number(phonenumbers.parse(raw, country)) for country in ("US", "IN")
    )
