"""The API of WeChat for one's own account: the access token, and what its error codes mean."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from collectors.errors import Blocked, Gone, PayloadChanged, RateLimited, SourceError, Transient
from collectors.normalise import BEIJING, clean
from collectors.page_text import json_object
from collectors.polite import Client
from collectors.secret import Secret

API = "https://api.weixin.qq.com"
_EARLY = timedelta(minutes=5)  # a token is renewed this long before it expires
_TOKEN = frozenset({40001, 40014, 41001, 42001})
_CREDENTIAL = frozenset({40002, 40013, 40125, 40243, 41002, 41004})
_GONE = frozenset({53600, 88001, 88002, 88003})  # no such article; no such message, or one without comments
_RIGHTS = frozenset({48001, 48003, 50001, 50002, 61007, 88000})
_CREDENTIAL_ADVICE = "copy AppID and AppSecret anew from the developer page of the account's backend (mp.weixin.qq.com)"


class TokenRefused(Blocked):
    """The token is not, or no longer, the account's: another one may be asked for once."""


class RightMissing(Blocked):
    """The account has not the right to ask this; other questions may be open to it."""


class OfficialApi:
    """Asks one account's questions; keeps its token in memory until shortly before it expires. Safe between threads."""

    def __init__(self, app_id: str, app_secret: Secret | None, pace_s: float) -> None:
        self._app_id = app_id
        self._app_secret = app_secret
        self._pace_s = pace_s
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at: datetime | None = None
        self._rest_until: datetime | None = None

    def ask(self, client: Client, path: str, question: Mapping[str, Any]) -> bytes:
        """The answer to a question, not an error. A token that is refused is renewed, once."""
        with self._lock:
            if self._rest_until is not None and client.now() < self._rest_until:
                raise RateLimited((self._rest_until - client.now()).total_seconds())
            try:
                try:
                    return self._ask(client, path, question)
                except TokenRefused:
                    self._renew_at = None
                    return self._ask(client, path, question)
            except RateLimited as error:
                # The refusal stands in a body with status 200: the client does not know that it was one.
                if error.retry_after_s is not None:
                    self._rest_until = client.now() + timedelta(seconds=error.retry_after_s)
                raise

    def _ask(self, client: Client, path: str, question: Mapping[str, Any]) -> bytes:
        token = self._current_token(client)
        body = client.post_json(f"{API}{path}", question, params={"access_token": token}, pace_s=self._pace_s)
        answer(body.content, client.now())
        return body.content

    def _current_token(self, client: Client) -> str:
        if self._renew_at is not None and client.now() < self._renew_at:
            return self._token
        if not self._app_id or self._app_secret is None:
            raise Blocked("no app_id or app_secret is configured", _CREDENTIAL_ADVICE)
        body = client.get(
            f"{API}/cgi-bin/token",
            params={
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._app_secret.reveal(),
            },
            pace_s=self._pace_s,
        )
        told = answer(body.content, client.now())
        token, lasts_s = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int) or isinstance(lasts_s, bool):
            raise PayloadChanged("access_token and expires_in")
        self._token = token
        self._renew_at = client.now() + max(timedelta(seconds=min(lasts_s, 86_400)) - _EARLY, timedelta(minutes=1))
        return token


def answer(body: bytes, at: datetime) -> dict[str, Any]:
    """The object in a body. Raises what its errcode means; `at` is when it came, for quotas that end at midnight."""
    told = json_object(body)
    code = told.get("errcode", 0)
    if code not in (0, "0"):
        raise _error(code, clean(str(told.get("errmsg", "")))[:200], at)
    return told


def _error(code: object, message: str, at: datetime) -> SourceError:
    said = f"errcode {str(code)[:20]}: {message}" if message else f"errcode {str(code)[:20]}"
    try:
        number = int(str(code))
    except ValueError:
        return PayloadChanged(f"number as errcode (it is {str(code)[:40]!r})")
    if number in _TOKEN:
        return TokenRefused(
            f"the access token is refused ({said})",
            "another program renews the token of this account: let only one do so, or give each an account of its own",
        )
    if number in _CREDENTIAL:
        return Blocked(f"AppID or AppSecret is not right ({said})", _CREDENTIAL_ADVICE)
    if number in (40164, 61004):
        return Blocked(
            f"this address may not ask ({said})", "add it to the account's IP whitelist (developer page of the backend)"
        )
    if number in (45009, 48006):
        midnight = (at.astimezone(BEIJING) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return RateLimited((midnight - at).total_seconds())
    if number == 45011:
        return RateLimited(60.0)
    if number in _RIGHTS:
        return RightMissing(
            f"the account has not this right ({said})", "published articles and comments need a verified account"
        )
    if number in (48004, 50005):
        return Blocked(f"the interface is closed to this account ({said})", "see the notices in the account's backend")
    if number in _GONE:
        return Gone(f"not there ({said})")
    if number == -1:
        return Transient(f"the platform is busy ({said})")
    return PayloadChanged(f"known errcode (it is {said})")
