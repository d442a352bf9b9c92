"""The lists of a page: hashtags, complaint categories, posts, and how well the day was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.digest.comparing import BASE
from monitor.digest.excerpts import hosts_only
from monitor.digest.facts import Changed, Count, Difference, Excerpt, Facts, Gap, Rise, SourceRecord
from monitor.digest.reading import NEGATIVE
from monitor.digest.story import seen_enough
from monitor.digest.wording import TIMES_FROM, UNKNOWN, Told, Wording

GAPS = 12  # told one by one
NO_CHANGE = Told(text=UNKNOWN, way="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBox:
    text: str
    url: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A counted thing. `width` is the length of its bar, 0…100."""

    label: str
    count: str
    note: str
    change: Told
    negative: str
    width: int
    posts: tuple[PostBox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    source: str
    visits: str
    minutes: str
    rejected: str
    reason: str


# -- counted things --------------------------------------------------------------------------------------------


def hashtag_rows(facts: Facts, wording: Wording) -> tuple[Row, ...]:
    return _rows(facts.hashtags, [f"#{tag.label}#" for tag in facts.hashtags], facts, wording, new=True)


def trend_lines(facts: Facts, wording: Wording) -> tuple[str, ...]:
    """Rising and fading hashtags, a line each."""
    trends = facts.trends
    return tuple(
        [wording.say("rising", label=f"#{r.label}#", told=_rise(r, facts, wording)) for r in trends.rising]
        + [wording.say("fading", label=f"#{r.label}#", told=_rise(r, facts, wording)) for r in trends.fading]
    )


def word_rows(facts: Facts, wording: Wording) -> tuple[Row, ...]:
    """New words, each with a post."""
    return tuple(
        Row(
            label=rise.label,
            count=wording.count(rise.mentions),
            note=_rise(rise, facts, wording),
            change=NO_CHANGE,
            negative="",
            width=0,
            posts=post_boxes(rise.posts, wording),
        )
        for rise in facts.trends.words
    )


def _rise(rise: Rise, facts: Facts, wording: Wording) -> str:
    count = wording.count(rise.mentions)
    if rise.new:
        return wording.say("rise_new", n=count, days=wording.count(facts.trends.days))
    return wording.say(
        "rise_usual", n=count, usual=wording.texts.number(rise.usual, 1), days=wording.count(facts.trends.days)
    )


def category_rows(facts: Facts, wording: Wording) -> tuple[Row, ...]:
    return _rows(
        facts.categories, [wording.named(category.name) for category in facts.categories], facts, wording, new=False
    )


def _rows(
    counts: Sequence[Count], labels: Sequence[str], facts: Facts, wording: Wording, *, new: bool
) -> tuple[Row, ...]:
    """`new`: one that was not seen yesterday is called so."""
    most = max((count.mentions for count in counts), default=0)
    return tuple(
        Row(
            label=label,
            count=wording.count(count.mentions),
            note="" if count.authors is None else wording.say("authors_n", n=wording.count(count.authors)),
            change=_change(count, facts, wording, new=new),
            negative=wording.share(count.negative_share),
            width=max(1, round(100 * count.mentions / most)),
            posts=post_boxes(count.posts, wording),
        )
        for count, label in zip(counts, labels, strict=True)
    )


def _change(count: Count, facts: Facts, wording: Wording, *, new: bool) -> Told:
    """Against yesterday. Of a sampled day a fall is not known, and a rise is at least what was seen."""
    if count.before is None or not facts.over or not seen_enough(facts):
        return NO_CHANGE
    if count.before == 0 and new:
        return Told(text=wording.say("new"), way="up")
    if count.before < BASE:
        return Told(text=wording.say("before_small", n=count.before), way="none")
    ratio = count.mentions / count.before - 1
    least = "≥ " if facts.headline.mentions.estimated else ""
    if least and ratio <= 0:
        return Told(text=wording.say("sampled"), way="none")
    if ratio + 1 >= TIMES_FROM:
        return Told(text=f"{least}×{wording.times(ratio)}", way="up")
    percent = round(ratio * 100)
    return Told(
        text=f"{least}{wording.texts.signed_percent(percent / 100)}",
        way="up" if percent > 0 else "down" if percent < 0 else "same",
    )


# -- posts -----------------------------------------------------------------------------------------------------


def post_boxes(posts: Sequence[Excerpt], wording: Wording) -> tuple[PostBox, ...]:
    return tuple(PostBox(text=post.text, url=post.url, note=_note(post, wording)) for post in posts)


def _note(post: Excerpt, wording: Wording) -> str:
    notes = [
        post.platform,
        wording.clock(post.published_at),
        wording.say("author", name=post.author) if post.author else wording.say("no_author"),
        _feeling(post.polarity, wording),
    ]
    if post.engagement is not None:
        notes.append(wording.say("engagement", n=wording.count(post.engagement)))
    if post.copies:
        notes.append(wording.say("copies_n", n=wording.count(post.copies)))
    return " · ".join(notes)


def _feeling(polarity: float | None, wording: Wording) -> str:
    if polarity is None:
        return wording.say("no_polarity")
    return wording.say("negative" if polarity < NEGATIVE else "positive" if polarity > -NEGATIVE else "neutral")


# -- revisions --------------------------------------------------------------------------------------------------


def revision_lines(facts: Facts, wording: Wording) -> tuple[str, ...]:
    """What a later revision says otherwise; nothing of the first one that tells the whole day."""
    revision = facts.revision
    if revision.number == 1 or not revision.before_over:
        return ()
    if revision.before_as_of is None:
        return (wording.say("revision_unknown", n=revision.number),)
    lines = [wording.say("revision", n=revision.number, at=wording.dated(revision.before_as_of))]
    if revision.late_posts:
        lines.append(wording.say("late_posts", n=wording.count(revision.late_posts)))
    lines += [_difference(difference, wording) for difference in revision.differences]
    return tuple(lines if len(lines) > 1 else [*lines, wording.say("revision_same")])


def _difference(difference: Difference, wording: Wording) -> str:
    share = difference.what is Changed.NEGATIVE_SHARE
    before, after = (wording.share(v) if share else wording.count(v) for v in (difference.before, difference.after))
    name = wording.named(difference.name) if difference.what is Changed.CATEGORY else difference.name
    return wording.say(f"changed_{difference.what}", name=name, before=before, after=after)


# -- data quality ----------------------------------------------------------------------------------------------


def quality_lines(facts: Facts, wording: Wording) -> tuple[str, ...]:
    quality, mentions = facts.quality, facts.headline.mentions.value or 0
    counts = {key: wording.minutes(getattr(quality, key)) for key in ("complete", "sampled", "missing")}
    lines = [wording.say("minutes", **counts)]
    if quality.sampled:
        lines.append(wording.say("sampled_note"))
    lines += _gap_lines(quality.gaps, wording)
    for blind in quality.blind:
        ended = wording.ending(blind.resolved_at) if blind.resolved_at else wording.say("still")
        lines.append(wording.say("blind", since=wording.clock(blind.fired_at), until=ended, source=blind.source))
    if quality.rejected:
        reasons = wording.join([f"{reason} × {n}" for reason, n in quality.rejected_reasons[:5]])
        lines.append(wording.say("rejected", n=wording.count(quality.rejected), reasons=reasons))
    if mentions:
        lines.append(
            wording.say(
                "unjudged",
                n=wording.count(quality.without_polarity),
                share=wording.share(quality.without_polarity / mentions),
            )
        )
    if quality.without_author:
        lines.append(wording.say("authorless", n=wording.count(quality.without_author)))
    if quality.gone:
        lines.append(wording.say("gone", n=wording.count(quality.gone)))
    lines += [
        wording.say(
            f"spam_{spam.sign}",
            since=wording.clock(spam.since),
            until=wording.ending(spam.until.replace(second=0, microsecond=0) + timedelta(minutes=1)),
            n=wording.count(spam.copies),
            authors=wording.count(spam.authors),
            text=spam.text,
        )
        for spam in quality.spam
    ]
    if facts.watched_since and facts.watched_since > facts.hours[0].start:
        lines.append(wording.say("watched_since", at=wording.clock(facts.watched_since)))
    return tuple(lines)


def _gap_lines(gaps: Sequence[Gap], wording: Wording) -> list[str]:
    """The longest ones, in order of time, and the rest in one line."""
    told = sorted(sorted(gaps, key=lambda g: g.since - g.until)[:GAPS], key=lambda g: g.since)
    lines = [
        wording.say(
            "gap",
            since=wording.clock(gap.since),
            until=wording.ending(gap.until),
            lasted=wording.duration(gap.until - gap.since),
            cause=_cause(gap, wording),
        )
        for gap in told
    ]
    rest = [gap for gap in gaps if gap not in told]
    if rest:
        whole = sum((gap.until - gap.since for gap in rest), timedelta())
        lines.append(wording.say("gap_more", n=len(rest), lasted=wording.duration(whole)))
    return lines


def _cause(gap: Gap, wording: Wording) -> str:
    if gap.before_watching:
        return wording.say("gap_unwatched")
    if gap.error is None:
        return wording.say("gap_unvisited")
    return f"{gap.source} {gap.error}" + (f" ({hosts_only(gap.cause)})" if gap.cause else "")


def source_rows(facts: Facts, wording: Wording) -> tuple[SourceRow, ...]:
    return tuple(_source(record, wording) for record in facts.quality.sources)


def _source(record: SourceRecord, wording: Wording) -> SourceRow:
    minutes = (record.complete, record.sampled, record.missing)
    errors = wording.join([f"{error} × {n}" for error, n in record.errors])
    return SourceRow(
        source=record.source,
        visits=f"{wording.count(record.visits)} ({wording.count(record.failed)})",
        minutes=UNKNOWN if None in minutes else " / ".join(wording.count(m) for m in minutes),
        rejected=wording.count(record.rejected),
        reason=f"{errors}: {hosts_only(record.reason)}" if record.reason else errors,
    )
