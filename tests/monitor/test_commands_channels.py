"""`monitor channels`: what there is, and one marked test through one channel, with the exit code of its answer."""

import json
from pathlib import Path

import pytest

from collectors.registry import names
from monitor.alerts.messages import Audience
from monitor.channels.trial import WORDS, trial_message
from monitor.exit_codes import Exit
from tests.contracts.channel_contract import AT, SECRET
from tests.contracts.local_provider import provider
from tests.monitor.command_line import HOOKLESS, configured, monitor

TAKEN = (200, {}, b'{"errcode":0,"errmsg":"ok"}')
TWO = HOOKLESS + '[channels.duty]\nkind = "wecom"\nurl = { env = "DUTY" }\n[channels.log]\nkind = "file"\n'


def test_every_kind_is_listed_with_its_settings() -> None:
    kinds = json.loads(monitor("channels", "list", "--json").stdout)
    assert tuple(kinds) == names("trend_monitor.channels")
    assert kinds["wecom"] == {"settings": ["url", "mention"]}
    lines = monitor("channels", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(kinds)


@pytest.mark.parametrize(("language", "mark"), [("en", "[TEST]"), ("zh", "【测试】")])
def test_a_test_goes_through_the_named_channel_only_and_is_marked(tmp_path: Path, language: str, mark: str) -> None:
    config = configured(tmp_path, f'language = "{language}"\n' + TWO)
    with provider(TAKEN) as there:
        done = monitor("channels", "test", "duty", "-c", config, env={"DUTY": f"{there.url}/send?key={SECRET}"})
    assert (done.exit_code, done.stdout, done.stderr) == (Exit.OK, "ok   duty: accepted\n", "")
    [body] = there.bodies
    assert mark in body.decode()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        ((200, {}, b'{"errcode":93000,"errmsg":"no"}'), Exit.FAILURE, "refused with errcode 93000: the key in url"),
        ((200, {}, b'{"errcode":45009}'), Exit.TEMPORARY, "refused with errcode 45009"),
        ((502, {}, b""), Exit.TEMPORARY, "HTTP status 502"),
    ],
)
def test_a_refusal_is_told_and_is_the_exit_code(
    tmp_path: Path, answer: tuple[int, dict[str, str], bytes], code: Exit, told: str
) -> None:
    config = configured(tmp_path, TWO)
    with provider(answer) as there:
        env = {"DUTY": f"{there.url}/send?key={SECRET}"}
        done = monitor("channels", "test", "duty", "-c", config, env=env)
        in_json = monitor("channels", "test", "duty", "-c", config, "--json", env=env)
    assert done.exit_code == in_json.exit_code == code
    assert done.stdout.startswith(f"FAIL duty: not accepted: 127.0.0.1: {told}")
    assert json.loads(in_json.stdout)["ok"] is False
    assert SECRET not in done.output + in_json.output


def test_a_name_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    config = configured(tmp_path, TWO)
    done = monitor("channels", "test", "dutty", "-c", config, env={"DUTY": "https://x.example"})
    assert done.exit_code == Exit.USAGE
    assert done.stderr == f"no channel dutty in {config}; there are: duty, log\n"
    assert done.stdout == ""


def test_a_test_message_says_so_in_every_language() -> None:
    for language in WORDS:
        audience = Audience(language=language, external_url="https://m.example")
        message = trial_message("duty", audience, now=AT)
        assert message.event == "test"
        assert "2026-11-20 10:40" in message.lines[0]
        assert list(message.links.values()) == ["https://m.example"]
        assert message.event_id != trial_message("duty", audience, now=AT.replace(microsecond=1)).event_id
    assert trial_message("duty", Audience(language="zh"), now=AT).title == "【测试】Trend Monitor 已连通 duty"
