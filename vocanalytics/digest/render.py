"""Pages into HTML, Markdown and plain text. Nothing reaches a page but through a filter of its format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from vocanalytics.digest.inert import for_html, for_markdown, for_text

if TYPE_CHECKING:
    from vocanalytics.digest.page import Page


def _environment(finalize: Callable[[object], object], *, autoescape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("vocanalytics.digest"),
        autoescape=autoescape,  # noqa: S701 off only for Markdown and plain text, which finalize escapes
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


_HTML = _environment(for_html, autoescape=True)
_MARKDOWN = _environment(for_markdown, autoescape=False)
_TEXT = _environment(for_text, autoescape=False)


def html_page(page: Page, *, in_mail: bool = False) -> str:
    """One file that asks for nothing else. For mail: without pictures, everything unfolded."""
    return _HTML.get_template("company.html.j2").render(page=page, in_mail=in_mail)


def markdown_page(page: Page) -> str:
    return _MARKDOWN.get_template("company.md.j2").render(page=page)


def plain_page(page: Page) -> str:
    """The Markdown page for people who read it unrendered: no escapes."""
    return _TEXT.get_template("company.md.j2").render(page=page)
