"""Mail: both parts say the same, refusals by recipient, encryption that is not optional, and the same mail again."""

import email
import logging
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from collectors.secret import Secret
from monitor.alerts.types import Message
from monitor.channels.channel import Channel, DeliveryError, Receipt
from monitor.channels.mail import Mail, MailSettings
from tests.contracts.channel_contract import MESSAGE, SECRET, ChannelContract
from tests.contracts.incidents import fires, is_over
from tests.contracts.local_mail import MailServer, mail_server
from tests.contracts.provider_contract import TRICKS, clock, refused

ANA, BO = "ana@example.org", "bo@example.org"


def read(mail: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(mail, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: bytes, kind: str) -> str:
    body = read(mail).get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def open_mail(server: MailServer, **settings: Any) -> Mail:
    given = {"host": "127.0.0.1", "sender": "monitor@example.org", "to": (ANA, BO), "security": "none"} | settings
    return Mail(MailSettings(port=server.port, **given), clock())


def send(to: Channel, message: Message = MESSAGE) -> Receipt:
    with httpx.Client() as client:
        return to.send(client, message)


class TestMail(ChannelContract):
    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        with mail_server() as self.there:
            yield

    def make(self) -> Mail:
        made = open_mail(self.there)
        made.settings = replace(made.settings, user="u", password=Secret(SECRET), security="starttls")
        return made

    def deliver(self, channel: Channel, message: Message) -> tuple[Receipt, bytes]:
        del channel  # without its password: this server speaks in the open
        receipt = send(open_mail(self.there), message)
        return receipt, self.there.mails[-1][1]

    def broken(self) -> Mail:
        return open_mail(MailServer(port=1))

    def shown(self, arrived: bytes) -> str:
        return part(arrived, "plain") + str(read(arrived)["X-Event-Id"])

    def check_inert(self, arrived: bytes, text: str) -> None:
        del text
        mail = read(arrived)
        assert not [sign for sign in str(mail["Subject"]) if ord(sign) < 32]
        assert set(mail.keys()) == set(read(self.deliver(self.make(), MESSAGE)[1]).keys()) - {"Importance"}
        plain, page = part(arrived, "plain"), part(arrived, "html")
        for told in (plain, page):
            assert not [sign for sign in told if ord(sign) < 32 and sign != "\n"]
            assert "\u202e" not in told
            assert "\nSecond" not in told
        assert "<script" not in page
        assert len(arrived) < 300_000

    def test_both_parts_say_the_same_to_everybody(self) -> None:
        receipt, arrived = self.deliver(self.make(), fires())
        [(to, _)] = self.there.mails
        mail = read(arrived)
        assert to == [ANA, BO]
        assert mail["Message-ID"] == receipt.reference
        assert mail["Importance"] == "high"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Date"].datetime.isoformat() == "2026-11-20T02:40:00+00:00"
        for kind in ("plain", "html"):
            told = part(arrived, kind)
            assert "complaints above normal: 奶茶" in told
            assert "How bad: 41 complaints by 38 authors in 7 min" in told
            assert "https://wiki.example/r" in told

    def test_an_episode_is_one_thread(self) -> None:
        fired, over, next_one = (read(self.deliver(self.make(), m)[1]) for m in (fires(), is_over(), fires(2)))
        assert fired["References"] == over["References"] != next_one["References"]
        assert fired["Message-ID"] != over["Message-ID"]

    @pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
    def test_a_post_makes_no_link_and_no_tag(self, trick: str) -> None:
        _, arrived = self.deliver(self.make(), replace(MESSAGE, lines=(trick,)))
        page = part(arrived, "html")
        assert page.count("<a href=") == 2
        assert "bad.example" not in page + part(arrived, "plain")
        assert not [tag for tag in ("<at", "<@", "<!c", "<b>", "<font", "<script") if tag in page]
        assert trick.rpartition(" ")[2] in page


PERMANENT = "550 no such user"
FULL = "452 mailbox full"


@pytest.mark.parametrize(
    ("replies", "retry", "reason"),
    [
        ({f"RCPT {ANA}": PERMANENT}, False, "1 of 2 recipients refused (550)"),
        ({f"RCPT {ANA}": FULL}, True, "1 of 2 recipients refused (452)"),
        ({f"RCPT {ANA}": FULL, f"RCPT {BO}": PERMANENT}, True, "2 of 2 recipients refused (452, 550)"),
        ({f"RCPT {ANA}": PERMANENT, f"RCPT {BO}": PERMANENT}, False, "2 of 2 recipients refused (550)"),
        ({"MAIL": "550 5.7.1 not you"}, False, "refused (550)"),
        ({"MAIL": "451 later"}, True, "refused (451)"),
        ({"DATA": "554 no"}, False, "refused (554)"),
        ({"TAKEN": "554 spam"}, False, "refused (554)"),
        ({"TAKEN": "451 later"}, True, "refused (451)"),
        ({"CONNECT": "421 too busy"}, True, "refused (421)"),
        ({"TAKEN": None}, True, "no answer (SMTPServerDisconnected)"),
        ({"CONNECT": None}, True, "no answer (SMTPServerDisconnected)"),
    ],
)
def test_refusals_are_told_by_their_code(replies: dict[str, str | None], retry: bool, reason: str) -> None:
    with mail_server(replies=replies) as there:
        error = refused(lambda: send(open_mail(there)))
    assert (error.retry, str(error)) == (retry, f"127.0.0.1: {reason}")


def test_a_server_that_hangs_is_left() -> None:
    with mail_server(replies={"MAIL": ""}) as there:
        error = refused(lambda: send(open_mail(there, timeout_s=0.05)))
    assert (error.retry, "no answer" in str(error)) == (True, True)


def test_a_goodbye_that_fails_undoes_nothing() -> None:
    for goodbye in (None, "421 timeout"):
        with mail_server(replies={"QUIT": goodbye}) as there:
            assert send(open_mail(there)).reference


def test_who_has_the_mail_does_not_get_it_again() -> None:
    with mail_server(replies={f"RCPT {ANA}": FULL}) as there:
        sender = open_mail(there)
        assert refused(lambda: send(sender)).retry
        there.replies.clear()
        send(sender)
        assert [to for to, _ in there.mails] == [[BO], [ANA]]
        assert there.mails[0][1] == there.mails[1][1]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    where = ["-keyout", str(path), "-out", f"{path}.crt", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, *where, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def encrypting(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.needs("openssl")
class TestEncrypted:
    login: ClassVar[dict[str, Any]] = {"user": "monitor", "password": Secret(SECRET)}

    def test_starttls_comes_before_the_password(self, certificate: Path) -> None:
        offers = ("STARTTLS", "AUTH PLAIN")
        with mail_server(context=encrypting(certificate), offers=offers) as there:
            send(open_mail(there, security="starttls", ca_file=certificate, **self.login))
            assert there.verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
            assert there.logins == [("monitor", SECRET)]
            assert len(there.mails) == 1

    def test_tls_from_the_first_byte(self, certificate: Path) -> None:
        with mail_server(context=encrypting(certificate), tls_at_once=True, offers=("AUTH PLAIN",)) as there:
            send(open_mail(there, security="tls", ca_file=certificate, **self.login))
            assert there.logins == [("monitor", SECRET)]

    def test_a_certificate_that_nobody_signed_gets_no_password(self, certificate: Path) -> None:
        with mail_server(context=encrypting(certificate), offers=("STARTTLS", "AUTH PLAIN")) as there:
            error = refused(lambda: send(open_mail(there, security="starttls", **self.login)))
            assert "certificate not trusted" in str(error)
            assert there.logins == []

    def test_a_refused_password_is_not_tried_again_and_not_told(
        self, certificate: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        replies: dict[str, str | None] = {"AUTH": f"535 {SECRET} is wrong"}
        context = encrypting(certificate)
        with mail_server(context=context, offers=("STARTTLS", "AUTH PLAIN"), replies=replies) as there:
            sender = open_mail(there, security="starttls", ca_file=certificate, **self.login)
            error = refused(lambda: send(sender))
        assert (error.retry, str(error)) == (False, "127.0.0.1: user or password refused (535)")
        assert SECRET not in f"{error!r} {error.__cause__!r} {error.__context__!r} {sender.settings!r} {caplog.text}"


def test_a_server_without_starttls_gets_nothing() -> None:
    with mail_server() as there:
        error = refused(lambda: send(open_mail(there, security="starttls")))
        assert not error.retry
        assert there.mails == []


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"sender": "nobody"}, "nobody is not a mail address"),
        ({"to": ("a@b.c\nBcc: x@y.z",)}, "not a mail address"),
        ({"user": "u"}, "user and password go together"),
        ({"user": "u", "password": Secret("p"), "security": "none"}, "not sent over an open line"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_start(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        open_mail(MailServer(port=1), **settings)


def test_no_error_drags_its_cause_along() -> None:
    with mail_server(replies={"MAIL": f"550 {SECRET}"}) as there, pytest.raises(DeliveryError) as caught:
        send(open_mail(there))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
