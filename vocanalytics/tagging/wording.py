"""How a text is put to the network.

Whom a post addresses and where a link leads say nothing of the matter; an emoji does.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

EDITION = "wording-1"
_MAX_CHARACTERS = 4_000  # more than the network reads; spares spelling out a novel to keep its first page
_ADDRESS = re.compile(r"https?:\S*|\bwww\.\S+")
_HANDLE = re.compile(r"(?<![\w@])@\w+|\[(?:HANDLE|USER)\]")
_SYMBOLS = re.compile(r"([\u2190-\u2bff\U0001f000-\U0001faff])(?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff]|\1)*")
_LONG = re.compile(r"([^\W\d])\1{3,}")


def plain(text: str) -> str:
    """The text with one word for every user name and address, and emoji spelt out.

    >>> plain("@norvane sooooo good 😍😍 https://t.co/x")
    '@user sooo good  smiling face with heart-shaped eyes  http'
    """
    cut = text[:_MAX_CHARACTERS]
    try:
        cut.encode()
    except UnicodeEncodeError:  # half an emoji, as some exports leave them
        cut = cut.encode("utf-8", "replace").decode()
    if "http" in cut or "www." in cut:
        cut = _ADDRESS.sub("http", cut)
    if "@" in cut or "[" in cut:
        cut = _HANDLE.sub("@user", cut)
    if not cut.isascii():
        cut = _SYMBOLS.sub(lambda found: _spelt(found[1]), cut)
    return _LONG.sub(r"\1\1\1", cut)


@lru_cache(maxsize=4096)
def _spelt(symbol: str) -> str:
    return f" {unicodedata.name(symbol, symbol).lower()} "
