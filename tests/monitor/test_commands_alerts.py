"""`monitor alerts`, `silence`, `outbox` and `routes`, on a database that is held for writing, as by a service."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.rules.rule import Answer, Figures, Verdict
from monitor.alerts.types import Alert, Message, Severity, State, Transition
from monitor.config import load
from monitor.exit_codes import Exit
from monitor.service import database
from monitor.store.sqlite import SqliteStore, open_store
from monitor.store.store import Judgement, NewDelivery
from tests.contracts.configuration import SMALL, edited
from tests.monitor.command_line import configured, monitor

NOW = datetime.now(UTC).replace(microsecond=0)
SECRETS = {"HOOK": "https://h.example", "HOOK_KEY": "k"}
ALERT = Alert(
    fingerprint="0123456789abcdef",
    episode=2,
    rule="complaints",
    kind="complaint-share",
    subject="tea",
    severity=Severity.PAGE,
    state=State.FIRING,
    labels={"topic": "tea", "owner": "brand", "categories": "slow"},
    breached_at=NOW - timedelta(minutes=9),
    fired_at=NOW - timedelta(minutes=5),
    judged_at=NOW,
    value=9.4,
    limit=9.0,
    unit="nats",
    because="41 complaints by 38 authors in 7 min",
    version="2",
)
OVER = replace(ALERT, episode=1, state=State.RESOLVED, resolved_at=NOW - timedelta(hours=5))
VERDICT = Verdict(
    at=NOW - timedelta(minutes=5),
    answer=Answer.BREACH,
    because="41 complaints by 38 authors in 7 min",
    value=9.4,
    limit=9.0,
    unit="nats",
    figures=Figures(minutes=7, complaints=41, authors=38, expected=8.2),
    version="2",
)


def delivery(event_id: str, event: str = "firing") -> NewDelivery:
    message = Message(event_id=event_id, event=event, severity=Severity.PAGE, title="[PAGE] tea", lines=())
    return NewDelivery(alert=ALERT.key, channel="hook", recipient="", message=message, next_attempt_at=NOW)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    steps = 'escalate = [{ after_s = 900, channels = ["log"] }]\nquiet_hours = "22:00-08:00"\non_resolved = false'
    return configured(tmp_path, edited(SMALL, "on_resolved = false", steps))


@pytest.fixture
def store(config: Path) -> Iterator[SqliteStore]:
    """Held for writing, as by a running service."""
    path = database(load(config, SECRETS))
    path.parent.mkdir(parents=True)
    with open_store(path) as opened:
        moved = Transition(alert=ALERT.key, at=VERDICT.at, before=State.PENDING, after=State.FIRING, because="b")
        opened.record(
            Judgement(
                rule="complaints",
                subject="tea",
                judged_until=NOW,
                state=b"",
                alerts=(OVER, ALERT),
                transitions=(moved,),
                verdicts=((ALERT.key, VERDICT),),
                deliveries=(delivery("e1"), delivery("e2")),
            )
        )
        yield opened


def told(*words: object) -> dict[str, object]:
    done = monitor(*words)
    assert done.exit_code == Exit.OK, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_open_alerts_are_listed_and_with_all_those_that_are_over(config: Path, store: SqliteStore) -> None:
    del store
    (listed,) = told("alerts", "list", "--json", "-c", config)["alerts"]
    assert (listed["id"], listed["state"], listed["severity"]) == (ALERT.key, "firing", "page")
    assert (listed["acknowledged_by"], listed["held_back_by"]) == (None, None)
    everything = told("alerts", "list", "--all", "--json", "-c", config)["alerts"]
    assert [each["state"] for each in everything] == ["resolved", "firing"]
    shown = monitor("alerts", "list", "-c", config).stdout
    assert shown.startswith("FIRING     page  0123456789abcdef:2   complaints on tea, since ")
    assert "41 complaints by 38 authors in 7 min" in shown


def test_the_evidence_of_an_alert_is_shown(config: Path, store: SqliteStore) -> None:
    del store
    case = told("alerts", "show", "0123456789abcdef:2", "--json", "-c", config)
    assert case["evaluations"] == [
        {
            "at": VERDICT.at.isoformat(),
            "answer": "breach",
            "value": 9.4,
            "limit": 9.0,
            "unit": "nats",
            "urgency": None,
            "version": "2",
            "because": VERDICT.because,
            "labels": {},
            "figures": case["evaluations"][0]["figures"],
        }
    ]
    assert case["evaluations"][0]["figures"]["expected"] == 8.2
    assert [(each["before"], each["after"]) for each in case["transitions"]] == [("pending", "firing")]
    assert [(each["event_id"], each["state"]) for each in case["told"]] == [("e1", "waits"), ("e2", "waits")]
    assert "threshold=" in case["settings"]
    text = monitor("alerts", "show", "0123456789abcdef:2", "-c", config).stdout
    for part in ("complaint-share, version 2", "pending → firing: b", "9.4 of 9 nats", "firing       hook: waits"):
        assert part in text


def test_an_alert_may_be_named_by_its_beginning_where_that_is_clear(config: Path, store: SqliteStore) -> None:
    assert told("alerts", "show", "0123", "--json", "-c", config)["id"] == ALERT.key  # the one that fires
    refused = monitor("alerts", "show", "nothing", "-c", config)
    assert refused.exit_code == Exit.USAGE
    assert "there is no alert nothing" in refused.stderr
    del store


def test_an_alert_is_taken_on_beside_the_service(config: Path, store: SqliteStore) -> None:
    done = monitor("alerts", "ack", ALERT.key, "--by", "Li", "--comment", "看着", "-c", config)
    assert (done.exit_code, done.stdout) == (Exit.OK, f"{ALERT.key}: complaints on tea is yours, Li\n")
    (said,) = store.acknowledgements([ALERT.key])
    assert (said.author, said.comment, said.severity) == ("Li", "看着", Severity.PAGE)
    (listed,) = told("alerts", "list", "--json", "-c", config)["alerts"]
    assert listed["acknowledged_by"] == "Li"
    assert told("status", "--json", "-c", config)["firing"][0]["acknowledged_by"] == "Li"
    assert "acknowledged by Li" in monitor("status", "-c", config).stdout


def test_what_is_over_cannot_be_taken_on(config: Path, store: SqliteStore) -> None:
    done = monitor("alerts", "ack", OVER.key, "--by", "Li", "-c", config)
    assert (done.exit_code, done.stdout) == (Exit.FAILURE, "")
    assert done.stderr == f"{OVER.key} is resolved: there is nothing to take on\n"
    assert store.acknowledgements([OVER.key]) == ()


def test_a_silence_is_added_listed_shown_and_ended(config: Path, store: SqliteStore) -> None:
    added = told(
        *(
            "silence",
            "add",
            "topic=tea",
            "severity!=note",
            "--for",
            "2h",
            "--by",
            "Li",
            "--comment",
            "计划内",
            "--json",
        ),
        *("-c", config),
    )
    (kept,) = store.silences()
    assert (kept.id, kept.author, kept.comment) == (added["id"], "Li", "计划内")
    assert kept.ends_at - kept.starts_at == timedelta(hours=2)
    (listed,) = told("silence", "list", "--json", "-c", config)["silences"]
    assert (listed["state"], listed["matchers"]) == ("active", ["topic=tea", "severity!=note"])
    assert told("alerts", "list", "--json", "-c", config)["alerts"][0]["held_back_by"] == f"silence {kept.id} of Li"
    assert f"silence {kept.id} until" in monitor("status", "-c", config).stdout
    assert monitor("silence", "expire", kept.id, "-c", config).exit_code == Exit.OK
    assert monitor("silence", "list", "-c", config).stdout == "no silence\n"
    assert told("silence", "list", "--all", "--json", "-c", config)["silences"][0]["state"] == "expired"
    assert monitor("silence", "expire", kept.id, "-c", config).exit_code == Exit.FAILURE


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["topic=tea"], "give either --for"),
        (["topic=tea", "--for", "2h", "--until", "2030-01-01"], "give either --for"),
        (["topic", "--for", "2h"], "is no matcher"),
        (["topic=~(", "--for", "2h"], "is no regular expression"),
        (["topic=tea", "--for", "2 hours"], "is no duration"),
        (["topic=tea", "--until", "2020-01-01"], "over already"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(config: Path, store: SqliteStore, words: list[str], why: str) -> None:
    done = monitor("silence", "add", *words, "--by", "Li", "-c", config)
    assert done.exit_code == Exit.USAGE
    assert why in " ".join(done.stderr.replace("│", " ").split())
    assert store.silences() == ()


def test_the_outbox_shows_what_waits_and_sends_what_was_given_up_again(config: Path, store: SqliteStore) -> None:
    first, second = store.lease(NOW, NOW + timedelta(minutes=1), 10)
    store.failed(first.id, NOW, "h.example: HTTP status 403", None)
    store.delivered(second.id, NOW, "")
    shown = monitor("outbox", "list", "-c", config).stdout
    assert shown.splitlines() == [
        f"{first.id:5} given up  hook, 1 attempt: [PAGE] tea",
        f"{'':16}h.example: HTTP status 403",
    ]
    everything = told("outbox", "list", "--all", "--json", "-c", config)["deliveries"]
    assert [each["state"] for each in everything] == ["given up", "delivered"]
    assert monitor("outbox", "retry", "--dead", "-c", config).stdout == "1 due now\n"
    (again,) = store.lease(datetime.now(UTC), NOW + timedelta(minutes=1), 10)
    assert (again.id, again.attempts) == (first.id, 0)
    refused = monitor("outbox", "retry", second.id, "-c", config)
    assert (refused.exit_code, refused.stdout) == (Exit.FAILURE, "0 due now\n")
    assert monitor("outbox", "retry", "-c", config).exit_code == Exit.USAGE


def test_routes_show_who_would_be_told_when_and_why_others_would_not(config: Path) -> None:
    words = (
        "routes",
        "test",
        "--topic",
        "tea",
        "--category",
        "slow",
        "--at",
        "2026-11-20T03:00",
        "--json",
        "-c",
        config,
    )
    page = told(*words)
    assert [(each["channel"], each["at"], each["deferred"]) for each in page["told"]] == [
        ("hook", "2026-11-19T19:00:00+00:00", False),
        ("log", "2026-11-19T19:00:00+00:00", False),
    ]
    assert page["escalation"] == [{"channels": ["log"], "people": [], "after_s": 900.0}]
    assert page["labels"]["categories"] == "slow"
    warn = told(*words, "--severity", "warn")
    assert [each["channel"] for each in warn["told"]] == ["log"]
    assert warn["not_agreeing"] == [{"route": 1, "channels": ["hook"], "labels": {"severity": "page"}}]
    shown = monitor("routes", "test", "--topic", "tea", "--severity", "warn", "-c", config).stdout
    assert "not told  hook by route 1: it wants severity=page, this has warn" in shown


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "give either --topic or --source"),
        (["--topic", "milk"], "there is no topic milk"),
        (["--topic", "tea", "--severity", "loud"], "no severity"),
        (["--source", "search"], "there is no rule"),
    ],
)
def test_routes_of_what_is_not_there_are_refused(config: Path, words: list[str], why: str) -> None:
    done = monitor("routes", "test", *words, "-c", config)
    assert done.exit_code == Exit.USAGE
    assert why in " ".join(done.stderr.replace("│", " ").split())
