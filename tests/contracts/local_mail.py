"""A mail server on the loopback that answers as told, with STARTTLS and TLS where it is given a certificate."""

import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class MailServer:
    """`replies`: verb, or RCPT with an address, → the reply instead of the usual; "" hangs, None closes the line."""

    replies: dict[str, str | None] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    context: ssl.SSLContext | None = None
    tls_at_once: bool = False
    port: int = 0
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)  # (recipients, mail)
    verbs: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: bool = False
    stopping: threading.Event = field(default_factory=threading.Event)


class _Closed(Exception):
    pass


class _Session(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.told: MailServer = self.server.told
        self.to: list[str] = []
        with suppress(_Closed, OSError, ValueError):
            if self.told.tls_at_once:
                self.encrypt()
            self.say("CONNECT", "220 ready")
            while line := self.rfile.readline().decode("ascii").strip():
                self.obey(line)

    def obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.told.verbs.append(verb)
        match verb:
            case "EHLO":
                offers = [offer for offer in self.told.offers if not (self.told.encrypted and offer == "STARTTLS")]
                self.say(verb, "\r\n".join(["250-here", *(f"250-{offer}" for offer in offers), "250 8BITMIME"]))
            case "STARTTLS":
                self.say(verb, "220 go")
                self.encrypt()
            case "AUTH":
                _, user, password = b64decode(rest.split()[1]).decode().split("\0")
                self.told.logins.append((user, password))
                self.say(verb, "235 ok")
            case "RCPT":
                address = rest.partition("<")[2].partition(">")[0]
                reply = self.told.replies.get(f"RCPT {address}", "250 ok")
                if reply and reply.startswith("250"):
                    self.to.append(address)
                self.say(f"RCPT {address}", "250 ok")
            case "DATA":
                self.say(verb, "354 go on")
                mail = b""
                while (piece := self.rfile.readline()) != b".\r\n":
                    mail += piece.removeprefix(b".") if piece.startswith(b"..") else piece
                self.told.mails.append((self.to, mail))
                self.say("TAKEN", "250 taken")
            case "QUIT":
                self.say(verb, "221 bye")
                raise _Closed
            case _:
                self.say(verb, "250 ok")

    def say(self, verb: str, usual: str) -> None:
        reply = self.told.replies.get(verb, usual)
        if reply is None:
            raise _Closed
        if not reply:
            self.told.stopping.wait(30)
            raise _Closed
        self.wfile.write(reply.encode() + b"\r\n")

    def encrypt(self) -> None:
        assert self.told.context
        self.request = self.told.context.wrap_socket(self.request, server_side=True)
        self.rfile.close()
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.told.encrypted = True

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()
        self.request.close()


@contextmanager
def mail_server(**told: Any) -> Iterator[MailServer]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session)
    server.daemon_threads = True
    answers = MailServer(port=server.server_address[1], **told)
    server.told = answers  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        answers.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
