"""The tables, as numbered steps; each step is one transaction, and the file's `user_version` counts those taken.

Times are whole epoch seconds; NULL means unknown. `mentions` carries what counting needs (author, polarity, …) beside
the key, so that a recount of a minute or an hour reads one stretch of one B-tree.
"""

import sqlite3
from pathlib import Path

from monitor.store.epoch import BEIJING, DAY, HOUR
from monitor.store.store import StoreError

APPLICATION = 0x54_4D_4F_4E  # "TMON", the file's application_id

COUNTS = """
  mentions INTEGER {null}, authors INTEGER {null}, originals INTEGER {null}, complaints INTEGER {null},
  complaint_authors INTEGER {null}, negative INTEGER {null}, neutral INTEGER {null}, positive INTEGER {null},
  polarity_sum INTEGER {null}, reach INTEGER {null}, reach_known INTEGER {null}
"""

# Hashtags per hour, words per day (of Beijing) and days with words, of the mentions `m` that `where` chooses.
COUNT_HASHTAGS = f"""
INSERT INTO hashtag_hours (topic_id, key, hour, mentions)
SELECT m.topic_id, h.key, m.published_at / {HOUR} * {HOUR} AS hour, count(*)
FROM mentions m JOIN post_hashtags h ON h.post_id = m.post_id WHERE {{where}} GROUP BY m.topic_id, h.key, 3
"""
# `tokens` joins words by spaces; as a JSON list SQLite can take it apart.
WORDS = f"""
SELECT m.topic_id, (m.published_at + {BEIJING}) / {DAY} * {DAY} - {BEIJING} AS day, w.value AS word,
  count(DISTINCT m.post_id) AS texts
FROM mentions m JOIN annotations a ON a.post_id = m.post_id JOIN json_each(
  '["' || replace(replace(replace(a.tokens, '\\', '\\\\'), '"', '\\"'), ' ', '","') || '"]') w
WHERE m.original = 1 AND a.tokens <> '' AND {{where}} GROUP BY m.topic_id, 2, w.value
"""
DAYS_DUE = f"""
INSERT INTO word_days_due (topic_id, day)
SELECT DISTINCT m.topic_id, (m.published_at + {BEIJING}) / {DAY} * {DAY} - {BEIJING} FROM mentions m WHERE {{where}}
ON CONFLICT DO NOTHING
"""

FIRST = f"""
CREATE TABLE topics (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT, rivals TEXT NOT NULL DEFAULT '[]',
  owner TEXT NOT NULL DEFAULT '', watched INTEGER NOT NULL DEFAULT 0, watched_since INTEGER,
  recounted INTEGER NOT NULL DEFAULT 0,
  late_from INTEGER, -- minutes before it take no part in late counting
  observed_until INTEGER
) STRICT;
CREATE TABLE deciders (
  topic_id INTEGER NOT NULL REFERENCES topics, query TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
  removed_at INTEGER, -- decided the minutes before it; NULL: still does
  PRIMARY KEY (topic_id, query, source, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE visits (
  id INTEGER PRIMARY KEY, slot TEXT NOT NULL UNIQUE, source TEXT NOT NULL, target TEXT NOT NULL,
  at INTEGER NOT NULL, asked_from INTEGER, asked_until INTEGER, pages INTEGER NOT NULL,
  new_posts INTEGER NOT NULL DEFAULT 0, known_posts INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL,
  error TEXT, reason TEXT
) STRICT;
CREATE INDEX visits_at ON visits (at);
CREATE TABLE targets ( -- where each source stands with each target: its cursor and its newest visit
  source TEXT NOT NULL, target TEXT NOT NULL, platform TEXT NOT NULL, watermark INTEGER, asked_from INTEGER,
  moved_at INTEGER, -- when the watermark last went forward
  visited_at INTEGER NOT NULL, succeeded_at INTEGER, error TEXT, reason TEXT,
  PRIMARY KEY (source, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE hosts ( -- microseconds: a pace is kept to the fraction of a second
  host TEXT PRIMARY KEY, answered_us INTEGER, rest_until_us INTEGER, refusals INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE stretches (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL, share REAL NOT NULL, rate_low REAL, rate_mid REAL, rate_high REAL,
  visit_id INTEGER NOT NULL REFERENCES visits, recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX stretches_start ON stretches (source, target, starts_at);
CREATE INDEX stretches_long ON stretches (source, target, starts_at) WHERE ends_at - starts_at > 86400;
CREATE TABLE rejected (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, seen_at INTEGER NOT NULL, reason TEXT NOT NULL,
  place TEXT NOT NULL, excerpt TEXT NOT NULL, visit_id INTEGER NOT NULL REFERENCES visits
) STRICT;
CREATE INDEX rejected_at ON rejected (seen_at);
CREATE TABLE hot_entries (
  seen_at INTEGER NOT NULL, platform TEXT NOT NULL, word TEXT NOT NULL, kind TEXT NOT NULL, folded TEXT NOT NULL,
  rank INTEGER, heat INTEGER, label TEXT, onboard_at INTEGER, url TEXT, source TEXT NOT NULL,
  PRIMARY KEY (seen_at, platform, word, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE posts (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, platform TEXT NOT NULL, native_id TEXT NOT NULL, url TEXT NOT NULL,
  text TEXT NOT NULL, published_at INTEGER NOT NULL, collected_at INTEGER NOT NULL, kind TEXT NOT NULL, author_id TEXT,
  author_name TEXT, repost_of TEXT, reposts INTEGER, comments INTEGER, likes INTEGER, views INTEGER, followers INTEGER,
  counted_at INTEGER NOT NULL, -- when the four counts were read
  source TEXT NOT NULL, visit_id INTEGER NOT NULL REFERENCES visits
) STRICT;
CREATE INDEX posts_published ON posts (published_at);
CREATE TABLE annotations (
  post_id INTEGER PRIMARY KEY REFERENCES posts, tokens TEXT NOT NULL, complaints TEXT NOT NULL,
  categories TEXT NOT NULL, polarity REAL, fingerprint INTEGER NOT NULL, duplicate_of INTEGER REFERENCES posts,
  version TEXT NOT NULL
) STRICT;
CREATE TABLE stories ( -- of the posts with one text: the earliest stored so far
  fingerprint INTEGER PRIMARY KEY, post_id INTEGER NOT NULL REFERENCES posts, published_at INTEGER NOT NULL
) STRICT;
CREATE TABLE post_hashtags (
  post_id INTEGER NOT NULL REFERENCES posts, key TEXT NOT NULL, spelling TEXT NOT NULL,
  PRIMARY KEY (post_id, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE mentions ( -- post_id is no declared reference: each post removed would search the whole table
  topic_id INTEGER NOT NULL REFERENCES topics, published_at INTEGER NOT NULL, post_id INTEGER NOT NULL,
  platform TEXT NOT NULL, author_id TEXT, complaint INTEGER NOT NULL, original INTEGER NOT NULL,
  polarity_milli INTEGER, followers INTEGER, observed_at INTEGER,
  term TEXT NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, categories TEXT NOT NULL, polarity REAL,
  version TEXT NOT NULL,
  PRIMARY KEY (topic_id, published_at, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_complaining ON mentions (topic_id, published_at) WHERE complaint = 1;
CREATE TABLE buckets (
  topic_id INTEGER NOT NULL REFERENCES topics, resolution_s INTEGER NOT NULL, start INTEGER NOT NULL,
  platform TEXT NOT NULL, {COUNTS.format(null="NOT NULL")},
  PRIMARY KEY (topic_id, resolution_s, start, platform)
) STRICT, WITHOUT ROWID;
CREATE TABLE hour_authors ( -- distinct known authors of an hour: with complaining 0 all, with 1 those who complained
  topic_id INTEGER NOT NULL REFERENCES topics, hour INTEGER NOT NULL, platform TEXT NOT NULL,
  complaining INTEGER NOT NULL, author_id TEXT NOT NULL,
  PRIMARY KEY (topic_id, hour, platform, complaining, author_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE observations (
  topic_id INTEGER NOT NULL REFERENCES topics, start INTEGER NOT NULL, completeness TEXT NOT NULL, share REAL NOT NULL,
  {COUNTS.format(null="")}, estimate_low REAL, estimate_mid REAL, estimate_high REAL,
  categories TEXT NOT NULL, version TEXT NOT NULL, recorded_at INTEGER NOT NULL,
  PRIMARY KEY (topic_id, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_states (
  rule TEXT NOT NULL, subject TEXT NOT NULL, judged_until INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY (rule, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE alerts (
  key TEXT PRIMARY KEY, rule TEXT NOT NULL, subject TEXT NOT NULL, episode INTEGER NOT NULL, state TEXT NOT NULL,
  began_at INTEGER NOT NULL, ended_at INTEGER, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_newest ON alerts (rule, subject, episode);
CREATE INDEX alerts_ended ON alerts (ended_at);
CREATE TABLE transitions (
  id INTEGER PRIMARY KEY, alert TEXT NOT NULL REFERENCES alerts, at INTEGER NOT NULL, before TEXT NOT NULL,
  after TEXT NOT NULL, because TEXT NOT NULL, UNIQUE (alert, at, after)
) STRICT;
CREATE TABLE evidence (
  alert TEXT NOT NULL REFERENCES alerts, at INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (alert, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, alert TEXT, channel TEXT NOT NULL,
  recipient TEXT NOT NULL, message TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL, leased_until INTEGER, delivered_at INTEGER, dead_at INTEGER,
  reference TEXT NOT NULL DEFAULT '', last_error TEXT
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX deliveries_alert ON deliveries (alert) WHERE alert IS NOT NULL;
CREATE TABLE digests (
  day TEXT NOT NULL, topic TEXT NOT NULL, revision INTEGER NOT NULL, as_of INTEGER NOT NULL, facts BLOB NOT NULL,
  PRIMARY KEY (day, topic, revision)
) STRICT, WITHOUT ROWID;
"""

TERMS = f"""
CREATE TABLE hashtag_hours (
  topic_id INTEGER NOT NULL REFERENCES topics, key TEXT NOT NULL, hour INTEGER NOT NULL, mentions INTEGER NOT NULL,
  PRIMARY KEY (topic_id, key, hour)
) STRICT, WITHOUT ROWID;
CREATE TABLE word_days ( -- days of Beijing; a word counts once per text, copies and reposts do not count
  topic_id INTEGER NOT NULL REFERENCES topics, day INTEGER NOT NULL, word TEXT NOT NULL, texts INTEGER NOT NULL,
  PRIMARY KEY (topic_id, day, word)
) STRICT, WITHOUT ROWID;
CREATE TABLE word_days_due ( -- days whose words are still to be counted, or to be counted again
  topic_id INTEGER NOT NULL REFERENCES topics, day INTEGER NOT NULL, PRIMARY KEY (topic_id, day)
) STRICT, WITHOUT ROWID;
{COUNT_HASHTAGS.format(where="true")};
{DAYS_DUE.format(where="true")};
"""

# A post that is seen again. Of most posts nothing new is ever told: they have no row in `counts`, and their first
# reading is what `posts` says. `counts` begins when a later reading differs, with the first reading.
SEEN_AGAIN = """
CREATE TABLE counts (
  post_id INTEGER NOT NULL REFERENCES posts, at INTEGER NOT NULL, source TEXT NOT NULL,
  reposts INTEGER, comments INTEGER, likes INTEGER, views INTEGER, followers INTEGER,
  PRIMARY KEY (post_id, at, source)
) STRICT, WITHOUT ROWID;
ALTER TABLE posts ADD COLUMN gone_at INTEGER;
ALTER TABLE posts ADD COLUMN gone_because TEXT;
"""

STANDING = """
ALTER TABLE targets ADD COLUMN blocked_at INTEGER; -- since when a wall stands that was not passed; NULL: none
ALTER TABLE targets ADD COLUMN wall TEXT; -- what stands there
CREATE TABLE sessions ( -- the login that a source reads with; a mark tells one from another
  source TEXT PRIMARY KEY, mark TEXT NOT NULL, since INTEGER NOT NULL, ends_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE circuits (
  source TEXT PRIMARY KEY, failures INTEGER NOT NULL, failing_since INTEGER, retry_at INTEGER, mark TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

COPIES = """
CREATE TABLE story_keys ( -- the first story stored that is found under a key, in each week: see copies.py
  week INTEGER NOT NULL, key INTEGER NOT NULL, post_id INTEGER NOT NULL, PRIMARY KEY (week, key)
) STRICT, WITHOUT ROWID;
INSERT INTO story_keys (week, key, post_id) SELECT published_at / 604800, fingerprint, post_id FROM stories;
DROP TABLE stories;
ALTER TABLE annotations ADD COLUMN sketch BLOB NOT NULL DEFAULT x'';
"""

PEOPLE = """
ALTER TABLE deliveries ADD COLUMN grouped TEXT NOT NULL DEFAULT ''; -- what is due together in it is one message
ALTER TABLE deliveries ADD COLUMN batch INTEGER; -- id of the first delivery of the message it went out with
CREATE INDEX deliveries_grouped ON deliveries (grouped, channel, recipient) WHERE grouped <> '';
CREATE TABLE acknowledgements (
  alert TEXT PRIMARY KEY REFERENCES alerts, at INTEGER NOT NULL, author TEXT NOT NULL, comment TEXT NOT NULL,
  severity TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE silences ( -- matchers as a JSON list of texts; pending, active or expired is computed from the time
  id INTEGER PRIMARY KEY, matchers TEXT NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
  author TEXT NOT NULL, comment TEXT NOT NULL
) STRICT;
"""

# What was known at each visit can be told again: for visits from before, where their stretches end is the best guess.
LEDGER = """
ALTER TABLE visits ADD COLUMN watermark INTEGER; -- where it left its target's cursor; NULL: as it was
UPDATE visits SET watermark = (SELECT max(ends_at) FROM stretches WHERE visit_id = visits.id) WHERE error IS NULL;
ALTER TABLE deciders ADD COLUMN added_at INTEGER; -- NULL: before this was noted
"""

STEPS: tuple[str, ...] = (FIRST, TERMS, SEEN_AGAIN, STANDING, COPIES, PEOPLE, LEDGER)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the newest schema. Raises StoreError where it belongs to another program or is newer."""
    version = check(connection, path)
    if version == len(STEPS):
        return
    from sqlite_utils import Database  # here, for it loads pandas: half a second that an up-to-date file need not pay

    database = Database(connection, recursive_triggers=False, execute_plugins=False)
    for number, step in enumerate(STEPS[version:], version + 1):
        with database.atomic():
            for statement in statements(step):
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {number}")


def check(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of the file. Raises StoreError where this program cannot use it."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    occupied = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION and (application or version or occupied):
        raise StoreError(
            f"{path} is the database of another program: name another file in the configuration, or move it away"
        )
    if version > len(STEPS):
        raise StoreError(
            f"{path} was written by a newer Trend Monitor (schema {version}, this one knows {len(STEPS)}): "
            "install that version again, or restore a backup from before"
        )
    return version


def statements(script: str) -> list[str]:
    """The single statements of a script. (`executescript` would commit first, and so break the transaction.)"""
    found, begun = [], ""
    for line in script.splitlines():
        begun += line + "\n"
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found
