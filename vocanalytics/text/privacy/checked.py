"""Numbers that prove themselves: IBAN, payment card, vehicle identification number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from vocanalytics.text.privacy.spans import Span

_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?", re.I)
_LOOSE_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}[ .-]?\d[ .-]?\d(?:[ ./-]{0,2}[A-Z0-9]){11,30}", re.I)
_IBAN_CUE = re.compile(r"\biban\b\W*(?:\w+\W+){0,3}\Z", re.I)
_IBAN_LENGTH = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18,
    "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24,
    "ME": 22, "MK": 19, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25, "QA": 29, "RO": 24,
    "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "XK": 20,
}  # fmt: skip

_CARD = re.compile(r"(?<![\w.,/-])[2-6]\d{3}(?:(?:[ -]{0,2}|\.)\d){8,15}(?![\w]|[.,-]\d)")
_GROUPED = re.compile(r"\d{4}([ .-])\d{4}\1\d{4}\1\d{4}\Z|3\d{3}([ -])\d{6}\2\d{5}\Z")
_CARD_CUE = re.compile(
    r"\b(?:card|visa|mastercard|amex|maestro|debit|credit|kreditkarte|karte|carte|tarjeta|carta|pan)\b[^\d\n]{0,30}\Z",
    re.I,
)

_VIN = re.compile(r"(?<![^\W_])[A-HJ-NPR-Z0-9]{17}(?![^\W_])", re.I)
_SPACED_VIN = re.compile(r"(?<![^\W_])[A-HJ-NPR-Z0-9](?:[ -]?[A-HJ-NPR-Z0-9]){16}(?![^\W_])", re.I)
_VIN_CUE = re.compile(
    r"\b(?:vin|v\.i\.n\.|vehicle identification|identification (?:number|no)|chassis|frame (?:number|no)|fin|"
    r"fahrgestell\w*|"
    r"fahrzeugident\w*|ch[aâ]ssis|bastidor|telaio|serial)\b[^\n]{0,30}\Z",
    re.I,
)
_PARTIAL_VIN = re.compile(
    r"\bvin\b(?:\s+(?:number|no\.?|is|ends?|ending|in|with|last|digits|characters|\d|of|the|six|eight|are))*\W{1,3}"
    r"(?P<part>(?=[A-HJ-NPR-Z]{0,4}\d)[A-HJ-NPR-Z0-9]{6,16})(?!\w)|"
    r"\blast\s+\w+\s+(?:\w+\s+)?of\s+(?:my|the|its|our)\s+vin\W+(?:(?:is|are|was|"
    r"were)\W+)?(?P<tail>(?=\w*\d)[A-HJ-NPR-Z0-9]{4,8})(?!\w)",
    re.I,
)
_VALUE = {**{str(digit): digit for digit in range(10)}, **dict(zip("ABCDEFGH", range(1, 9), strict=True))}
_VALUE |= (
    dict(zip("JKLMN", range(1, 6), strict=True)) | {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True))
)
_WEIGHT = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def ibans(text: str) -> Iterator[Span]:
    """IBANs whose check digits hold (ISO 13616), or that follow the word IBAN."""
    for match in _IBAN.finditer(text):
        end = _iban_end(match[0])
        if not end and _IBAN_CUE.search(text[max(0, match.start() - 40) : match.start()]):
            end = _offset(match[0], _IBAN_LENGTH.get(match[0][:2].upper(), 0))
        if end:
            yield Span(match.start(), match.start() + end, "IBAN")
    for match in _LOOSE_IBAN.finditer(text):  # blanks anywhere: the check digits alone decide
        end = _iban_end(match[0])
        if end and not text[match.start() + end : match.start() + end + 1].isalnum():
            yield Span(match.start(), match.start() + end, "IBAN")


def _iban_end(candidate: str) -> int:
    compact = re.sub(r"[ ./-]", "", candidate)
    wanted = _IBAN_LENGTH.get(compact[:2].upper())
    enough_digits = sum(map(str.isdigit, compact)) >= 8
    if wanted and len(compact) >= wanted and enough_digits and _iban_checks(compact[:wanted].upper()):
        return _offset(candidate, wanted)
    return 0


def _iban_checks(iban: str) -> bool:
    return mod_97_10.is_valid(iban[4:] + iban[:4])


def _offset(candidate: str, length: int) -> int:
    """Where in `candidate` its `length`-th letter or digit ends; 0 if it has fewer."""
    ends = [at + 1 for at, character in enumerate(candidate) if character.isalnum()]
    return ends[length - 1] if 0 < length <= len(ends) else 0


def cards(text: str) -> Iterator[Span]:
    """Card numbers of 13 to 19 digits that pass Luhn, are written in a card's groups, or follow a card word."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
            continue
        cued = _CARD_CUE.search(text[max(0, match.start() - 40) : match.start()])
        if luhn.is_valid(digits) or cued or _GROUPED.match(match[0]):
            yield Span(*match.span(), "CARD")


def vins(text: str) -> Iterator[Span]:
    """VINs: 17 characters with a valid check digit (49 CFR 565), four digits at the end (ISO 3779), or a cue word."""
    for match in _VIN.finditer(text):
        compact = match[0].upper()
        cued = _VIN_CUE.search(text[max(0, match.start() - 60) : match.start()])
        if _is_mixed(compact) and (cued or compact[-4:].isdigit() or _vin_checks(compact)):
            yield Span(*match.span(), "VIN")
    if "vin" in text.lower() or "chassis" in text.lower():
        for match in _SPACED_VIN.finditer(text):
            cued = _VIN_CUE.search(text[max(0, match.start() - 40) : match.start()])
            if cued and sum(character.isdigit() for character in match[0]) >= 4:
                yield Span(*match.span(), "VIN")
        for match in _PARTIAL_VIN.finditer(text):
            yield Span(*match.span("part" if match["part"] else "tail"), "VIN")


def _is_mixed(compact: str) -> bool:
    return (
        sum(character.isdigit() for character in compact) >= 3
        and sum(character.isalpha() for character in compact) >= 2
    )


def _vin_checks(vin: str) -> bool:
    remainder = sum(_VALUE[character] * weight for character, weight in zip(vin, _WEIGHT, strict=True)) % 11
    return vin[8] == ("X" if remainder == 10 else str(remainder))
