"""The demo at full size, from the first page fetched to the digest: every promise that it makes of the tea morning."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from analysis.rules.rule import Answer
from analysis.series import Completeness
from monitor.alerts.types import State
from monitor.demo.scenario import HOSTS, TEA_MORNING
from monitor.demo.story import further
from monitor.store.store import Selection
from tests.monitor.walk.conftest import Walking
from tests.monitor.walk.walked import BLIND, COMPLAINTS, SURGE, TOPIC, Raised, Walked, falls_in, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

LAUNCH, ONSET, REPAIR = TEA_MORNING.launched_at, TEA_MORNING.outage_started_at, TEA_MORNING.repaired_at
AT_NIGHT, WHILE_FIRING = TEA_MORNING.gaps
MINUTE = timedelta(minutes=1)
FLOOR_S = 3.0


@pytest.fixture(scope="module")
def morning(walked: Walking) -> Walked:
    return walked("tea-morning", 1.0)


@pytest.fixture(scope="module")
def outage(morning: Walked) -> Raised:
    """The only complaint alert of the whole run, two quiet weeks included."""
    (alert,) = morning.alerts(COMPLAINTS)
    return alert


# -- what it tells ---------------------------------------------------------------------------------------------


def test_the_demo_tells_a_script_all_it_needs(morning: Walked) -> None:
    assert {"scenario", "alerts", "paths"} <= set(morning.told)
    scenario = morning.told["scenario"]
    assert [datetime.fromisoformat(scenario[key]) for key in ("launched_at", "outage_started_at", "repaired_at")] == [
        LAUNCH,
        ONSET,
        REPAIR,
    ]
    for alert in morning.told["alerts"]:
        assert {"rule", "topic", "fired_at", "resolved_at"} <= set(alert)
    assert {alert["topic"] for alert in morning.told["alerts"]} == {TOPIC, None}  # None: about a source
    for path in morning.told["paths"].values():
        assert Path(path).is_file()
    assert morning.noise == ""


def test_it_is_some_sixty_thousand_posts(morning: Walked) -> None:
    with morning.store() as store:
        stored = list(store.posts(Selection(since=TEA_MORNING.starts_at, until=TEA_MORNING.ends_at)))
    assert 45_000 < morning.told["posts"] == len(stored) < 70_000
    about_it = [each.post.key for each in stored if TOPIC in each.topics]
    assert morning.told["mentions"] == len(about_it)
    assert list(morning.table("posts")["post"]) == list(morning.table("mentions")["post"]) == about_it


# -- the outage ------------------------------------------------------------------------------------------------


def test_the_outage_is_paged_within_ten_minutes(outage: Raised) -> None:
    assert ONSET is not None
    assert outage.topic == TOPIC
    assert ONSET <= outage.fired_at <= ONSET + timedelta(minutes=10)


def test_neither_the_quiet_weeks_nor_the_launch_raise_a_complaint_alert(morning: Walked, outage: Raised) -> None:
    assert ONSET is not None
    assert outage.breached_at >= LAUNCH  # the only one there is
    with morning.store() as store:
        pending = [alert for alert in store.alerts() if alert.rule == COMPLAINTS and alert.fired_at]
        quiet = list(store.observations(TOPIC, until=LAUNCH))
    assert [alert.fired_at for alert in pending] == [outage.fired_at]
    judged = sum(seen.completeness is not Completeness.MISSING for seen in quiet)
    assert judged > 14 * 1440 * 0.95  # … and it was not calm for want of sight


def test_the_launch_itself_is_told_as_a_surge_of_volume(morning: Walked) -> None:
    (surge,) = morning.alerts(SURGE)
    assert LAUNCH <= surge.fired_at <= LAUNCH + timedelta(minutes=30)


def test_the_outage_is_called_over_within_forty_five_minutes_of_the_repair(outage: Raised) -> None:
    assert REPAIR is not None
    assert outage.resolved_at is not None
    assert REPAIR < outage.resolved_at <= REPAIR + timedelta(minutes=45)


# -- the gaps --------------------------------------------------------------------------------------------------


def test_both_gaps_are_reported_as_blind_while_they_last(morning: Walked) -> None:
    blind = morning.alerts(BLIND)
    assert [alert.subject for alert in blind] == ["weibo-search"] * 2
    for alert, gap in zip(blind, (AT_NIGHT, WHILE_FIRING), strict=True):
        assert falls_in(alert.fired_at, gap)
        assert alert.resolved_at is not None
        assert gap.ends_at is not None
        assert gap.ends_at <= alert.resolved_at <= gap.ends_at + timedelta(minutes=20)


def test_minutes_that_were_not_seen_are_unknown_and_resolve_nothing(morning: Walked, outage: Raised) -> None:
    assert falls_in(outage.fired_at + timedelta(hours=1), WHILE_FIRING)
    with morning.store() as store:
        (alert,) = [alert for alert in store.alerts() if alert.rule == COMPLAINTS and alert.fired_at]
        evidence = {verdict.at: verdict.answer for verdict in store.evidence(alert.key)}
        seen = {
            one.start: one.completeness
            for one in store.observations(TOPIC, since=outage.fired_at, until=outage.resolved_at)
        }
        moves = [(move.at, move.after) for move in store.transitions(alert.key)]
    missing = [minute for minute, how in seen.items() if how is Completeness.MISSING]
    assert len(missing) >= 3
    assert all(WHILE_FIRING.starts_at - 5 * MINUTE <= minute < WHILE_FIRING.ends_at for minute in missing)  # type: ignore[operator]
    assert {evidence[minute] for minute in missing} == {Answer.UNKNOWN}
    assert {minute for minute, answer in evidence.items() if answer is Answer.UNKNOWN} == set(missing)
    assert [after for _, after in moves if after is State.RESOLVED] == [State.RESOLVED]
    assert [at for at, _ in moves if missing[0] <= at < WHILE_FIRING.ends_at] == []  # type: ignore[operator]
    over = [message for message in morning.messages if message["event"] == "resolved"]
    assert [m for m in over if falls_in(datetime.fromisoformat(m["at"]), WHILE_FIRING)] == []


def test_minutes_are_complete_sampled_or_missing_and_most_are_complete(morning: Walked) -> None:
    with morning.store() as store:
        seen = list(store.observations(TOPIC, since=TEA_MORNING.ends_at - timedelta(days=1), until=TEA_MORNING.ends_at))
    counts = Counter(one.completeness for one in seen)
    assert sum(counts.values()) == 1440  # to the last minute before midnight
    assert counts[Completeness.COMPLETE] > 1440 / 2
    assert counts[Completeness.SAMPLED] >= 15
    assert counts[Completeness.MISSING] >= 3
    busiest = [one for one in seen if one.completeness is Completeness.SAMPLED]
    assert all(one.estimated and one.tally and one.estimated.mid >= one.tally.mentions for one in busiest)


# -- politeness ------------------------------------------------------------------------------------------------


def test_pace_floors_hold_in_event_time_for_each_host(morning: Walked) -> None:
    by_host: dict[str, list[datetime]] = defaultdict(list)
    for request in morning.requests:
        by_host[request["host"]].append(datetime.fromisoformat(request["event_time"]))
    assert set(by_host) == set(HOSTS)
    assert len(by_host["s.weibo.com"]) > 3_000
    for host, times in by_host.items():
        spacing = min((later - earlier).total_seconds() for earlier, later in pairwise(times))
        assert spacing >= FLOOR_S, host


def test_a_wall_is_asked_no_more_often_than_a_page(morning: Walked) -> None:
    refused = [r for r in morning.requests if falls_in(datetime.fromisoformat(r["event_time"]), WHILE_FIRING)]
    at_search = [r for r in refused if r["host"] == "s.weibo.com"]
    assert {r["status"] for r in at_search} == {432}
    assert len(at_search) <= 2 * 10  # two questions every two minutes, one request each


# -- what people are told --------------------------------------------------------------------------------------


def test_the_first_message_says_what_is_wrong(morning: Walked, outage: Raised) -> None:
    first = next(m for m in morning.messages if m["labels"]["rule"] == COMPLAINTS)
    assert (first["event"], first["severity"]) == ("firing", "page")
    assert datetime.fromisoformat(first["at"]) == outage.fired_at
    assert first["title"].startswith("[PAGE] complaints above normal: 第一杯AI奶茶 (")
    assert first["title"].endswith(", since 2026-11-20 09:4" + first["title"][-1])
    assert any(name in first["title"] for name in ("slow or lagging", "system busy", "wrong redirect"))
    text = "\n".join(first["lines"])
    assert "(Asia/Shanghai)" in text
    assert re.search(r"How bad: \d+ complaints by \d+ authors in \d+ min, \d+\.\d expected", text)
    assert re.search(r"Volume: [\d,]+ mentions (seen )?in the last 30 min", text)
    assert "Coverage: 3 of 3 sources, newest post" in text
    assert len(re.findall(r"^“.+” https://weibo\.com/\d+/\w+$", text, re.MULTILINE)) == 3


def test_a_resolved_message_follows_with_how_long_it_lasted(morning: Walked, outage: Raised) -> None:
    first, last = [m for m in morning.messages if m["labels"]["rule"] == COMPLAINTS]
    assert last["event"] == "resolved"
    assert datetime.fromisoformat(last["at"]) == outage.resolved_at
    assert re.fullmatch(r"\[RESOLVED\] complaints above normal: 第一杯AI奶茶, after 2 h \d+ min", last["title"])
    assert re.search(r"Complaints seen in this time: \d,\d{3}$", last["lines"][-1])
    assert first["facts"]["alert"] == last["facts"]["alert"]


def test_each_message_is_delivered_once(morning: Walked) -> None:
    ids = [message["event_id"] for message in morning.messages]
    assert len(ids) == len(set(ids)) == 2 * len(morning.told["alerts"])


# -- digest, series and export agree ---------------------------------------------------------------------------


def tally(mentions: pd.DataFrame) -> dict[str, int]:
    """The counts of a series row, counted from mentions."""
    complaints = mentions[mentions["categories"].notna()]
    polarity = mentions["polarity"]
    return {
        "mentions": len(mentions),
        "authors": mentions.dropna(subset="author_id").drop_duplicates(["platform", "author_id"]).shape[0],
        "originals": int(mentions["original"].sum()),
        "complaints": len(complaints),
        "complaint_authors": complaints.dropna(subset="author_id").drop_duplicates(["platform", "author_id"]).shape[0],
        "negative": int((polarity < -0.0005).sum()),
        "neutral": int((polarity.abs() <= 0.0005).sum()),
        "positive": int((polarity > 0.0005).sum()),
        "polarity_sum": int((polarity.dropna() * 1000).round().sum()),
    }


def test_every_hour_of_the_series_is_a_recount_of_the_exported_mentions(morning: Walked) -> None:
    mentions, series = morning.table("mentions"), morning.table("series")
    hours = mentions.groupby(mentions["published_at"].dt.floor("h"))
    counted = {start: tally(of) for start, of in hours}
    seen = series[series["mentions"] > 0]
    assert len(series) == 15 * 24
    told = {row["start"]: {name: int(row[name]) for name in tally(mentions[:0])} for _, row in seen.iterrows()}
    assert told == counted


def test_the_digest_is_a_recount_of_the_exported_mentions(morning: Walked) -> None:
    head, counted = morning.facts.headline, tally(morning.of_the_day("mentions", "published_at"))
    assert head.mentions.value == counted["mentions"]
    assert head.authors.value == counted["authors"]
    assert head.complaints.value == counted["complaints"]
    assert head.originals == counted["originals"]
    judged = counted["negative"] + counted["neutral"] + counted["positive"]
    assert head.negative_share.value == counted["negative"] / judged
    hours = morning.of_the_day("series", "start")
    assert hours["mentions"].sum() == counted["mentions"]
    for figure in (head.mentions, head.authors, head.complaints):
        assert f"{figure.value:,.0f}" in morning.digest
    for row in morning.facts.days:
        mentions = morning.table("mentions")
        assert row.mentions == (mentions["published_at"].dt.date == row.day).sum()


def test_every_list_of_the_digest_is_a_recount_of_the_exports(morning: Walked) -> None:
    mentions, posts = morning.of_the_day("mentions", "published_at"), morning.of_the_day("posts", "published_at")
    categories = Counter(name for cell in mentions["categories"].dropna() for name in cell.split(";"))
    assert {c.name: c.mentions for c in morning.facts.categories} == categories
    hashtags = Counter(tag for cell in posts["hashtags"].dropna() for tag in set(re.findall("#([^#]+)#", cell)))
    assert {h.name: h.mentions for h in morning.facts.hashtags} == dict(hashtags.most_common(10))
    (incident,) = [one for one in morning.facts.incidents if one.kind == "complaint-share"]
    assert incident.resolved_at is not None
    told = mentions[(mentions["published_at"] >= incident.began_at) & (mentions["published_at"] < incident.resolved_at)]
    during = Counter(name for cell in told["categories"].dropna() for name in cell.split(";"))
    assert {c.name: c.mentions for c in incident.categories}.items() <= during.items()


def test_the_digest_tells_the_outage_and_its_true_gap_only(morning: Walked) -> None:
    assert "1 suspected outage (resolved)" in morning.digest.splitlines()[0]
    gaps = [(gap.since, gap.error, gap.until) for gap in morning.facts.quality.gaps]
    ((since, error, until),) = gaps
    assert error == "Blocked"
    assert WHILE_FIRING.starts_at - 5 * MINUTE <= since < until <= WHILE_FIRING.ends_at  # type: ignore[operator]
    assert "s.weibo.com: status 432" in morning.digest
    assert "%23" not in morning.digest


def test_tables_open_in_excel_and_run_nothing_there(morning: Walked) -> None:
    for name in ("posts", "mentions", "series", "alerts"):
        raw = Path(morning.told["paths"][f"{name} (CSV)"]).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf"), name
        assert raw.endswith(b"\r\n"), name
        times = morning.table(name).select_dtypes("datetimetz")
        assert {str(times[column].dt.tz) for column in times} == {"UTC+08:00"}, name
    posts = morning.table("posts")
    live = posts["text"].str.match(r"[=+\-@\t\r]")
    assert not live.any()
    assert (posts["text"].str.startswith("'")).sum() < len(posts) / 100
    assert posts["native_id"].str.fullmatch(r"\d{16}|[\w-]+").all()


# -- looking further -------------------------------------------------------------------------------------------


def test_the_commands_it_suggests_work_on_its_folder(morning: Walked) -> None:
    suggested = [line.split()[1:] for line in further(morning.told["paths"], TEA_MORNING, TOPIC) if line[:4] == " " * 4]
    verbs = [command[0] for command in suggested]
    assert verbs == ["status", "export", "export", "digest", "demo"]
    ran = [run(command, Path.cwd()) for command in suggested[:-1]]
    assert [one.returncode for one in ran] == [0, 0, 0, 0]
    assert b"no alert is firing" in ran[0].stdout
    assert ran[1].stdout.count(b"\r\n") > 1440
    assert ran[2].stdout.count(b"\r\n") > 1_000
    assert Path(ran[3].stdout.decode().split()[0]).is_file()
