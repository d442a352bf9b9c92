"""What people read at three in the morning, and to whom it goes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rules.rule import Figures
from analysis.series import Estimate
from monitor.alerts.directory import Directory
from monitor.alerts.excerpt import LENGTH, excerpt
from monitor.alerts.messages import (
    Audience,
    Example,
    acknowledged_message,
    failing_channel_message,
    firing_message,
    grouped_message,
    resolved_message,
)
from monitor.alerts.routes import recipients, wants_resolved
from monitor.alerts.types import Acknowledgement, Alert, Coverage, Occasion, Severity, State, Volume
from monitor.config import RouteConfig

AT = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)
ALERT = Alert(
    fingerprint="0123456789abcdef",
    episode=2,
    rule="complaints",
    kind="complaint-share",
    subject="tea",
    severity=Severity.PAGE,
    state=State.FIRING,
    labels={"topic": "tea", "owner": "brand", "categories": "slow,busy,own-category"},
    breached_at=AT - timedelta(minutes=8),
    fired_at=AT,
    value=0.0613,
    peak=0.0821,
    limit=0.02,
    unit="share of authors",
    because="38 of 620 authors complain, 8.2 expected",
)
EN = Audience(language="en", external_url="https://m.example.org")
ZH = Audience(language="zh")
EXAMPLES = [
    Example(text="@小王 付不了款\n订单 20261123998877 {braces} {0}", url="https://weibo.example/1"),
    Example(text="系统开小差" * 40, url="https://weibo.example/2"),
    Example(text="三", url="https://weibo.example/3"),
    Example(text="四", url="https://weibo.example/4"),
]
VOLUME = Volume(
    span=timedelta(minutes=30), seen=12_040, estimated=Estimate(low=60_100, mid=71_300, high=83_000), before=410
)
COVERAGE = Coverage(working=2, sources=3, newest_post_at=AT - timedelta(minutes=4))


def test_an_english_alert_reads_in_the_order_of_the_questions() -> None:
    message = firing_message(
        ALERT,
        "e",
        EN,
        now=AT,
        title="First tea",
        examples=EXAMPLES,
        volume=VOLUME,
        coverage=COVERAGE,
        runbook="https://wiki.example/r",
    )
    assert message.title == (
        "[PAGE] complaints above normal: First tea (slow or lagging, system busy, own-category), since 2026-11-20 10:34"
    )
    assert message.lines == (
        "Since 2026-11-20 10:34 (Asia/Shanghai), 8 min before this alert. Rule complaints.",
        "How bad: 38 of 620 authors complain, 8.2 expected",
        "Value 6.1%, limit 2.0%.",
        "Complaints are about: slow or lagging, system busy, own-category",
        "Volume: 12,040 mentions seen in the last 30 min, a sample; about 71,300 in all (60,100 to 83,000); "
        "410 seen in the same time before",
        "Coverage: 2 of 3 sources, newest post 4 min old",
        "“@… 付不了款 订单 202… {braces} {0}” https://weibo.example/1",
        f"“{('系统开小差' * 40)[: LENGTH - 1]}…” https://weibo.example/2",
        "“三” https://weibo.example/3",
        "Acknowledge: monitor alerts ack 0123456789abcdef:2 --by NAME",
        "Silence: monitor silence add rule=complaints topic=tea --for 2h --by NAME",
    )
    assert message.links == {
        "runbook": "https://wiki.example/r",
        "alert": "https://m.example.org/alerts/0123456789abcdef%3A2",
    }
    assert message.labels["severity"] == "page"
    assert message.facts["value"] == 0.0613
    assert json.loads(json.dumps(message.facts))["fired_at"] == "2026-11-20T02:42:00+00:00"


def test_a_chinese_alert_says_the_same() -> None:
    message = firing_message(ALERT, "e", ZH, now=AT, title="第一杯", volume=VOLUME, coverage=COVERAGE)
    assert message.title == "【紧急】第一杯：投诉异常（卡顿、系统繁忙、own-category），始于 2026-11-20 10:34"
    assert message.lines == (
        "始于 2026-11-20 10:34（Asia/Shanghai），告警前 8 分钟。规则 complaints。",
        "程度：38 of 620 authors complain, 8.2 expected",
        "当前值 6.1%，阈值 2.0%。",
        "投诉类别：卡顿、系统繁忙、own-category",
        "声量：近 30 分钟 抽样看到 12,040 条提及，估计共约 71,300 条（60,100 至 83,000）；此前同样时长看到 410 条",
        "覆盖：3 个数据源中 2 个正常，最新帖子 4 分钟前",
        "认领：monitor alerts ack 0123456789abcdef:2 --by NAME",
        "静默：monitor silence add rule=complaints topic=tea --for 2h --by NAME",
    )
    assert message.links == {}


def test_what_is_unknown_is_said_to_be_unknown_and_what_is_absent_is_not_said() -> None:
    blind = replace(ALERT, kind="source-blind", labels={"source": "search"}, value=None, limit=None)
    message = firing_message(
        blind,
        "e",
        EN,
        now=AT,
        title="search",
        volume=Volume(span=timedelta(hours=2), seen=None),
        coverage=Coverage(working=0, sources=1, newest_post_at=None),
    )
    assert message.title == "[PAGE] source cannot be seen: search, since 2026-11-20 10:34"
    assert message.lines[2:4] == (
        "Volume of the last 2 h 0 min: unknown, nothing was covered",
        "Coverage: 0 of 1 sources, no post seen",
    )
    assert message.lines[-1] == "Silence: monitor silence add rule=complaints source=search --for 2h --by NAME"


FIGURES = Figures(
    minutes=7,
    mentions=670,
    complaints=41,
    authors=38,
    expected=8.2,
    expected_for="Mon 20:00",
    share=0.0612,
    usual_share=0.02,
    volume_surges=True,
    volume_ratio=3.24,
)


def test_the_figures_of_the_breach_are_told_in_both_languages() -> None:
    alert = replace(ALERT, figures=FIGURES, value=9.43, limit=9.0, unit="nats", because="in the rule's own words")
    english = firing_message(alert, "e", EN, now=AT, title="t").lines
    assert english[1] == (
        "How bad: 41 complaints by 38 authors in 7 min, 8.2 expected for Mon 20:00; share 6.1 % against 2.0 %; "
        "evidence 9.4 nats, line 9.0"
    )
    assert english[3] == "Volume surges, too: 3.2 times what is usual at this hour"
    chinese = firing_message(alert, "e", ZH, now=AT, title="t").lines
    assert chinese[1] == (
        "程度：7 分钟内 38 人投诉 41 条，周一 20:00 正常约 8.2 条；占比 6.1 %，平时 2.0 %；证据 9.4 nats，告警线 9.0"
    )
    assert chinese[3] == "声量同时激增：为此时段平时的 3.2 倍"
    calm = replace(alert, figures=replace(FIGURES, volume_surges=False, volume_ratio=None, by_floor=True))
    lines = firing_message(calm, "e", EN, now=AT, title="t").lines
    assert lines[1].endswith("; the baseline is still young, a fixed floor decided")
    assert lines[3] == "Volume does not surge"


def test_a_rule_that_looks_at_talk_alone_tells_of_talk() -> None:
    figures = Figures(minutes=10, mentions=900, expected=120.0, expected_for="Sun 09:00")
    alert = replace(ALERT, kind="volume", figures=figures, value=None, limit=None)
    assert firing_message(alert, "e", EN, now=AT, title="t").lines[1] == (
        "How bad: 900 mentions in 10 min, 120.0 expected for Sun 09:00"
    )


@pytest.mark.parametrize(
    ("occasion", "first"),
    [
        (Occasion.AGAIN, "It still fires, and nobody has acknowledged it."),
        (Occasion.NOBODY, "Nobody has acknowledged it: you are asked to."),
        (Occasion.MORE_URGENT, "It has become more urgent since it was told."),
    ],
)
def test_who_is_told_later_reads_why_now(occasion: Occasion, first: str) -> None:
    assert firing_message(ALERT, "e", EN, now=AT, title="t", occasion=occasion).lines[0] == first
    assert firing_message(ALERT, "e", ZH, now=AT, title="t", occasion=occasion).lines[0] != first


def test_what_quiet_hours_held_back_says_when_it_was_noticed() -> None:
    message = firing_message(ALERT, "e", EN, now=AT, title="t", quiet_until=AT + timedelta(hours=5))
    assert message.lines[0] == "Noticed at 2026-11-20 10:42, held back until 2026-11-20 15:42 by quiet hours."


def test_what_cannot_be_seen_any_more_is_not_said_to_fire_still() -> None:
    said = "Nothing is seen since 2026-11-20 10:42: it may be over, or worse."
    blind = replace(ALERT, judged_at=AT)
    for alert, now in ((blind, AT + timedelta(hours=4)), (replace(blind, unknown_since=AT), AT + timedelta(minutes=1))):
        assert firing_message(alert, "e", EN, now=now, title="t", occasion=Occasion.AGAIN).lines[2] == said
    seen = firing_message(blind, "e", EN, now=AT + timedelta(minutes=30), title="t", occasion=Occasion.AGAIN)
    assert said not in seen.lines


def test_an_acknowledgement_is_told_with_its_words() -> None:
    said = Acknowledgement(alert=ALERT.key, at=AT, author="王", comment="在看 {0}")
    message = acknowledged_message(ALERT, "e", ZH, said, title="第一杯")
    assert message.event == "acknowledged"
    assert message.title == "【已认领】第一杯：投诉异常，认领人 王"
    assert message.lines == (
        "王 于 2026-11-20 10:42（Asia/Shanghai）认领。恢复或级别升高之前不再提醒。",
        "备注：在看 {0}",
    )


def test_a_group_is_one_message_with_the_most_urgent_first() -> None:
    page = firing_message(ALERT, "a", EN, now=AT, title="Tea")
    note = firing_message(
        replace(ALERT, severity=Severity.NOTE, kind="volume", rule="surge"), "b", EN, now=AT, title="Tea"
    )
    over = resolved_message(
        replace(ALERT, state=State.RESOLVED, resolved_at=AT), "c", EN, now=AT, title="Milk", total=3
    )
    message = grouped_message([over, note, page], "group:7", EN)
    assert message.event_id == "group:7"
    assert (message.event, message.severity) == ("firing", Severity.PAGE)
    assert message.title == page.title + " (+2 more)"
    assert message.lines == (page.title, *page.lines, note.title, *note.lines, over.title, *over.lines)
    assert message.labels == {"topic": "tea", "owner": "brand", "categories": ALERT.labels["categories"]}
    both_over = grouped_message([over, over], "group:8", EN)
    assert both_over.event == "resolved"


def test_resolved_tells_duration_peak_and_total() -> None:
    over = replace(
        ALERT, state=State.RESOLVED, cleared_at=AT + timedelta(minutes=67), resolved_at=AT + timedelta(minutes=82)
    )
    message = resolved_message(over, "e", EN, now=AT + timedelta(minutes=82), title="First tea", total=1_204)
    assert message.event == "resolved"
    assert message.title == "[RESOLVED] complaints above normal: First tea, after 1 h 15 min"
    assert message.lines == (
        "From 2026-11-20 10:34 to 2026-11-20 11:49 (Asia/Shanghai): 1 h 15 min. Rule complaints.",
        "Peak 8.2%, limit 2.0%.",
        "Complaints seen in this time: 1,204",
    )
    surge = resolved_message(replace(over, kind="volume", unit="mentions/min"), "e", EN, now=AT, title="t", total=9)
    assert surge.lines[1:] == ("Peak 0.0821 mentions/min, limit 0.02 mentions/min.", "Mentions seen in this time: 9")


def test_a_failing_channel_is_told_in_words() -> None:
    message = failing_channel_message("duty", "e", EN, now=AT, error="h.example: HTTP status 500", attempts=3)
    assert (message.event, message.severity, message.labels) == ("channel", Severity.WARN, {"channel": "duty"})
    assert message.title == "[WARNING] Channel duty does not deliver"
    assert message.lines[0] == "Last error: h.example: HTTP status 500"


@pytest.mark.parametrize("audience", [EN, ZH], ids=["en", "zh"])
@given(text=st.text(), title=st.text(), because=st.text())
def test_no_text_of_others_is_read_as_a_template(audience: Audience, text: str, title: str, because: str) -> None:
    alert = replace(ALERT, because=because, labels={"categories": text})
    message = firing_message(alert, "e", audience, now=AT, title=title, examples=[Example(text=text, url="u")])
    assert title in message.title
    assert any(because in line for line in message.lines) or not because
    assert any(excerpt(text) in line for line in message.lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("找 @客服-小美 退款", "找 @… 退款"),
        ("＠某人 你好", "@… 你好"),
        ("写信到 someone.else+x@mail.example.com 吧", "写信到 …@… 吧"),
        ("电话+86 138-0013-8000", "电话+86…"),
        ("花了 123456 元, 3.14159265", "花了 123456 元, 3.14159265"),
        ("a\n\n b\tc", "a b c"),
    ],
)
def test_excerpts_mask_people(text: str, shown: str) -> None:
    assert excerpt(text) == shown


@given(st.text(), st.integers(2, 100))
def test_excerpts_are_short_lines(text: str, length: int) -> None:
    shown = excerpt(text, length)
    assert len(shown) <= length
    assert len(shown.splitlines()) <= 1


ROUTES = [
    RouteConfig(match={"severity": "page"}, channels=("duty", "log")),
    RouteConfig(match={"topic": "tea", "owner": "brand"}, channels=("team",), on_resolved=False),
    RouteConfig(match={"topic": "coffee"}, channels=("coffee",)),
    RouteConfig(match={"categories": "busy"}, channels=("ops",)),
    RouteConfig(channels=("log",), on_resolved=False),
]


def test_every_route_that_agrees_is_told_and_nobody_twice() -> None:
    assert recipients(ROUTES, ALERT) == (("duty", ""), ("log", ""), ("team", ""), ("ops", ""))
    assert recipients(ROUTES, replace(ALERT, severity=Severity.NOTE, labels={"topic": "tea"})) == (("log", ""),)
    assert recipients([], ALERT) == ()


def test_labels_may_name_rule_and_kind_and_absent_labels_do_not_match() -> None:
    by_rule = [RouteConfig(match={"rule": "complaints", "kind": "complaint-share"}, channels=("a",))]
    assert recipients(by_rule, ALERT) == (("a", ""),)
    assert recipients([RouteConfig(match={"source": ""}, channels=("a",))], ALERT) == ()


def test_people_of_a_route_are_told_where_they_have_an_address() -> None:
    directory = Directory(
        people={"li": {"mail": "li@x.org", "chat": "ID1"}, "wang": {"mail": "w@x.org", "chat": "ID2"}, "zhao": {}},
        together=frozenset({"chat"}),
    )
    route = RouteConfig(channels=("mail", "chat", "log"), people=("li", "wang", "zhao"))
    assert recipients([route], ALERT, directory) == (
        ("mail", "li"),
        ("mail", "wang"),
        ("chat", "li, wang"),
        ("log", ""),
    )
    assert directory.addresses("chat", "li, wang") == ("ID1", "ID2")
    assert directory.addresses("mail", "zhao") == ()


def test_resolved_goes_where_some_route_wants_it() -> None:
    assert wants_resolved(ROUTES, ALERT, "duty")
    assert wants_resolved(ROUTES, ALERT, "log")  # one of its two routes does
    assert not wants_resolved(ROUTES, ALERT, "team")
    assert wants_resolved([], ALERT, "duty")  # told before the routes were edited
