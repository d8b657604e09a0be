"""E-mail addresses, handles, links and IP addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from vocanalytics.text.privacy.lexicon import is_common
from vocanalytics.text.privacy.spans import KEEP, Span

_LOCAL = r"\w.!#$%&'*+/=?^`{|}~’-"
# Possessive quantifiers and the look-behind start each run once: a megabyte of letters stays linear.
_EMAIL = re.compile(rf"(?<![{_LOCAL}])[{_LOCAL}]++@[\w-]++(?:\.[\w-]++)++")
_PROVIDER = (
    r"(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|icloud|me|mac|aol|gmx|web|t-online|freenet|posteo|"
    r"proton|"
    r"protonmail|btinternet|sky|virginmedia|ntlworld|talktalk|orange|wanadoo|free|laposte|libero|virgilio|mail|"
    r"yandex|zoho|qq|rediffmail)"
)
_TLD = (
    r"(?:com|net|org|edu|gov|info|co|uk|ie|de|at|ch|fr|es|it|pt|nl|be|se|no|dk|fi|pl|cz|eu|us|ca|au|nz|in|io|me|"
    r"dev|biz)"
)
_AT = r"(?:\s*[\[({<]\s*at\s*[\])}>]\s*|\s*[\[({<]\s*@\s*[\])}>]\s*)"
_DOT = r"(?:\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\s+dot\s+|\.)"
_NAME = r"(?<![\w.+-])[\w.+-]{1,64}(?:(?:\s+(?:dot|underscore|dash)\s+|\s*[\[(]\s*dot\s*[\])]\s*)[\w+-]{1,64}){0,3}"
_BRACKETED = re.compile(rf"{_NAME}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,3}}", re.I)
_SPOKEN = re.compile(rf"({_NAME})\s+at\s+([\w-]{{1,63}})(?:(?:\s+dot\s+|\.){_TLD}\b){{1,3}}", re.I)
_SPACED = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}\s{{0,2}}@\s{{0,2}}{_PROVIDER}\s{{0,2}}\.\s?{_TLD}\b(?:\.{_TLD}\b)?", re.I
)
_AT_PROVIDER = re.compile(rf" at {_PROVIDER}\b")
_IS_PROVIDER = re.compile(_PROVIDER + r"\Z", re.I)

_HANDLE = re.compile(
    r"(?<![\w@/#$*%!])(?<!\w\.)@(\w{1,50}(?:\.(?:[a-z0-9_]\w{0,30}|[A-Z]{2,10}(?!\w))){0,3}(?:@[\w-]+(?:\.[\w-]+)+)?)(?!\w)|"
    r"(?<![\w/])/?u/[\w-]{3,30}"
)
_NOT_HANDLE = re.compile(
    r"\d+(?:[ap]m|mph|kmh|kph|km|mi|miles|rpm|hz|psi|bar|k|kw|kwh|p|x|nd|rd|th|st|h|v|min|mins|hrs)?\Z", re.I
)
_HANDLE_CUE = re.compile(
    r"\b(?:insta(?:gram)?|ig|twitter|tiktok|snap(?:chat)?|telegram|skype|discord|facebook|fb|x)"
    r"(?:\s+(?:handle|user ?name|id|name|account|profile))?(?:\s*[:=]\s*|"
    r"\s+is\s+)(?P<name>(?=[\w.]*[_\d])[\w.]{3,30}\w)|"
    r"\b(?:user ?name|handle|screen name)(?:\s*[:=]\s*|\s+(?:is|was)\s+)(?P<user>(?=[\w.]*[_\d])[\w.]{3,30}\w)",
    re.I,
)

_SHORT_HOST = (
    r"(?:t\.co|bit\.ly|tinyurl\.com|goo\.gl|ow\.ly|fb\.me|lnkd\.in|is\.gd|wa\.me|t\.me|(?:maps|photos)\.app\.goo\.gl|"
    r"g\.co|buff\.ly|dlvr\.it|instagr\.am|pic\.twitter\.com)"
)
_LINK = re.compile(rf"\b(?:https?://|ftp://|www\.|(?={_SHORT_HOST}/)|(?=[\w-]{{2,40}}\.{_TLD}/))[^\s<>\"“”]+", re.I)
# Letters and digits mixed as no word is: capitals after small letters around a digit, hexadecimal, groups of both.
_OPAQUE = (
    r"(?-i:(?=[\w-]{7,})(?=\S*\d[A-Za-z])(?=[^/?#]*[a-z])(?=[^/?#]*[a-z0-9][A-Z])[\w-]+|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{10,}|"
    r"(?=[^/?#]*\d)(?:[A-Z0-9]{3,6}-){2,}[A-Z0-9]{3,6}|(?=[^/?#]*[a-z][A-Z][^/?#]*[a-z][A-Z])(?=[^/?#]*[A-Z]{2}|[^/?#]*\d)\w{12,})"
)
_PERSONAL_LINK = re.compile(
    rf"\A(?:\w+://)?(?:www\.)?(?:"
    rf"{_SHORT_HOST}/\S"
    r"|[^/?#]*@"
    r"|(?:m\.|mobile\.|\w\w\.)?(?:facebook|instagram|twitter|x|tiktok|threads|snapchat|pinterest|youtube|flickr|"
    r"soundcloud|strava)\.com/@?[\w.-]{2,}"
    r"|[^/?#]*linkedin\.com/(?:in|pub)/\S"
    r"|\S*/(?:~|u/|user/|users/|profile/|profiles/|people/|member/|members/|account/|accounts/|customer/|customers/|"
    r"order/|orders/|booking/|bookings/|track/|tracking/|trip/|trips/|invoice/|reset/|verify/|confirm/|unsubscribe/|"
    r"invite/|share/|ref/|athletes?/|channel/|itm/)[\w%@.-]{3,}"
    r"|\S*[?&#;](?:[\w.-]*(?:token|key|auth|session|sid|sig|signature|email|mail|user|uid|userid|customer|account|"
    r"phone|name|ref|code|id|hash|otp|password|pwd)[\w.-]*)=[^&\s]{3,}"
    r"|\S*=[^&\s]{16,}"
    r"|\S*[?&](?!v=|p=|utm_)\w+=(?=[\w-]*\d)(?=\d*[A-Za-z])[\w-]{8,}"
    r"|\S*(?:@|%40)"
    r"|\S*/(?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?!\S*\.(?:html?|php|aspx?|pdf|jpe?g|png))[A-Za-z0-9_]{20,}(?:[/?#]|\Z)"
    r"|(?:\w+://)?[^/?#]+/(?:[^?#\s]*/)?(?!\S*\.(?:html?|php|aspx?)\Z)(?:"
    rf"{_OPAQUE}|\d{{9,}}|[A-Z]{{2,}}-\d{{6,}}[\w-]*)(?:\.\w{{2,4}})?(?:[/?#]|\Z)"
    r"|\S*/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\S*[-+]?\d{1,3}\.\d{4,},\s?[-+]?\d{1,3}\.\d{4,}"
    r")",
    re.I,
)

_IPV4 = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
    r"(?::\d{2,5})?(?![\w]|\.\d)"
)
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:]{2,45})(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])"
)
_VERSION_CUE = re.compile(
    r"\b(?:v|ver|version|versions|build|release|firmware|fw|sw|software|update|updated|upgrade|upgraded|patch|app|"
    r"ios|android|windows|macos|os|mmi|mib|hotfix|downgraded?)(?![^\W\d_])\W*"
    r"(?:\w+\W+){0,3}\Z",
    re.I,
)
_VERSION_AFTER = re.compile(r"\s*(?:version|update|build|release|firmware|software|patch|is out|crash|broke)", re.I)
_IP_CUE = re.compile(
    r"\b(?:ip|ipv4|address|host|server|router|login|logged|log-?ins?|sign-?in|device|proxy|ping|dns)\b", re.I
)


def emails(text: str) -> Iterator[Span]:
    """Addresses as written, and as spelt out to escape robots: "tina at example dot com"."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            start = match.start() + (len(match[0]) - len(match[0].lstrip(_PUNCTUATION)))
            tail = match[0].rstrip("-_")
            if "@" in text[start : match.start() + len(tail)]:
                yield Span(start if text[start] != "@" else match.start(), match.start() + len(tail), "EMAIL")
        yield from (Span(*match.span(), "EMAIL") for match in _SPACED.finditer(text))
    lowered = text.lower()
    if "at" in lowered or "@" in text:
        yield from (
            (Span(*match.span(), "EMAIL") for match in _BRACKETED.finditer(text)) if "(" in text or "[" in text else ()
        )
        if " at " in lowered and (" dot " in lowered or _AT_PROVIDER.search(lowered)):
            yield from _spoken(text)


_PUNCTUATION = "!#$%&'*/=?^`{|}~.’-"


def _spoken(text: str) -> Iterator[Span]:
    for match in _SPOKEN.finditer(text):
        local, host = match[1], match[2]
        spelt = re.search(r"\sdot\s", match[0], re.I) is not None
        unlike_a_word = not is_common(local.lower()) and len(local) > 2
        if _IS_PROVIDER.match(host) or (spelt and unlike_a_word):
            yield Span(*match.span(), "EMAIL")


def handles(text: str, public: frozenset[str] = frozenset()) -> Iterator[Span]:
    """Social-media names; `public` ones (lower case, without @) stay."""
    for match in _HANDLE.finditer(text):
        name = match[1]
        if name is None:
            yield Span(*match.span(), "HANDLE")
        elif name.lower() in public:
            yield Span(*match.span(), KEEP)
        elif not _NOT_HANDLE.match(name):
            yield Span(*match.span(), "HANDLE")
    for match in _HANDLE_CUE.finditer(text):
        group = "name" if match["name"] else "user"
        yield Span(*match.span(group), "HANDLE")


def links(text: str) -> Iterator[Span]:
    """Links that carry a token or name somebody; other links are claimed unmasked so that nothing bites into them."""
    for match in _LINK.finditer(text):
        url = match[0].rstrip(".,;:!?)]}'’»…")
        personal = _PERSONAL_LINK.match(url) is not None
        yield Span(match.start(), match.start() + len(url), "URL" if personal else KEEP)


def ip_addresses(text: str) -> Iterator[Span]:
    """IPv4 unless it reads like a version number; IPv6 if it parses."""
    if text.count(".") >= 3:
        yield from (Span(*match.span(), "IP") for match in _IPV4.finditer(text) if _is_address(text, match))
    if text.count(":") >= 2:
        yield from (Span(*match.span(), "IP") for match in _IPV6.finditer(text) if _is_ipv6(match[0]))


def _is_address(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 40) : match.start()]
    if _IP_CUE.search(before):
        return True
    if match[0].startswith("192.168."):  # nobody numbers a release so
        return True
    if _VERSION_CUE.search(before) or _VERSION_AFTER.match(text, match.end()):
        return False
    octets = [int(part) for part in match[0].partition(":")[0].split(".")]
    return octets[0] >= 10 and (max(octets) >= 100 or octets[0] == 10 or sum(octet >= 10 for octet in octets) >= 3)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return len(text) > 3 and any(character.isdigit() for character in text)
