"""The digest as a message ready to be addressed and sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage

from vocanalytics.digest.inert import visible


def as_mail(subject: str, text: str, html: str, attachment: str, pictures: Mapping[str, bytes]) -> bytes:
    """A draft without sender, recipient and date: whoever sends it adds them.

    The same content gives the same bytes; a message's parts are usually divided by a random line.

    Parameters
    ----------
    pictures : mapping
        PNG by the name the HTML gives it: ``cid:name``.
    """
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = visible(subject)
    message["X-Unsent"] = "1"  # mail programs open it as a draft
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    shown = message.get_body(("html",))
    assert shown is not None, "the alternative just added"
    for name, png in pictures.items():
        shown.add_related(png, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    message.add_attachment(
        attachment.encode(), maintype="text", subtype="html", filename="digest.html", params={"charset": "utf-8"}
    )
    digest = hashlib.sha256((text + html).encode()).hexdigest()[:24]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"digest-{number}-{digest}")
    return message.as_bytes()
