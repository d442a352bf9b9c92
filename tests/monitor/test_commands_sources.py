"""`monitor sources list` and `parse`: what can be read, and how one recorded page reads."""

import json
from pathlib import Path

import pytest

from collectors.registry import names
from monitor.exit_codes import Exit
from tests.monitor.command_line import configured, monitor

PAYLOADS = Path(__file__).parents[1] / "payloads"
AT = "2026-11-23T12:00:30+08:00"
POST_FIELDS = {
    "key",
    "platform",
    "native_id",
    "url",
    "text",
    "published_at",
    "collected_at",
    "kind",
    "author_id",
    "author_name",
    "repost_of",
    "reposts",
    "comments",
    "likes",
    "views",
    "followers",
}
PAGES = {
    "weibo-hot-list": PAYLOADS / "weibo_hot_list" / "hot_search.json",
    "weibo-search-web": PAYLOADS / "weibo_search_web" / "present_layout.html",
    "wechat-feed": PAYLOADS / "wechat_feed" / "rss.xml",
    "weibo-search-csv": PAYLOADS / "weibo_search_csv" / "with_comments_24_columns.csv",
}
WALLS = {
    "weibo-hot-list": PAYLOADS / "weibo_hot_list" / "login_wall.json",
    "weibo-search-web": PAYLOADS / "weibo_search_web" / "captcha.html",
    "wechat-feed": PAYLOADS / "wechat_feed" / "login.html",
}


def test_every_kind_is_listed_with_its_settings() -> None:
    done = monitor("sources", "list", "--json")
    kinds = json.loads(done.stdout)
    assert tuple(kinds) == names("trend_monitor.sources")
    search = {"platform": "weibo", "scope": "topic", "settings": ["cookie", "max_pages", "pace_s"]}
    assert kinds["weibo-search-web"] == search
    lines = monitor("sources", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(kinds)


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_of_every_kind_is_read(kind: str) -> None:
    done = monitor("sources", "parse", kind, PAGES[kind], "--at", AT, "--json")
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    page = json.loads(done.stdout)
    assert set(page) == {"posts", "hot_entries", "next_cursor", "covered", "pages_shown", "rejected"}
    assert page["posts"] or page["hot_entries"]
    for post in page["posts"]:
        assert set(post) == POST_FIELDS
        assert post["key"] == f"{post['platform']}:{post['native_id']}"
        assert post["published_at"].endswith("+00:00")
        assert post["collected_at"] == "2026-11-23T04:00:30+00:00"
        assert post["author_name"] is None


def test_covered_and_cursor_are_those_of_the_page() -> None:
    page = json.loads(monitor("sources", "parse", "wechat-feed", PAGES["wechat-feed"], "--at", AT, "--json").stdout)
    times = [post["published_at"] for post in page["posts"]]
    assert page["covered"][0] == min(times)
    assert page["next_cursor"] is None
    page = json.loads(
        monitor("sources", "parse", "weibo-search-web", PAGES["weibo-search-web"], "--at", AT, "--json").stdout
    )
    assert page["next_cursor"] == "2"
    hot = json.loads(monitor("sources", "parse", "weibo-hot-list", PAGES["weibo-hot-list"], "--json").stdout)
    assert hot["covered"] is None


def test_names_are_shown_where_they_are_asked_for() -> None:
    page = json.loads(
        monitor("sources", "parse", "weibo-search-web", PAGES["weibo-search-web"], "--names", "--json").stdout
    )
    assert any(post["author_name"] for post in page["posts"])


@pytest.mark.parametrize("kind", WALLS)
def test_a_wall_is_an_error_with_its_class_and_what_to_do(kind: str) -> None:
    done = monitor("sources", "parse", kind, WALLS[kind], "--json")
    assert done.exit_code == Exit.FAILURE
    error = json.loads(done.stdout)
    assert list(error) == ["error"]
    assert error["error"]["class"] == "Blocked"
    assert error["error"]["reason"]
    assert done.stderr.strip()


@pytest.mark.parametrize("kind", [*PAGES, "replay"])
def test_a_page_of_another_kind_is_an_error_and_not_an_empty_page(kind: str, tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.write_bytes(b"\x00\xff something else entirely")
    done = monitor("sources", "parse", kind, page, "--json")
    assert done.exit_code == Exit.FAILURE
    assert json.loads(done.stdout)["error"]["class"] == ("Blocked" if kind == "replay" else "PayloadChanged")


def test_replay_says_which_kind_to_name_instead(tmp_path: Path) -> None:
    done = monitor("sources", "parse", "replay", PAGES["wechat-feed"], "--json")
    assert "no kind of source is named" in json.loads(done.stdout)["error"]["reason"]
    assert 'set source = "…" for replay' in done.stderr
    config = configured(
        tmp_path, '[topics.t]\nany = ["奶茶"]\n[sources.again]\nkind = "replay"\nsource = "wechat-feed"\n'
    )
    read = monitor("sources", "parse", "again", PAGES["wechat-feed"], "-c", config, "--json")
    assert read.exit_code == Exit.OK
    assert json.loads(read.stdout)["posts"]


def test_a_kept_page_is_read_at_the_moment_it_was_received(tmp_path: Path) -> None:
    page = tmp_path / "20251101T000000-x.page"
    page.write_bytes(PAGES["weibo-search-web"].read_bytes())
    page.with_name(page.name + ".meta.json").write_text(json.dumps({"at": AT, "url": "https://s.weibo.com/"}))
    posts = json.loads(monitor("sources", "parse", "weibo-search-web", page, "--json").stdout)["posts"]
    assert {post["collected_at"] for post in posts} == {"2026-11-23T04:00:30+00:00"}
    asked = ["sources", "parse", "weibo-search-web", page, "--at", "2026-11-24T12:00:30", "--json"]
    posts = json.loads(monitor(*asked).stdout)["posts"]
    assert {post["collected_at"] for post in posts} == {"2026-11-24T04:00:30+00:00"}


def test_a_note_beside_the_page_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "x.page"
    page.write_bytes(PAGES["weibo-search-web"].read_bytes())
    page.with_name("x.page.meta.json").write_text("{}")
    done = monitor("sources", "parse", "weibo-search-web", page, "--json")
    assert done.exit_code == Exit.FAILURE
    assert "x.page.meta.json" in json.loads(done.stdout)["error"]["reason"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["weibo", "PAGE"], "weibo-search-web"),
        (["weibo-search-web", "nowhere.html"], "nowhere.html"),
        (["weibo-search-web", "PAGE", "--at", "yesterday"], "'yesterday' is neither a date"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(words: list[str], told: str) -> None:
    page = str(PAGES["weibo-search-web"])
    done = monitor("sources", "parse", *[page if word == "PAGE" else word for word in words])
    assert done.exit_code == Exit.USAGE
    assert told in done.stderr
    assert done.stdout == ""


def test_a_check_tells_also_what_it_does_not_ask(tmp_path: Path) -> None:
    config = configured(
        tmp_path,
        '[topics.t]\nany = ["奶茶"]\n[sources.off]\nkind = "weibo-hot-list"\nenabled = false\n'
        '[sources.files]\nkind = "weibo-search-csv"\npath = "x.csv"\n',
    )
    done = monitor("sources", "check", "-c", config)
    assert done.exit_code == Exit.OK
    assert done.stdout == ""
    off, files = done.stderr.splitlines()
    assert off.endswith("off: not asked: not enabled")
    assert "`monitor import`" in files
