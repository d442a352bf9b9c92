"""Mail by SMTP: text and HTML, accepted when the server took it for every recipient.

All messages on one episode of an alert are one thread; a message that is sent again has the same id.
"""

import re
import smtplib
import ssl
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import httpx
from annotated_types import Ge, Gt, Le, MinLen

from collectors.clock import Clock, WallClock
from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.channel import DeliveryError, Receipt
from monitor.channels.letter import letter

PORTS = {"starttls": 587, "tls": 465, "none": 25}
REMEMBERED = 500  # messages that some recipients have and others wait for
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)

Refusals = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """`security`: "none" only for a server on this machine; `port`: by `security` where not given; `ca_file`: for a
    server whose certificate is signed by an authority of your own, relative to the data folder."""

    host: Annotated[str, MinLen(1)]
    sender: str
    to: Annotated[tuple[str, ...], MinLen(1)]
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: Annotated[int, Ge(1), Le(65_535)] | None = None
    user: str = ""
    password: Secret | None = None
    ca_file: Path | None = None
    timeout_s: Annotated[float, Gt(0), Le(120)] = 20.0

    def __post_init__(self) -> None:
        for address in (self.sender, *self.to):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"{address} is not a mail address such as duty@example.org")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together: one of them is missing, or its variable is not set")
        if self.user and self.security == "none":
            raise ValueError('a password is not sent over an open line: set security to "starttls" or "tls"')


class Mail:
    kind: ClassVar[str] = "mail"
    addressee: ClassVar[str] = "to"
    takes_pages: ClassVar[bool] = True
    Settings: ClassVar[type[MailSettings]] = MailSettings

    def __init__(self, settings: MailSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self._clock = clock or WallClock()
        self._have: OrderedDict[str, set[str]] = OrderedDict()  # event id → who has it already, in this process

    def send(self, client: httpx.Client, message: Message) -> Receipt:
        del client
        host, to = self.settings.host, self.settings.to
        mail = letter(message, self.settings.sender, to, self._clock.now())
        have = self._have.get(message.event_id, set())
        waiting = [address for address in to if address not in have]
        refusals = _sure(host, lambda: self._submit(mail.as_bytes(), waiting))
        self._remember(message.event_id, have | (set(waiting) - set(refusals)))
        if refusals:
            codes = ", ".join(str(code) for code in sorted({code for code, _ in refusals.values()}))
            raise DeliveryError(
                f"{host}: {len(refusals)} of {len(to)} recipients refused ({codes})",
                retry=any(400 <= code < 500 for code, _ in refusals.values()),
            )
        return Receipt(reference=str(mail["Message-ID"]))

    def _submit(self, mail: bytes, to: list[str]) -> Refusals:
        """Who was refused, by address."""
        with self._session() as smtp:
            try:
                return smtp.sendmail(self.settings.sender, to, mail)
            except smtplib.SMTPRecipientsRefused as error:
                return error.recipients

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        s = self.settings
        domain = s.sender.rpartition("@")[2]
        port, context = s.port or PORTS[s.security], ssl.create_default_context(cafile=s.ca_file)
        if s.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(s.host, port, domain, timeout=s.timeout_s, context=context)
        else:
            smtp = smtplib.SMTP(s.host, port, domain, timeout=s.timeout_s)
        try:
            if s.security == "starttls":
                smtp.starttls(context=context)
            if s.password:
                smtp.login(s.user, s.password.reveal())
            yield smtp
            with suppress(OSError):  # what was accepted is, whatever becomes of the goodbye
                smtp.quit()
        finally:
            smtp.close()

    def _remember(self, event_id: str, have: set[str]) -> None:
        """One mailbox that is full for a day must not fill the others with the same mail."""
        self._have[event_id] = have
        self._have.move_to_end(event_id)
        while len(self._have) > REMEMBERED:
            self._have.popitem(last=False)


def _sure(host: str, submit: Callable[[], Refusals]) -> Refusals:
    """What the server answered; raises DeliveryError with its code, never with its words, which may repeat ours."""
    try:
        return submit()
    except smtplib.SMTPAuthenticationError as error:
        failure = DeliveryError(f"{host}: user or password refused ({error.smtp_code})", retry=False)
    except smtplib.SMTPResponseException as error:
        failure = DeliveryError(f"{host}: refused ({error.smtp_code})", retry=not 500 <= error.smtp_code < 600)
    except smtplib.SMTPNotSupportedError:
        failure = DeliveryError(f"{host}: offers neither what security nor what user asks for", retry=False)
    except ssl.SSLCertVerificationError as error:
        failure = DeliveryError(f"{host}: certificate not trusted ({error.verify_message})", retry=True)
    except OSError as error:  # no connection, a hang, a reset; smtplib's own errors are among these
        failure = DeliveryError(f"{host}: no answer ({type(error).__name__})", retry=True)
    raise failure
