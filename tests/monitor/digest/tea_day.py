"""Nine days of a tea brand, written into a real store: eight quiet ones, then a launch with an outage.

Deterministic. On the launch day (20 November 2026 in Beijing): volume ×10 from 09:00, complaints 09:40 to 11:50,
09:00 to 12:00 read as samples, no data 04:10 to 04:30 (the search was walled), one hostile post at 10:05.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from analysis.annotation import Annotation, Complaint, Hashtag, Match
from collectors.post import Kind, Post, Rejected
from collectors.stretch import Rate, Stretch
from monitor.alerts.types import Alert, Severity, State
from monitor.store.store import Decider, Judgement, Store, Visit, WatchedTopic

DAY = date(2026, 11, 20)
MIDNIGHT = datetime(2026, 11, 19, 16, tzinfo=UTC)  # 00:00 in Beijing
HOUR = timedelta(hours=1)
TOPIC = WatchedTopic(name="tea", definition="d1")
SEARCH = Decider(topic="tea", query="#tea#", source="weibo", target="#tea#")
NOW = MIDNIGHT + timedelta(days=1, minutes=5)
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script>\u202e gnp.exe \"quoted\"\n第二行"
GAP = (MIDNIGHT + timedelta(hours=4, minutes=10), MIDNIGHT + timedelta(hours=4, minutes=30))

PRAISE = ("直接减九块九，不用凑单，这才叫优惠", "第一口就回购了，茶味很正", "店员手速飞快，排队也值得")
PLAIN = ("今天打卡开团日", "路过门店，排队的人不少", "中午点了一杯当下午茶")
TROUBLE = (
    ("付款页面一直转圈，点了十几次都没反应", "slow"),
    ("系统开小差了，刷新半小时还是进不去", "busy"),
    ("点下单直接跳到另一个软件，什么意思", "redirect"),
)


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the launch day, in Beijing."""
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def fill(store: Store, *, quiet_days: int = 8, outage: bool = True, until: datetime = NOW) -> None:
    """Write the days up to `until` into an empty store."""
    store.watch([TOPIC], [SEARCH], MIDNIGHT - timedelta(days=quiet_days))
    dice = random.Random(20)
    start = MIDNIGHT - timedelta(days=quiet_days)
    while start < min(until, MIDNIGHT + timedelta(days=1)):
        for visit in visits_of(dice, start, outage=outage):
            store.ingest(visit)
        start += HOUR
    if outage:
        store.record(judged(the_outage()))
    store.record(judged(the_blind_time()))


def visits_of(dice: random.Random, start: datetime, *, outage: bool) -> Iterator[Visit]:
    posts = list(_posts(dice, start, outage=outage))
    if start == at(4):
        yield _visit(start, posts[:6], [Stretch(starts_at=start, ends_at=GAP[0])], failed=True)
        yield _visit(start, posts[6:], [Stretch(starts_at=GAP[1], ends_at=start + HOUR)], part="b")
    elif at(9) <= start < at(12):
        rate = Rate(low=9.0, mid=12.0, high=16.0)
        yield _visit(start, posts, [Stretch(starts_at=start, ends_at=start + HOUR, share=0.2, rate=rate)])
    else:
        yield _visit(start, posts, [Stretch(starts_at=start, ends_at=start + HOUR)])


def _visit(
    start: datetime,
    posts: Sequence[tuple[Post, Annotation]],
    seen: Sequence[Stretch],
    *,
    failed: bool = False,
    part: str = "",
) -> Visit:
    return Visit(
        slot=f"weibo@{start.isoformat()}{part}",
        source="weibo",
        target="#tea#",
        platform="weibo",
        at=start + HOUR if not failed else start + HOUR / 2,
        asked_from=start,
        asked_until=start + HOUR,
        posts=tuple(post for post, _ in posts),
        annotations=tuple(note for _, note in posts),
        stretches=tuple(seen),
        watermark=start + HOUR if not failed else GAP[0],
        pages=3,
        rejected=(Rejected(reason="no date", where="card 3"),) if start == at(10) else (),
        error="Blocked" if failed else None,
        reason="login wall at s.weibo.com" if failed else None,
    )


def _posts(dice: random.Random, start: datetime, *, outage: bool) -> Iterator[tuple[Post, Annotation]]:
    hour = (start - MIDNIGHT) // HOUR % 24
    quiet = (2, 1, 1, 1, 2, 3, 6, 9, 11, 12, 12, 14, 15, 13, 12, 12, 13, 14, 15, 16, 16, 13, 9, 5)[hour]
    busy = start >= at(9)
    for number in range(quiet * (10 if busy else 1)):
        moment = start + timedelta(seconds=dice.randrange(3600))
        in_outage = outage and at(9, 40) <= moment < at(11, 50)
        yield _post(dice, f"{int(start.timestamp()) // 3600}{number:04}", moment, troubled=0.5 if in_outage else 0.03)
    if start == at(10):
        yield _hostile()


def _post(dice: random.Random, name: str, moment: datetime, *, troubled: float) -> tuple[Post, Annotation]:
    mood = dice.random()
    category: tuple[str, ...] = ()
    polarity: float | None = round(dice.uniform(-0.2, 0.2), 3)
    text = dice.choice(PLAIN)
    if mood < troubled:
        text, one = dice.choice(TROUBLE)
        category, polarity = (one,), -round(dice.uniform(0.3, 0.9), 3)
    elif mood > 0.7:
        text, polarity = dice.choice(PRAISE), round(dice.uniform(0.4, 0.9), 3)
    elif mood > 0.65:
        polarity = None
    repost = dice.random() < 0.1
    copied = dice.random() < 0.05
    tags = ("一杯开团",) if dice.random() < 0.6 else ("Tea Day",) if dice.random() < 0.2 else ()
    post = Post(
        platform="weibo",
        native_id=f"49{name.zfill(14)}",
        url=f"https://weibo.com/{name}",
        text=f"{text} {name[-4:]}" if not copied else "转发抽奖，关注即可参与",
        published_at=moment,
        collected_at=moment + timedelta(minutes=3),
        kind=Kind.REPOST if repost else Kind.ORIGINAL,
        author_id=f"{dice.randrange(16**4):04x}000000000000" if dice.random() < 0.97 else None,
        reposts=dice.randrange(40),
        comments=dice.randrange(60),
        likes=dice.randrange(300) if dice.random() < 0.9 else None,
        followers=dice.randrange(100_000) if dice.random() < 0.5 else None,
    )
    return post, _note(category, polarity, tags, fingerprint=77 if copied else 0)


def _hostile() -> tuple[Post, Annotation]:
    post = Post(
        platform="weibo",
        native_id="4999999999999999",
        url="javascript:alert(1)",
        text=HOSTILE,
        published_at=at(10, 5),
        collected_at=at(10, 6),
        author_id="beef000000000000",
        author_name="<b>张三</b>",
        reposts=90_000,
        comments=0,
        likes=0,
    )
    return post, _note(("payment",), -0.9, ("<img src=x onerror=alert(1)>",))


def _note(
    categories: Sequence[str], polarity: float | None, tags: Sequence[str], *, fingerprint: int = 0
) -> Annotation:
    return Annotation(
        normal="",
        tokens=("奶茶",),
        hashtags=tuple(Hashtag(key=tag.lower(), spelling=tag, start=0, end=1) for tag in tags),
        matches=(Match(topic="tea", term="开团", start=0, end=2),),
        complaints=tuple(Complaint(category=name, term="卡", start=0, end=1) for name in categories),
        polarity=polarity,
        fingerprint=fingerprint,
        sketch=b"",
        version="v1",
    )


def the_outage() -> Alert:
    return Alert(
        fingerprint="f1",
        episode=1,
        rule="complaints",
        kind="complaint-share",
        subject="tea",
        severity=Severity.PAGE,
        state=State.RESOLVED,
        labels={"topic": "tea", "categories": "slow,busy,redirect"},
        breached_at=at(9, 41),
        fired_at=at(9, 46),
        cleared_at=at(11, 53),
        resolved_at=at(12, 8),
        judged_at=at(12, 8),
        value=0.4,
        peak=14.2,
        limit=3.0,
        unit="nats",
        because="31 complaints by 30 authors in 5 min, 2.0 expected",
    )


def the_blind_time() -> Alert:
    return Alert(
        fingerprint="f2",
        episode=1,
        rule="blind",
        kind="source-blind",
        subject="weibo",
        severity=Severity.WARN,
        state=State.RESOLVED,
        labels={"source": "weibo"},
        breached_at=at(4, 25),
        fired_at=at(4, 25),
        resolved_at=at(4, 31),
        because="weibo: nothing seen since 04:10 (15 min)",
    )


def judged(alert: Alert) -> Judgement:
    assert alert.resolved_at
    return Judgement(rule=alert.rule, subject=alert.subject, judged_until=alert.resolved_at, state=b"", alerts=(alert,))
