"""The columns of every table that can be exported: the one place that defines them.

docs/data-dictionary.md is written from these; a test keeps it so.
"""

from monitor.exporters.exporter import Column

KEY = Column(name="post", unit="text", null="never", meaning="Key of the post: platform:native_id.")
PLATFORM = Column(name="platform", unit="text", null="never", meaning="Platform, lower case: weibo, wechat, …")
KIND = Column(name="kind", unit="text", null="never", meaning="original, repost, comment or article.")
PUBLISHED = Column(name="published_at", unit="time", null="never", meaning="When the platform says it was published.")
AUTHOR = Column(
    name="author_id",
    unit="text",
    null="the source does not tell the author",
    meaning="Keyed hash of the platform's author id: equal for one author, of no use elsewhere.",
)
FOLLOWERS = Column(
    name="followers",
    unit="persons",
    null="the source does not tell",
    meaning="Followers of the author, newest reading; of a mention, the first.",
)
CATEGORIES = Column(
    name="categories",
    unit="names, ;",
    null="no complaint was recognised",
    meaning="Complaint categories, strongest evidence first: slow;busy.",
)
POLARITY = Column(
    name="polarity",
    unit="-1 … +1",
    null="cannot be told",
    meaning="Below 0 the text speaks badly, above 0 well, 0 is neutral; what rounds to 0.000 counts as neutral.",
)
VERSION = Column(
    name="version",
    unit="text",
    null="never",
    meaning="Topics, lexicons, tokenizer and model that the annotation was made with.",
)


def _count(name: str, meaning: str) -> Column:
    return Column(name=name, unit="count", null="the source does not tell (0: it says zero)", meaning=meaning)


POST_COLUMNS = (
    KEY,
    PLATFORM,
    Column(name="native_id", unit="text", null="never", meaning="The platform's own id; 16 digits on Weibo."),
    KIND,
    PUBLISHED,
    Column(name="collected_at", unit="time", null="never", meaning="When it was first read."),
    Column(name="source", unit="text", null="never", meaning="Configured source that stored it first."),
    AUTHOR,
    Column(
        name="author_name",
        unit="text",
        null="names are not kept (the default), or the source does not tell",
        meaning="Name of the author.",
    ),
    FOLLOWERS,
    Column(
        name="repost_of",
        unit="text",
        null="neither a repost nor a comment, or of an unknown post",
        meaning="Key of the post that this one passes on or comments on.",
    ),
    _count("reposts", "Reposts, newest reading."),
    _count("comments", "Comments, newest reading."),
    _count("likes", "Likes, newest reading."),
    _count("views", "Views, newest reading."),
    Column(name="topics", unit="names, ;", null="mentions no topic", meaning="Topics that the post mentions."),
    Column(name="hashtags", unit="#…# #…#", null="none", meaning="Folded hashtags: case, width and aliases resolved."),
    CATEGORIES,
    POLARITY,
    Column(
        name="duplicate_of",
        unit="text",
        null="nobody's copy, or too short to tell",
        meaning="Key of the post whose text this one repeats, word for word or nearly: of those within seven days "
        "the first that was stored.",
    ),
    Column(
        name="gone_at",
        unit="time",
        null="not known to be gone",
        meaning="When it was noticed that its platform no longer has it: deleted or withheld.",
    ),
    Column(
        name="gone_because",
        unit="text",
        null="not known to be gone",
        meaning="Which source noticed, and what the platform said. (Absence from a search is no deletion.)",
    ),
    Column(name="url", unit="text", null="never", meaning="Address of the post."),
    Column(name="text", unit="text", null="never (empty: a post without words)", meaning="Text as published."),
    VERSION,
)


COUNTS_COLUMNS = (
    KEY,
    Column(name="at", unit="time", null="never", meaning="When these counts were read."),
    Column(name="source", unit="text", null="never", meaning="Configured source that told them."),
    _count("reposts", "Reposts at that time."),
    _count("comments", "Comments at that time."),
    _count("likes", "Likes at that time."),
    _count("views", "Views at that time."),
    FOLLOWERS,
)


HOT_LIST_COLUMNS = (
    Column(name="seen_at", unit="time", null="never", meaning="When the list was as it says, as its source tells."),
    PLATFORM,
    Column(name="word", unit="text", null="never", meaning="The line, without # signs."),
    Column(name="kind", unit="text", null="never", meaning="ranked, pinned (by the platform: no rank) or ad."),
    Column(name="rank", unit="place", null="pinned, an ad, or not told", meaning="Place in the list; 1 is the top."),
    Column(name="heat", unit="none", null="not told", meaning="The platform's own figure."),
    Column(name="label", unit="text", null="unlabelled", meaning="新, 热, 沸, 爆, …"),
    Column(name="onboard_at", unit="time", null="not told", meaning="Since when it has been on the list."),
    Column(name="url", unit="text", null="not told", meaning="Address of the line."),
)


MENTION_COLUMNS = (
    Column(name="topic", unit="text", null="never", meaning="Topic mentioned. A post has one mention a topic."),
    KEY,
    PLATFORM,
    KIND,
    PUBLISHED,
    AUTHOR,
    Column(name="term", unit="text", null="never", meaning="Words of the topic that were found first."),
    Column(name="start", unit="characters", null="never", meaning="Where they begin in the text as published."),
    Column(name="end", unit="characters", null="never", meaning="Where they end."),
    CATEGORIES,
    POLARITY,
    Column(
        name="original",
        unit="true / false",
        null="never",
        meaning="true: neither reposts another post nor copies an earlier text.",
    ),
    FOLLOWERS,
    Column(
        name="observed_at",
        unit="time",
        null="came too late to be judged: history only",
        meaning="Start of the judged minute (the Observation) that counted it.",
    ),
    VERSION,
)


UNSEEN = "nothing of the interval was collected, and nothing is known of it"


def _tally(name: str, meaning: str, unit: str = "count") -> Column:
    return Column(name=name, unit=unit, null=UNSEEN, meaning=meaning)


def _estimate(name: str, meaning: str) -> Column:
    return Column(name=name, unit="count", null="all was seen, or nothing was collected", meaning=meaning)


SERIES_COLUMNS = (
    Column(name="topic", unit="text", null="never", meaning="Topic counted."),
    Column(name="start", unit="time", null="never", meaning="Start of the interval; a day begins at 00:00 in Beijing."),
    Column(name="resolution_s", unit="s", null="never", meaning="Length of the interval: 60, 3600 or 86400."),
    Column(
        name="coverage",
        unit="share 0…1",
        null="never",
        meaning="Share of its minutes that were collected, completely or as a sample.",
    ),
    Column(name="sampled", unit="share 0…1", null="never", meaning="Share of its minutes that were only sampled."),
    _tally("mentions", "Mentions seen."),
    _estimate("estimated_low", "Lower end of the 90 % interval of all mentions there were."),
    _estimate("estimated_mid", "Mentions there were, estimated, where only a sample could be read."),
    _estimate("estimated_high", "Upper end of the 90 % interval."),
    _tally("authors", "Distinct known authors of the mentions seen. Do not add up over intervals."),
    _tally("originals", "Mentions seen that are neither reposts nor copies."),
    _tally("complaints", "Mentions seen with at least one complaint category."),
    _tally("complaint_authors", "Distinct known authors of these. Do not add up over intervals."),
    _tally("negative", "Mentions seen with polarity below 0."),
    _tally("neutral", "Mentions seen with polarity 0."),
    _tally("positive", "Mentions seen with polarity above 0."),
    _tally("polarity_sum", "Sum of polarity × 1000, rounded per mention.", "1/1000"),
    _tally("reach", "Followers summed over the mentions seen whose source tells them.", "persons"),
    _tally("reach_known", "How many mentions tell them."),
)


ALERT_COLUMNS = (
    Column(name="alert", unit="text", null="never", meaning="Key of the episode: fingerprint:episode."),
    Column(name="rule", unit="text", null="never", meaning="Configured rule that raised it."),
    Column(
        name="kind", unit="text", null="never", meaning="Kind of the rule: complaint-share, volume, source-blind, …"
    ),
    Column(name="subject", unit="text", null="never", meaning="Topic, or source, that it is about."),
    Column(name="severity", unit="text", null="never", meaning="page, warn or note."),
    Column(name="state", unit="text", null="never", meaning="ok, pending, firing, recovering or resolved, as of now."),
    Column(name="breached_at", unit="time", null="never breached", meaning="First breach of this episode."),
    Column(name="fired_at", unit="time", null="never fired", meaning="When it was told to people."),
    Column(name="cleared_at", unit="time", null="still breached", meaning="First clear verdict since the last breach."),
    Column(name="resolved_at", unit="time", null="not resolved", meaning="When it was over."),
    Column(name="judged_at", unit="time", null="never judged", meaning="Newest verdict taken in."),
    Column(name="unknown_since", unit="time", null="it can be judged", meaning="Since when nothing can be seen."),
    Column(name="value", unit="see unit", null="unknown", meaning="What the rule measured last."),
    Column(name="peak", unit="see unit", null="unknown", meaning="Its highest value in this episode."),
    Column(name="limit", unit="see unit", null="unknown", meaning="What it was compared with last."),
    Column(name="unit", unit="text", null="the rule names none", meaning="Unit of value, peak and limit."),
    Column(name="labels", unit="name=value, ;", null="none", meaning="Labels that routes and silences match."),
    Column(name="because", unit="text", null="not told", meaning="One sentence with the figures."),
)
