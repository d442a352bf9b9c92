"""A message as a mail: text for any reader, HTML for most, the same bytes whenever it is made again."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from monitor.alerts.types import Message
from monitor.channels.incident import incident_of
from monitor.channels.lines import Line, lines_of, plain, title_of
from monitor.channels.parts import CUT, in_parts, shortened, size_of
from monitor.channels.plain_text import inert
from monitor.channels.urgency import Urgency, urgency

LONGEST_SUBJECT = 400
ROOM = 60_000  # bytes of the lines
COLOURS = {Urgency.BAD: "#b00020", Urgency.WARN: "#b35c00", Urgency.NOTE: "#24518f", Urgency.GOOD: "#1c7c3c"}
_FONT = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif;font-size:15px;line-height:1.6"


def letter(message: Message, sender: str, to: Sequence[str], now: datetime) -> EmailMessage:
    """`now` dates it where the message has no time of its own."""
    title = shortened(title_of(message), LONGEST_SUBJECT) or "Trend Monitor"
    parts = in_parts(lines_of(message), ROOM, lambda line: size_of(plain(line)) + 1)
    lines = [*parts[0], *([Line(text=CUT)] if len(parts) > 1 else [])]
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = title
    mail["Date"] = message.at or now
    mail["Message-ID"] = f"<{_digest(message.event_id)}@{domain}>"
    mail["References"] = f"<{_digest(incident_of(message) + ' thread')}@{domain}>"  # no mail has it, all name it
    mail["X-Event-Id"] = shortened(inert(message.event_id), 200)
    mail["Auto-Submitted"] = "auto-generated"
    if urgency(message) is Urgency.BAD:
        mail["Importance"] = "high"
    mail.set_content(message.text or "\n".join([title, "", *map(plain, lines)]) + "\n")
    mail.add_alternative(message.page or _page(title, lines, COLOURS[urgency(message)]), subtype="html")
    if message.pictures:
        _illustrate(mail, message)
    mail.set_boundary(_digest(message.event_id + " boundary"))
    return mail


def _illustrate(mail: EmailMessage, message: Message) -> None:
    """Put the pictures beside the HTML that shows them."""
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for cid, picture in message.pictures.items():
        html.add_related(picture, "image", "png", cid=f"<{cid}>", disposition="inline", filename=f"{cid}.png")
    html.set_boundary(_digest(message.event_id + " related"))


def _page(title: str, lines: Sequence[Line], colour: str) -> str:
    rows = "\n".join(f'<p style="margin:0 0 8px">{_row(line)}</p>' for line in lines)
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f'<body style="margin:0;padding:16px;{_FONT};color:#1f2328;background:#ffffff">\n'
        '<div style="max-width:640px">\n'
        f'<h1 style="margin:0 0 16px;padding-left:12px;border-left:4px solid {colour};font-size:18px;color:{colour}">'
        f"{escape(title)}</h1>\n{rows}\n</div></body></html>\n"
    )


def _row(line: Line) -> str:
    if not line.url:
        return escape(line.text)
    link = f'<a href="{escape(line.url)}" style="color:#24518f">{escape(line.label)}</a>'
    return f"{escape(line.text)} {link}" if line.text else link


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
