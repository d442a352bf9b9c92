"""One page of s.weibo.com search results, in the layout of 2018 and in the present one."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collectors.errors import Blocked, PayloadChanged
from collectors.normalise import clean, count, is_plausible, node_text
from collectors.page_text import text_of
from collectors.post import Kind, Page, Post, Rejected
from collectors.source import Reading
from collectors.weibo.ids import bid_of, is_mid, mid_of
from collectors.weibo.order import covered
from collectors.weibo.shown_times import check_shown_times
from collectors.weibo.times import post_time
from collectors.weibo.walls import SIGN_IN, SOLVE, check_address, check_visitor_page

CARD = "div.card-wrap[action-type=feed_list_item]"
_FORWARDED = "[node-type=feed_list_forward], [node-type=feed_list_forwardContent], div.card-comment"
_NOT_OWN = "i.wbicon, [action-type=fl_unfold], [action-type=fl_fold]"
_FOLD_ICONS = ("d", "c")
_FOLD_TAIL = re.compile(r"\s*(?:收起|展开)(?:全文)?[dc]?$")
_NOTHING_FOUND = ("未找到", "没有找到")
_WITHHELD = "法律法规"
_POST_LINK = re.compile(r"^(?:https?:)?//(?:www\.)?weibo\.com/(\d{1,20})/([0-9A-Za-z]{7,12})(?:[?#/]|$)")
_USER_LINK = re.compile(r"^(?:https?:)?//(?:www\.)?weibo\.com/(?:u/)?(\d{1,20})(?:[?#/]|$)")
_MID_IN_DATA = re.compile(r"(?:^|&)mid=(\d{1,20})(?:&|$)")
_GOOD_PAGE = (b"m-main-nav", "<title>微博搜索".encode(), b"$CONFIG['product'] = 'search'")
_CAPTCHA = (b"passport.weibo.com/verify", b"/captcha")
_LOGIN_SHELL = (b"passport.weibo.com", b"login.php", b"sso/signin")
_NUMBER = re.compile("[0-9０-９]")
_ALL_BAD = 3  # so many cards, none readable, is a new layout and not a few odd cards
_MOST_TAGS = 40_000  # a page of 20 cards has some thousand
_MOST_CARDS = 200
_MOST_BLOCKS = 10  # of forwarded posts in one card; there is one, seldom split in two


def read_page(body: bytes, reading: Reading, moment: Callable[[Post], datetime | None]) -> Page:
    """Posts newest first as shown; coverage where the page is in time order. Raises SourceError and nothing else.

    A page that says that nothing was found is an empty page; any other page without posts is an error.
    """
    check_address(reading.url)
    check_visitor_page(body)
    if body.count(b"<") > _MOST_TAGS:
        raise PayloadChanged(f"page of less than {_MOST_TAGS} tags")
    tree = LexborHTMLParser(text_of(body))
    # Cards after the no-result card are recommendations, not results.
    if (no_result := tree.css_first(".card-no-result")) is not None:
        _check_nothing_found(node_text(no_result))
        return Page()
    cards = tree.css(CARD)
    if not cards:
        _explain_no_cards(body)
    if len(cards) > _MOST_CARDS:
        raise PayloadChanged(f"page of at most {_MOST_CARDS} cards")
    if b"</html" not in body[-4096:].lower():
        raise PayloadChanged("closing </html> (the page is cut off)")
    next_cursor, pages_shown = _paging(tree, reading.page)
    posts, rejected = _read_cards(cards, reading)
    if not posts and len(rejected) >= _ALL_BAD:
        raise PayloadChanged(f"readable card among {len(rejected)} (the first: {rejected[0].reason})")
    check_shown_times(posts)
    covered_from, covered_until = covered([moment(post) or post.published_at for post in posts])
    return Page(
        posts=posts,
        next_cursor=next_cursor,
        covered_from=covered_from,
        covered_until=covered_until,
        pages_shown=pages_shown,
        rejected=rejected,
    )


def _check_nothing_found(said: str) -> None:
    if _WITHHELD in said:
        raise Blocked("the platform withholds the results of this search", "choose another search phrase")
    if not any(words in said for words in _NOTHING_FOUND):
        raise PayloadChanged(f"known sentence in .card-no-result (it says: {said[:60]})")


def _explain_no_cards(body: bytes) -> None:
    if any(mark in body for mark in _CAPTCHA):
        raise Blocked("captcha", SOLVE)
    if any(mark in body for mark in _LOGIN_SHELL):
        raise Blocked("login page", SIGN_IN)
    if any(mark in body for mark in _GOOD_PAGE):
        raise PayloadChanged(f"{CARD}, nor .card-no-result,")
    raise PayloadChanged("search page")


def _paging(tree: LexborHTMLParser, page: int) -> tuple[str | None, int | None]:
    pages = len(tree.css("ul.s-scroll > li")) or None
    following = tree.css_first("a.next")
    if following is None:
        return None, pages
    try:
        named = parse_qs(urlsplit(following.attributes.get("href") or "").query).get("page", [""])[0]
    except ValueError:
        named = ""
    return (named if re.fullmatch("[1-9][0-9]{0,3}", named) else str(page + 1)), pages


def _read_cards(cards: list[LexborNode], reading: Reading) -> tuple[tuple[Post, ...], tuple[Rejected, ...]]:
    posts: dict[str, Post] = {}
    rejected = []
    for number, card in enumerate(cards, 1):
        read = _read_card(card, reading)
        if isinstance(read, Post):
            posts.setdefault(read.native_id, read)
        else:
            rejected.append(
                Rejected(reason=read, where=f"card {number}", excerpt=clean(" ".join(card.text().split()))[:300])
            )
    return tuple(posts.values()), tuple(rejected)


def _read_card(card: LexborNode, reading: Reading) -> Post | str:
    """The post of a card, or the reason why there is none. Takes the card apart."""
    is_repost, original = _take_forwarded(card)
    links = card.css("div.from a, p.from a")
    in_link = next((found for link in links if (found := _POST_LINK.match(link.attributes.get("href") or ""))), None)
    mid = _mid(card.attributes.get("mid"), in_link and in_link[2])
    if mid is None:
        return "no id"
    published_at = _published_at([link.text().strip() for link in links], mid, reading.at)
    if published_at is None:
        return "no date"
    if not is_plausible(published_at, reading.at):
        return f"impossible date {published_at:%Y-%m-%d}"
    texts = {text.attributes.get("node-type"): text for text in reversed(card.css("p.txt"))}
    shown = texts.get("feed_list_content_full") or texts.get("feed_list_content") or texts.get(None)
    if shown is None:
        return "no text"
    author, name = card.css_first("a.name"), shown.attributes.get("nick-name")
    in_author = _USER_LINK.match((author and author.attributes.get("href")) or "")
    uid = in_author[1] if in_author else in_link[1] if in_link else None
    counts = _shown_counts(card)
    return Post(
        platform="weibo",
        native_id=mid,
        url=f"https://weibo.com/{uid}/{bid_of(mid)}" if uid else f"https://m.weibo.cn/detail/{mid}",
        text=own_text(shown),
        published_at=published_at,
        collected_at=reading.at,
        kind=Kind.REPOST if is_repost else Kind.ORIGINAL,
        author_id=reading.authors.id("weibo", uid),
        author_name=reading.authors.name(clean(name or (author.text() if author else "")).strip()),
        repost_of=original and f"weibo:{original}",
        reposts=counts.get("feed_list_forward"),
        comments=counts.get("feed_list_comment"),
        likes=counts.get("feed_list_like"),
    )


def own_text(shown: LexborNode) -> str:
    """What the author wrote: without icons, and without the link that folds a long text."""
    icons = shown.css("i.wbicon")
    last = icons[-1].text().strip() if icons else ""
    is_folded = last in _FOLD_ICONS and shown.text().rstrip().endswith(last)
    for unwanted in shown.css(_NOT_OWN):
        unwanted.decompose()
    text = node_text(shown)
    return _FOLD_TAIL.sub("", text) if is_folded or text.endswith(("收起d", "展开c")) else text


def _take_forwarded(card: LexborNode) -> tuple[bool, str | None]:
    """Remove the block of the post that this one passes on; say whether there was one, and its mid where told."""
    is_repost, mid = False, None
    for _ in range(_MOST_BLOCKS):
        if (block := card.css_first(_FORWARDED)) is None:
            break
        is_repost = is_repost or block.css_first("p") is not None
        mid = mid or next(_mids_in(block), None)
        block.decompose()
    return is_repost, mid


def _mids_in(block: LexborNode) -> Iterator[str]:
    for like in block.css("[action-type=feed_list_like]"):
        if found := _MID_IN_DATA.search(like.attributes.get("action-data") or ""):
            yield found[1]
    for link in block.css(".from a"):
        found = _POST_LINK.match(link.attributes.get("href") or "")
        if found and (mid := _mid(None, found[2])):
            yield mid


def _mid(mid: str | None, bid: str | None) -> str | None:
    if mid and is_mid(mid):
        return mid
    try:
        return mid_of(bid) if bid else None
    except ValueError:
        return None


def _published_at(shown_times: list[str], mid: str, at: datetime) -> datetime | None:
    return next((moment for shown in shown_times if (moment := post_time(shown, mid, at))), None)


def _shown_counts(card: LexborNode) -> dict[str | None, int | None]:
    """By button. One without a number ("转发", "赞") says zero; a card without the button says nothing."""
    counts: dict[str | None, int | None] = {}
    for button in card.css("a[action-type]"):
        shown = button.text()
        counts[button.attributes.get("action-type")] = count(shown) if _NUMBER.search(shown) else 0
    return counts
