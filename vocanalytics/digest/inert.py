"""Customers' characters made harmless and visible. Display only: quotes are proved on the raw text."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup

_KEPT = "\u200c\u200d\ufe0f"  # joiners and the emoji selector: script and emoji fall apart without them
_SPACES = "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_HIDDEN = ("Cc", "Cf", "Co", "Cn", "Cs")
_MARKS = 4  # combining marks on one letter that any script needs; more only climb over other lines
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_TOO_MANY_MARKS = re.compile(f"({_MARK}{{{_MARKS}}}){_MARK}+")


def visible(text: str) -> str:
    r"""The text with white space as spaces, and control and direction characters spelt out.

    >>> visible("a\x00b\u202ec\nd")
    'a⟨U+0000⟩b⟨U+202E⟩c d'
    """
    if text.isascii() and text.isprintable():
        return text
    return _TOO_MANY_MARKS.sub(r"\1", "".join(map(_shown, text)))


def _shown(character: str) -> str:
    if character in _SPACES:
        return " "
    if character in _KEPT or unicodedata.category(character) not in _HIDDEN:
        return character
    return f"\u27e8U+{ord(character):04X}\u27e9"


def for_html(value: object) -> object:
    """What a template may print; escaping comes after."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def for_text(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


def for_csv(value: object) -> object:
    """The value as a cell that no spreadsheet takes for a formula.

    >>> for_csv("=1+1"), for_csv("-2"), for_csv(-2)
    ("'=1+1", "'-2", -2)
    """
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "|", "%")) else text


def for_markdown(value: object) -> object:
    r"""The value with every character Markdown would act upon escaped.

    >>> print(for_markdown("<b>[x](https://y)</b> | 2*3"))
    &lt;b&gt;\[x\](https\://y)&lt;/b&gt; \| 2\*3
    """
    if not isinstance(value, str):
        return value
    # four spaces in front would make a line code, and nothing at all would swallow the line
    text = visible(value).strip() or ("\N{NO-BREAK SPACE}" if value else "")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_{}\[\]#|~!@])", r"\\\1", text)
    text = re.sub(r"(?i)(\bwww)(\.)|(mailto|xmpp)(:)|(:)(?=//)", _escaped, text)
    # what would begin a list, underline a heading or start a formula where the line is pasted into a sheet
    return re.sub(r"^(\s*)(?:([-+])(?=\s|$)|(=))|^(\s*\d+)([.)])(?=\s|$)", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    *before, mark = [group for group in found.groups() if group is not None]
    return f"{''.join(before)}\\{mark}"
