"""Each source as it is asked in the world of the stand-in, and what it must have stored of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from collectors.errors import Blocked, PayloadChanged, SourceError
from collectors.post import Kind
from collectors.registry import source_kind
from collectors.secret import Secret
from collectors.session import Session
from collectors.source import Source, Watched
from collectors.wechat.ids import expiring_id, lasting_id
from monitor.demo.faults import FaultKind
from monitor.demo.mirrors import DAILYHOT, NEWSNOW
from monitor.demo.people import OFFICIAL
from monitor.demo.post import DemoPost
from monitor.demo.scenario import BRAND, BRIDGE, HASHTAG, HOT_LIST, SEARCH
from monitor.demo.scripted import Article, articles
from monitor.demo.wechat_hosts import ARTICLES_HOST, OWN_ACCOUNT, READING, SOGOU, book_of, long_link, reads
from monitor.demo.wechat_pages import link, text_of_kind
from monitor.demo.weibo_hosts import COMMERCIAL, MOBILE_HOST, OPEN_PLATFORM, comments_under
from monitor.demo.weibo_objects import comment_id
from monitor.demo.world import posts
from tests.monitor.stand_in.serving import LAUNCH, SCALE, WORLD, minute, said

NOW = LAUNCH + timedelta(hours=4, seconds=25)
SINCE = NOW - timedelta(minutes=30)
EVER = datetime(2000, 1, 1, tzinfo=UTC)
LOGIN = Secret("SUB=_2A25-any-login; XSRF-TOKEN=abc123")
TEA = Watched(topic="tea", queries=(BRAND,))
HASH = Watched(topic="tea", queries=(f"#{HASHTAG}#",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A source, the host that its first question goes to, and what it must have stored by NOW."""

    kind: str
    settings: dict[str, Any]
    host: str
    stored: Callable[[], dict[str, dict[str, object]]]  # key → what is stored of it
    watched: Watched = TEA
    since: datetime = SINCE  # where the window of the visit begins
    target: int = 0  # which of its targets
    words: int = 0  # hot words stored
    claims: Literal["all", "part", "nothing"] = "all"  # of the time from `since` on
    walls: tuple[type[SourceError], ...] = (Blocked,)
    stale: frozenset[FaultKind] = field(default_factory=frozenset)  # faults that another door of it gets round

    def source(self) -> Source:
        kind: Any = source_kind(self.kind)
        return kind(kind.Settings(**self.settings))


def _posts(found: list[DemoPost], *, to_the_second: bool) -> dict[str, dict[str, object]]:
    told: dict[str, dict[str, object]] = {}
    for post in found:
        told[f"weibo:{post.mid}"] = {
            "text": post.text.strip(),
            "published_at": post.at if to_the_second else minute(post),
            "kind": Kind.ORIGINAL if post.repost_of is None else Kind.REPOST,
        }
    return told


def _with_originals(found: list[DemoPost]) -> dict[str, dict[str, object]]:
    """JSON shows the whole original beside a repost, unless it is cut off."""
    originals = [post.repost_of for post in found if post.repost_of is not None and not post.repost_of.is_long]
    return _posts(originals, to_the_second=True) | _posts(found, to_the_second=True)


def _searched() -> dict[str, dict[str, object]]:
    return _posts(said(BRAND, SINCE, NOW), to_the_second=False)


def _official() -> list[DemoPost]:
    return [post for post in posts(WORLD, SCALE) if post.uid == OFFICIAL.uid and post.at <= NOW]


def _comments() -> dict[str, dict[str, object]]:
    every = posts(WORLD, SCALE)
    seconds = [post.second for post in every]
    told = {}
    for post in _official()[::-1][:3]:
        for each in comments_under(post, every, seconds, NOW):
            told[f"weibo:{comment_id(each)}"] = {
                "text": each.text.strip(),
                "published_at": each.at,
                "kind": Kind.COMMENT,
                "repost_of": f"weibo:{post.mid}",
            }
    return told


def _articles(wanted: Callable[[Article], bool] = lambda _: True) -> list[Article]:
    return [each for each in articles(WORLD) if each.at <= NOW and wanted(each)]


def _by_short_id(found: list[Article], text: Callable[[Article], str]) -> dict[str, dict[str, object]]:
    return {
        f"wechat:{each.short_id}": {"text": text(each), "published_at": each.at, "kind": Kind.ARTICLE} for each in found
    }


def _feed_text(article: Article) -> str:
    return f"{article.title}\n\n" + "\n".join(article.body)


def _page_text(article: Article) -> str:
    return text_of_kind(article)


def _by_account_and_title() -> dict[str, dict[str, object]]:
    week = NOW - timedelta(days=7)
    return {
        f"wechat:{expiring_id('', each.title, each.account, each.at)}": {
            "text": f"{each.title}\n\n{each.body[0]}",
            "published_at": each.at,
        }
        for each in _articles(lambda it: it.at >= week and (BRAND in it.title or BRAND in "".join(it.body)))
    }


def _own() -> list[Article]:
    return _articles(lambda each: each.account == BRAND)


def _own_articles() -> dict[str, dict[str, object]]:
    today = {each.short_id for each in _own() if (NOW - each.at) < timedelta(hours=5)}
    week = NOW - timedelta(days=8)
    return {
        f"wechat:{lasting_id(long_link(each))}": {
            "text": _feed_text(each),
            "published_at": each.at,
            "views": None if each.short_id in today or each.at < week else reads(each),
        }
        for each in _own()
    }


def _nothing() -> dict[str, dict[str, object]]:
    return {}


OTHER_DOORS = frozenset(
    {
        FaultKind.LOGIN_WALL,
        FaultKind.LOGIN_REDIRECT,
        FaultKind.FORBIDDEN,
        FaultKind.BLOCKED,
        FaultKind.TRUNCATED,
    }
)
PUSHED_TO = {"wechat-webhook"}  # asks nothing; its own tests push to it over a socket
BRIDGE_ALL = f"http://{BRIDGE}/feeds/all"
OWN = {"app_id": "wx00", "app_secret": Secret("s3cret-of-account"), "account": BRAND}
CASES = (
    Case(kind="weibo-search-web", settings={"cookie": LOGIN}, host=SEARCH, stored=_searched),
    Case(
        kind="weibo-search-mobile",
        settings={"cookie": LOGIN, "long_texts": 50},
        host=MOBILE_HOST,
        stored=lambda: _with_originals(said(BRAND, SINCE, NOW)),
    ),
    Case(
        kind="weibo-search-mobile",
        settings={"visitor": True, "long_texts": 50},
        host=MOBILE_HOST,
        stored=lambda: _with_originals(said(BRAND, EVER, NOW)[-10:]),
        claims="part",
    ),
    Case(
        kind="weibo-hot-list",
        settings={"cookie": LOGIN},
        host=HOT_LIST,
        stored=_nothing,
        words=50,
        claims="nothing",
        stale=frozenset(
            {
                FaultKind.LOGIN_WALL,
                FaultKind.LOGIN_REDIRECT,
                FaultKind.FORBIDDEN,
                FaultKind.BLOCKED,
                FaultKind.TRUNCATED,
            }
        ),
    ),
    Case(
        kind="weibo-timeline",
        settings={"accounts": (OFFICIAL.uid,), "cookie": LOGIN},
        host=HOT_LIST,
        since=LAUNCH - timedelta(days=1),
        stored=lambda: _with_originals(_official()),
    ),
    Case(
        kind="weibo-timeline",
        settings={"accounts": (OFFICIAL.uid,), "via": "mobile", "visitor": True},
        host=MOBILE_HOST,
        since=LAUNCH - timedelta(days=1),
        stored=lambda: _with_originals(_official()),
    ),
    Case(
        kind="weibo-comments",
        settings={"accounts": (OFFICIAL.uid,), "cookie": LOGIN},
        host=HOT_LIST,
        since=LAUNCH - timedelta(days=1),
        stored=_comments,
    ),
    Case(
        kind="weibo-open-platform",
        settings={"token": Secret("token-of-the-app")},
        watched=HASH,
        host=OPEN_PLATFORM,
        since=NOW - timedelta(minutes=10),
        stored=lambda: _with_originals(said(f"#{HASHTAG}#", NOW - timedelta(minutes=10), NOW)),
    ),
    Case(
        kind="weibo-open-platform",
        settings={"token": Secret("token-of-the-app"), "search": "limited"},
        host=COMMERCIAL,
        stored=lambda: _with_originals(said(BRAND, SINCE, NOW)),
    ),
    Case(
        kind="wechat-feed",
        settings={"url": f"{BRIDGE_ALL}.rss"},
        host=BRIDGE,
        stored=lambda: _by_short_id(_articles(), _feed_text),
    ),
    Case(
        kind="wechat-feed",
        settings={"url": f"{BRIDGE_ALL}.atom"},
        host=BRIDGE,
        stored=lambda: _by_short_id(_articles(), _feed_text),
    ),
    Case(
        kind="wechat-feed",
        settings={"url": f"{BRIDGE_ALL}.json"},
        host=BRIDGE,
        stored=lambda: _by_short_id(_articles(), _feed_text),
    ),
    Case(
        kind="wechat-feed",
        settings={"url": f"http://{BRIDGE}/rss"},
        host=BRIDGE,
        stored=lambda: _by_short_id(_articles(), _feed_text),
    ),
    Case(
        kind="wechat-article",
        settings={"urls": (link(articles(WORLD)[-1]),)},
        host=ARTICLES_HOST,
        stored=lambda: _by_short_id(_articles()[-1:], _page_text),
        claims="nothing",
    ),
    Case(
        kind="wechat-article",
        settings={"feeds": (f"{BRIDGE_ALL}.json",)},
        host=BRIDGE,
        stored=lambda: _by_short_id(_articles(), _page_text),
        claims="nothing",
    ),
    Case(kind="wechat-sogou", settings={}, host=SOGOU, stored=_by_account_and_title, claims="nothing"),
    Case(kind="wechat-official-account", settings=OWN, host=OWN_ACCOUNT, stored=_own_articles),
    Case(
        kind="wechat-weread",
        settings={
            "cookie": Session("wr_vid=7; wr_skey=skey-run-out; wr_rt=refresh-token"),
            "accounts": (book_of(BRAND),),
            "reader": "https://weread.qq.com/web/mp/reader/abc",
        },
        host=READING,
        stored=lambda: _by_short_id(_own(), lambda each: f"{each.title}\n\n{each.body[0][:120]}"),
    ),
    Case(
        kind="newsnow",
        settings={"site": f"http://{NEWSNOW}"},
        host=NEWSNOW,
        stored=_nothing,
        words=30,
        claims="nothing",
        walls=(PayloadChanged,),
    ),
    Case(
        kind="dailyhot",
        settings={"site": f"http://{DAILYHOT}"},
        host=DAILYHOT,
        stored=_nothing,
        words=50,
        claims="nothing",
        walls=(PayloadChanged,),
    ),
)
