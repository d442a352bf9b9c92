"""The error bodies that the documentation of the official API shows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.errors import Gone, RateLimited, SourceError
from collectors.source import Reading
from collectors.wechat.official_account import OfficialAccountSettings, WechatOfficialAccount

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(("code", "error"), [(45009, RateLimited), (48006, RateLimited), (53600, Gone)])
def test_documented_errors(corpora: Path, code: int, error: type[SourceError]) -> None:
    body = (corpora / f"payloads/errors/wechat_official_{code}.json").read_bytes()
    with pytest.raises(error) as caught:
        WechatOfficialAccount(OfficialAccountSettings()).parse(body, Reading(at=AT))
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 14 * 3600  # it is ten in the morning in Beijing
