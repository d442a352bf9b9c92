"""What a WeChat bridge serves: the articles of its accounts as RSS 2.0, Atom or JSON Feed."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from monitor.demo.scenario import BEIJING
from monitor.demo.scripted import Article

_LIMIT = 30
_TITLE = "WeChat accounts"
_HOME = "http://wechat-bridge.local"


def feed(path: str, articles: Sequence[Article], now: datetime) -> tuple[str, bytes] | None:
    """(content type, body) of a feed as it is at `now`; None where there is no such feed.

    `/feeds/all.rss`, `.atom` and `.json` hold all accounts; articles come newest first. `/rss` holds the same in the
    dialect of we-mp-rss: times in Beijing without a zone, contents escaped twice.
    """
    shown = [article for article in articles if article.at <= now][:_LIMIT]
    if path == "/feeds/all.rss":
        return "application/rss+xml; charset=utf-8", _rss(shown, now).encode()
    if path == "/feeds/all.atom":
        return "application/atom+xml; charset=utf-8", _atom(shown, now).encode()
    if path == "/feeds/all.json":
        return "application/feed+json; charset=utf-8", _json(shown).encode()
    if path == "/rss":
        return "application/xml; charset=utf-8", _we_mp_rss(shown).encode()
    return None


def _we_mp_rss(articles: Sequence[Article]) -> str:
    items = "".join(
        f"<item><id>{each.short_id}</id><title>{escape(each.title)}</title><guid>{_link(each)}</guid>"
        f"<link>{_link(each)}</link><author>{escape(each.account)}</author>"
        f"<pubDate>{each.at.astimezone(BEIJING):%a, %d %b %Y %H:%M:%S} </pubDate>"
        f"<content:encoded>{escape(f'<![CDATA[{_html(each)}]]>')}</content:encoded></item>\n"
        for each in articles
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{_TITLE}</title><generator>Mp-We-Rss</generator>\n{items}</channel></rss>\n"
    )


def _rss(articles: Sequence[Article], now: datetime) -> str:
    items = "".join(
        f"<item><title>{escape(each.title)}</title><link>{_link(each)}</link><guid>{each.short_id}</guid>"
        f"<author>{escape(each.account)}</author><pubDate>{format_datetime(each.at)}</pubDate>"
        f"<content:encoded><![CDATA[{_html(each)}]]></content:encoded></item>\n"
        for each in articles
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{_TITLE}</title><link>{_HOME}</link><description>{_TITLE}</description>"
        f"<lastBuildDate>{format_datetime(now.astimezone(UTC).replace(microsecond=0))}</lastBuildDate>\n{items}"
        "</channel></rss>\n"
    )


def _atom(articles: Sequence[Article], now: datetime) -> str:
    entries = "".join(
        f'<entry><title type="html"><![CDATA[{escape(each.title)}]]></title><id>{each.short_id}</id>'
        f'<link href="{_link(each)}"/><updated>{_iso(each.at)}</updated><published>{_iso(each.at)}</published>'
        f"<author><name>{escape(each.account)}</name></author>"
        f'<content type="html"><![CDATA[{_html(each)}]]></content></entry>\n'
        for each in articles
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{_HOME}/feeds/all.atom</id><title>{_TITLE}</title><updated>{_iso(now)}</updated>\n{entries}</feed>\n"
    )


def _json(articles: Sequence[Article]) -> str:
    items = [
        {
            "id": each.short_id,
            "url": _link(each),
            "title": each.title,
            "content_html": _html(each),
            "date_modified": _iso(each.at),
            "author": {"name": each.account},
        }
        for each in articles
    ]
    head = {"version": "https://jsonfeed.org/version/1", "title": _TITLE, "home_page_url": _HOME}
    return json.dumps({**head, "feed_url": f"{_HOME}/feeds/all.json", "items": items}, ensure_ascii=False)


def _link(article: Article) -> str:
    return f"https://mp.weixin.qq.com/s/{article.short_id}"


def _html(article: Article) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.body)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
