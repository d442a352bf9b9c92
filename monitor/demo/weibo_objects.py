"""Posts and comments as objects of Weibo's JSON, in the dialects of its hosts."""

from datetime import datetime
from html import escape

from collectors.weibo.ids import bid_of
from monitor.demo.pages import rich, shown_count
from monitor.demo.post import DemoPost
from monitor.demo.scenario import BEIJING

CUT_AT = 130  # characters of a long text that a list shows


def created_at(second: int) -> str:
    """`Fri Nov 20 09:12:27 +0800 2026`."""
    return datetime.fromtimestamp(second, BEIJING).strftime("%a %b %d %H:%M:%S %z %Y")


def mobile(post: DemoPost, *, is_repeated: bool = False) -> dict[str, object]:
    """An `mblog` of m.weibo.cn: ids as text, counts and followers as the site shows them, pictures as an object."""
    text = rich(post.text, "\x00")
    if post.is_long:
        text = rich(post.text[:CUT_AT].rstrip("#＃[@"), "\x00") + f' ...<a href="/status/{post.mid}">全文</a>'
    mblog: dict[str, object] = {
        "id": post.mid,
        "mid": post.mid,
        "bid": bid_of(post.mid),
        "created_at": created_at(post.second),
        "text": text,
        "isLongText": post.is_long,
        "textLength": len(post.text.encode("gb18030", "replace")),
        "source": post.device,
        "user": {
            "id": int(post.uid),
            "screen_name": post.nick,
            "followers_count": shown_count(post.followers, "0"),
        },
        "reposts_count": shown_count(post.reposts, "0"),
        "comments_count": post.comments,
        "attitudes_count": shown_count(post.likes, "0"),
        "pics": {"0": {"pid": "p0"}, "1": {"pid": "p1"}},
        "region_name": "发布于 上海",
    }
    if post.repost_of is not None and not is_repeated:
        mblog |= {"raw_text": post.text, "retweeted_status": mobile(post.repost_of, is_repeated=True)}
    return mblog


def desktop(post: DemoPost, *, is_repeated: bool = False) -> dict[str, object]:
    """A status of weibo.com/ajax and of the open platform: ids as numbers and as text."""
    shown = post.text[:CUT_AT] + " ...展开" if post.is_long else post.text
    status: dict[str, object] = {
        "created_at": created_at(post.second),
        "id": int(post.mid),
        "idstr": post.mid,
        "mid": post.mid,
        "mblogid": bid_of(post.mid),
        "text_raw": shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "text": rich(shown, "\x00"),
        "isLongText": post.is_long,
        "source": f'<a href="http://app.weibo.com/" rel="nofollow">{escape(post.device)}</a>',
        "user": {"id": int(post.uid), "idstr": post.uid, "screen_name": post.nick, "followers_count": post.followers},
        "reposts_count": post.reposts,
        "comments_count": post.comments,
        "attitudes_count": post.likes,
        "pic_infos": {},
    }
    if post.repost_of is not None and not is_repeated:
        status["retweeted_status"] = desktop(post.repost_of, is_repeated=True)
    return status


def official(post: DemoPost) -> dict[str, object]:
    """A status of the open platform, which cuts nothing off and has no plain text."""
    status = desktop(post)
    del status["text_raw"], status["mblogid"]
    return status | {"text": post.text.replace("&", "&amp;").replace("<", "&lt;"), "isLongText": False}


def comment(said: DemoPost) -> dict[str, object]:
    """What `said` says, as a comment with an id of its own."""
    number = comment_id(said)
    return {
        "created_at": created_at(said.second),
        "id": number,
        "idstr": str(number),
        "rootid": number,
        "text": rich(said.text, "\x00"),
        "text_raw": said.text,
        "like_counts": said.likes,
        "total_number": 0,
        "source": "来自上海",
        "user": {"id": int(said.uid), "idstr": said.uid, "screen_name": said.nick, "followers_count": said.followers},
    }


def comment_id(said: DemoPost) -> int:
    """Given in the same second as the post's, and another than it."""
    return int(said.mid) ^ 1
