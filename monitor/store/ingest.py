"""One visit, stored: everything it tells, in one transaction that the caller holds."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import groupby

from analysis.hashtags import fold_hashtag
from collectors.post import Kind
from monitor.store.buckets import count
from monitor.store.copies import copies
from monitor.store.epoch import maybe_seconds, seconds
from monitor.store.hosts import save_paces
from monitor.store.known import note_withdrawn, see_again
from monitor.store.observe import observe
from monitor.store.posts import INSERT_MENTION, NewPost, insert_annotations, insert_posts, mention_rows, texts
from monitor.store.standing import note
from monitor.store.store import Ingested, Visit
from monitor.store.terms import count_terms


def ingest(connection: sqlite3.Connection, visit: Visit, on_stage: Callable[[str], None]) -> Ingested:
    """Store a visit whose slot is new; otherwise change nothing. `on_stage("transaction")` is called midway."""
    visit_id = _insert_visit(connection, visit)
    if visit_id is None:
        return Ingested(repeated=True)
    new, known = insert_posts(connection, visit.posts, visit.annotations, visit.source, visit_id)
    mentions = _insert_language(connection, new)
    enriched = see_again(connection, known, visit.source, topic_id)
    note_withdrawn(connection, visit.withdrawn, visit.source, seconds(visit.at))
    on_stage("transaction")
    _insert_findings(connection, visit, visit_id)
    _insert_stretches(connection, visit, visit_id)
    note(connection, visit)
    save_paces(connection, visit.paces)
    connection.execute(
        "UPDATE visits SET new_posts = ?, known_posts = ? WHERE id = ?", (len(new), len(known), visit_id)
    )
    return Ingested(
        new_posts=len(new),
        new_comments=sum(n.post.kind is Kind.COMMENT for n in new),
        known_posts=len(known),
        enriched_posts=enriched,
        new_mentions=mentions,
        rejected=len(visit.rejected),
        observed=observe(connection, visit.source, visit.target, seconds(visit.at)),
    )


def _insert_visit(connection: sqlite3.Connection, visit: Visit) -> int | None:
    """The id of the visit's row; None where its slot was stored before."""
    row = connection.execute(
        "INSERT INTO visits (slot, source, target, at, asked_from, asked_until, pages, rejected, error, reason, "
        "watermark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (slot) DO NOTHING RETURNING id",
        (
            visit.slot,
            visit.source,
            visit.target,
            seconds(visit.at),
            maybe_seconds(visit.asked_from),
            maybe_seconds(visit.asked_until),
            visit.pages,
            len(visit.rejected),
            visit.error,
            visit.reason,
            maybe_seconds(visit.watermark),
        ),
    ).fetchall()
    return int(row[0][0]) if row else None


def _insert_language(connection: sqlite3.Connection, new: Sequence[NewPost]) -> int:
    """Annotations, hashtags, copies and mentions of new posts, and the buckets these touch; the number of mentions."""
    copied = copies(connection, texts(new))
    insert_annotations(connection, new, copied)
    names = {match.topic for n in new for match in n.annotation.matches}
    topics = {name: topic_id(connection, name) for name in sorted(names)}
    mentions = sorted(mention_rows(new, copied, topics))
    connection.executemany(INSERT_MENTION, mentions)
    for topic, of_topic in groupby(mentions, key=lambda mention: mention.topic_id):
        count(connection, topic, list(of_topic))
    count_terms(connection, mentions, {n.id: n.annotation for n in new})
    return len(mentions)


def topic_id(connection: sqlite3.Connection, name: str) -> int:
    """The row of a topic. One that is mentioned before it is watched gets its row, without being watched."""
    connection.execute("INSERT INTO topics (name) VALUES (?) ON CONFLICT (name) DO NOTHING", (name,))
    return int(connection.execute("SELECT id FROM topics WHERE name = ?", (name,)).fetchone()[0])


def _insert_findings(connection: sqlite3.Connection, visit: Visit, visit_id: int) -> None:
    at = seconds(visit.at)
    connection.executemany(
        "INSERT INTO rejected (source, seen_at, reason, place, excerpt, visit_id) VALUES (?, ?, ?, ?, ?, ?)",
        [(visit.source, at, r.reason, r.where, r.excerpt, visit_id) for r in visit.rejected],
    )
    connection.executemany(
        "INSERT INTO hot_entries (seen_at, platform, word, kind, folded, rank, heat, label, onboard_at, url, source) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                seconds(e.seen_at),
                e.platform,
                e.word,
                e.kind.value,
                folded(e.word),
                e.rank,
                e.heat,
                e.label,
                maybe_seconds(e.onboard_at),
                e.url,
                visit.source,
            )
            for e in visit.hot_entries
        ],
    )


def folded(word: str) -> str:
    """As hashtags are folded, so that a hot-list word and a hashtag can be compared."""
    return fold_hashtag(word)


def _insert_stretches(connection: sqlite3.Connection, visit: Visit, visit_id: int) -> None:
    # Both ends are cut off downwards: stretches that join stay joined, and posts carry whole seconds anyway.
    connection.executemany(
        "INSERT INTO stretches (source, target, starts_at, ends_at, share, rate_low, rate_mid, rate_high, visit_id, "
        "recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                visit.source,
                visit.target,
                seconds(s.starts_at),
                seconds(s.ends_at),
                s.share,
                *((s.rate.low, s.rate.mid, s.rate.high) if s.rate else (None, None, None)),
                visit_id,
                seconds(visit.at),
            )
            for s in visit.stretches
        ],
    )
