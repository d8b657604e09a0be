"""The files of one period: every page as HTML, Markdown and a mail, and the proof of its quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import PurePath

from vocanalytics.digest.ledger import ledger
from vocanalytics.digest.mail import as_mail
from vocanalytics.digest.page import Page
from vocanalytics.digest.pages import page_of
from vocanalytics.digest.reading import Published
from vocanalytics.digest.render import html_page, markdown_page, plain_page
from vocanalytics.taxonomy import Taxonomy

COMPANY = "company.html"
RESERVED = PurePath(COMPANY).stem


def build_pages(published: Published, taxonomy: Taxonomy, fingerprint: Callable[[str], str]) -> dict[str, bytes]:
    """File name -> content. The same tables give the same bytes.

    Parameters
    ----------
    fingerprint : callable
        A keyed digest of a stored text, for the proof of the quotes.

    Raises
    ------
    CheckFailed
        A quote is not what the customer wrote.
    """
    files = owner_files(point.owner for point in taxonomy.touchpoints)
    company = page_of(published, taxonomy, files=files)
    teams = {name: page_of(published, taxonomy, owner) for owner, name in files.items()}
    quotes = {COMPANY: company.quotes, **{name: page.quotes for name, page in teams.items()}}
    made = {"quotes.csv": ledger(quotes, published.feedback, fingerprint)}
    # the page people open comes last, so that what it links to is there
    for name, page in (*teams.items(), (COMPANY, company)):
        made |= _formats(page, PurePath(name))
    return made


def _formats(page: Page, name: PurePath) -> dict[str, bytes]:
    # what is sent away has no pages of teams beside it
    alone = html_page(replace(page, owners={}))
    mail = as_mail(page.title, plain_page(page), html_page(page, in_mail=True), alone, page.pictures())
    return {
        str(name.with_suffix(".md")): markdown_page(page).encode(),
        str(name.with_suffix(".eml")): mail,
        str(name): html_page(page).encode() if page.owners else alone.encode(),
    }


def owner_files(owners: Iterable[str]) -> dict[str, str]:
    """
    >>> owner_files(["Customer Care", "Company", "customer care!"])
    {'Company': 'company-2.html', 'Customer Care': 'customer-care.html', 'customer care!': 'customer-care-2.html'}
    """
    taken, files = {RESERVED}, {}
    for owner in sorted(set(owners)):
        slug = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")[:60] or "team"
        number, free = 2, slug
        while free in taken:
            free, number = f"{slug}-{number}", number + 1
        taken.add(free)
        files[owner] = f"{free}.html"
    return files
