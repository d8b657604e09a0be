"""Order, booking, policy, claim and similar numbers, which are numbers next to a word that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vocanalytics.text.privacy.lexicon import is_common
from vocanalytics.text.privacy.spans import Span

_ORDER = (
    r"order|booking|reservation|confirmation|invoice|receipt|tracking|shipment|parcel|consignment|transaction|"
    r"purchase|pnr|locator|e-?ticket|trip|ride|"
    r"bestell\w*|auftrag\w*|buchung\w*|rechnung\w*|sendung\w*|commande|r[ée]servation|facture|colis|pedido|reserva|"
    r"factura|ordine|prenotazione|fattura|sipari[sş]|zam[oó]wieni\w*"
)
_POLICY = (
    r"policy|contract|claim|case|ticket|reference|ref|account|acct|a/c|membership|member|customer|client|loyalty|"
    r"incident|complaint|agreement|warranty|lease|loan|finance|"
    r"frequent flyer|flyer|executive club|avios|enquiry|inquiry|service request|support|job|work order|repair order|"
    r"ro|patient|hospital|nhs|passport|"
    r"driv(?:ing|er'?s?) licen[cs]e|licen[cs]e|national insurance|ni|ssn|social security|tax|vat|employee|staff|"
    r"badge|student|sort code|"
    r"versicherung\w*|policen?|polizze|vertrag\w*|vorgang\w*|schaden\w*|kunden\w*|fall|aktenzeichen|"
    r"(?:contrat|police) d['’]assurance|contrat|dossier|"
    r"sinistre|p[óo]liza(?: de seguros?)?|contrato|siniestro|expediente|polizza|contratto|sinistro|pratica|dni|nie"
)
_SAYS_NUMBER = (
    r"(?:numbers?|num|no\.?|nr\.?|nos|id|i\.d\.|#|ref(?:erence)?|code|n\.?[°ºo]\.?|nummer|num[eé]ro|"
    r"n[úu]mero|numero|numaras[ıi]|numer)"
)
_SELF_SAID = (
    r"(?:bestell|auftrags?|buchungs?|rechnungs?|sendungs?|versicherungs?|vertrags?|vorgangs?|schadens?|"
    r"kunden)(?:nummer|nr\.?)|pnr|locator"
)
# Numbers are few and words are many, so each number looks back for its word.
_CANDIDATE = re.compile(
    r"(?<![\w,])(?<!\d[./-])(?=[A-Z/_.-]*\d)(?P<value>[A-Z0-9](?:[A-Z0-9]|[-/_.](?=[A-Z0-9]))*+(?: "
    r"\d{2,4}(?![\w,.%])){0,4})(?!\w)",
    re.I,
)
_LEAD = re.compile(r"(?<![\w])[A-Z]{1,4}[ ]\Z")  # "policy number KV 4471 2290"
_WINDOW = 90
_LINK = (
    r"\W{0,3}(?:(?:is|was|are|reads|ist|lautet|est|es|è|still|quoted|given|of|being|for this is|(?:that )?(?:they|"
    r"you) (?:gave|sent) (?:me|us)(?: was| is)?|"
    r"i (?:got|have|was given)(?: was| is)?)\W{1,3}){0,3}\(?#?\Z"
)
_HEAD = rf"(?<!\w)(?:(?P<order>{_ORDER})|(?P<policy>{_POLICY}))"
_NUMBERED = re.compile(
    rf"{_HEAD}(?:'s)?[\s-]{{0,2}}(?:(?:{_ORDER}|{_POLICY}|pin|holder)(?!\w))?[\s(.:-]{{0,3}}{_SAYS_NUMBER}(?!\w){_LINK}"
)
_SELF = re.compile(rf"(?<!\w)(?P<order>{_SELF_SAID})(?!\w){_LINK}")
_NUMBER_OF = re.compile(
    rf"(?<!\w)(?:numbers?|id|code|ref(?:erence)?)\s+(?:for|of|on)\s+(?:my|the|this|our|"
    rf"that)\s+(?:\w+\s+)?(?:(?P<order>{_ORDER})|(?P<policy>{_POLICY}))(?!\w){_LINK}"
)
_PLAIN = re.compile(rf"{_HEAD}(?:\s+(?:{_ORDER}|{_POLICY}))?(?:\s*[:=#(-]{{1,3}}\s*|\s+(?:is\s+|was\s+|ist\s+)?)#?\Z")
_PREFIXED = re.compile(
    r"(?<![\w-])(?:(?P<order>ORD|INV|PO|SO|TRK|BKG|RES|ORDER|BOOKING|RCPT|TXN)|(?P<policy>CLM|POL|CASE|TKT|REF|INC|"
    r"SR|CS|CR|RMA|CLAIM|TICKET|ACC|CUST|WO|RO|"
    r"POLICY))[-#_/]?(?P<value>[A-Z]{0,3}[-/]?\d[\dA-Z]*(?:[-/][\dA-Z]+)*)(?![\w])"
)
_MARKETPLACE = re.compile(r"(?<![\w-])\d{3}-\d{7}-\d{7}(?![\w-])")
_HASH = re.compile(r"(?<![\w&#/])#\d{5,}(?!\w)")
_SOCIAL = re.compile(
    r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])|(?<!\w)(?!(?:BG|GB|NK|KN|TN|NT|ZZ))[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] "
    r"?\d\d ?\d\d ?\d\d ?[A-D](?!\w)"
)
_UNIT_AFTER = re.compile(
    r"\s?-?(?:miles?|mi\b|kms?\b|k\b|points?|pts|avios|hours?|hrs?|days?|weeks?|months?|years?|euros?|eur\b|gbp|usd|"
    r"pounds?|dollars?|rupees|rs\b|quid|[£€$%]|cars?|people|times|"
    r"am\b|pm\b|mins?|minutes|items|pieces|nights?|passengers?|adults?|kids|seats?|pcs|lbs?|kg|mph|ps\b|bhp|hp\b)|"
    r"[.,]\d",
    re.I,
)
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\Z|(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?\Z")
_FLIGHT = re.compile(r"[A-Z]{2}\d{2,4}\Z")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+\Z", re.I)
_LOCATOR_CUE = re.compile(
    r"(?<!\w)(?i:booking|reservation|confirmation|pnr|(?:record )?locator)(?i:\s+(?:ref(?:erence)?|code|number|"
    r"no\.?|id|locator))?(?i:\s+(?:is|was|:)|\s*[:=(])?\s*"
    r"(?P<value>[A-Z]{6}|(?=[A-Z]*\d)[A-Z0-9]{5,8})(?!\w)"
)


def references(text: str) -> Iterator[Span]:
    """ORDER for what was bought or booked, POLICY for contracts, claims, cases and accounts."""
    for match in _CANDIDATE.finditer(text):
        if len(match["value"]) >= 4:
            yield from _cued(text, match)
    for match in _PREFIXED.finditer(text):
        glued = match[0][2:3].isdigit() and match[0][:2].isalpha()  # CR2032 is a battery, CR-2032 may be a case
        if sum(character.isdigit() for character in match["value"]) >= (6 if glued else 4):
            yield Span(*match.span(), _kind(match))
    yield from (Span(*match.span(), "ORDER") for match in _MARKETPLACE.finditer(text))
    yield from (Span(*match.span(), "ORDER") for match in _HASH.finditer(text))
    yield from (Span(*match.span(), "POLICY") for match in _SOCIAL.finditer(text))
    yield from locators(text)


def _cued(text: str, match: re.Match[str]) -> Iterator[Span]:
    before = text[max(0, match.start() - _WINDOW) : match.start()].lower()
    after = text[match.end() : match.end() + 14]
    for pattern, sure in ((_NUMBERED, True), (_SELF, True), (_NUMBER_OF, True), (_PLAIN, False)):
        cue = pattern.search(before)
        if cue and _is_reference(match["value"], after, sure=sure):
            yield Span(*match.span("value"), _kind(cue))
            return
    lead = _LEAD.search(text, max(0, match.start() - 6), match.start())
    cue = _SELF.search(text[max(0, lead.start() - _WINDOW) : lead.start()].lower()) if lead else None
    cue = cue or (_NUMBERED.search(text[max(0, lead.start() - _WINDOW) : lead.start()].lower()) if lead else None)
    if lead and cue and _is_reference(match["value"], after, sure=True):
        yield Span(lead.start(), match.end("value"), _kind(cue))


def locators(text: str) -> Iterator[Span]:
    """Airline record locators: six capitals or digits after a booking word."""
    for match in _LOCATOR_CUE.finditer(text):
        if not is_common(match["value"].lower()) and not _FLIGHT.match(match["value"]):
            yield Span(*match.span("value"), "ORDER")


def _kind(match: re.Match[str]) -> str:
    return "ORDER" if match.groupdict().get("order") else "POLICY"


def _is_reference(value: str, after: str, *, sure: bool) -> bool:
    digits = sum(character.isdigit() for character in value)
    if not digits or _UNIT_AFTER.match(after) or _DATE.match(value) or _VERSION.match(value):
        return False
    if sure:
        return len(value) >= 4 and digits >= 2
    if digits == len(value):
        return digits >= 5
    return len(value) >= 6 and digits >= 4 and not _FLIGHT.match(value.upper())
