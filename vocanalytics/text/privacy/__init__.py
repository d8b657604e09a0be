"""Masking of personal data.

masking     the public class: passes over a batch of texts until nothing changes
spans       claims on stretches of a text; who claims first wins
blocks      long texts in pieces
online      e-mail, handles, links, IP addresses
checked     IBAN, cards, VIN
phone, plates, address, references
people      names: walks words (tokens), judges each by its cues (judge), finds where it ends (extent)
lexicon     the lists in ../names
"""

from __future__ import annotations

from vocanalytics.text.privacy.masking import EDITION, Masked, Masker
from vocanalytics.text.privacy.spans import KINDS

__all__ = ["EDITION", "KINDS", "Masked", "Masker"]
