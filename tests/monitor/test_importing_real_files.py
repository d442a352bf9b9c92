"""Real files of the weibo-search crawler: exactly their distinct posts, counted as pandas counts them."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from monitor.exit_codes import Exit
from tests.monitor.command_line import configured, monitor

OPPO = "YZS17_weibo-spiders-UI__OPPO.csv"
FILES = {  # a word that is often in each file
    "MatheLover_weibo_search_2.0__比亚迪.csv": "比亚迪",
    OPPO: "手机",
    "YZS17_weibo-spiders-UI__小米.csv": "小米",
    "yageanny_a_spider__东莞吴绍强.csv": "吴绍强",
}
OPPO_POSTS = 86  # in 719 rows
EVERYTHING = ["--from", "2009-08-14", "--to", "2026-11-01"]


@pytest.fixture(params=FILES)
def path(request: pytest.FixtureRequest, corpora: Path) -> Path:
    return corpora / "data" / "weibo_search_csv" / str(request.param)


def raw(path: Path) -> pd.DataFrame:
    """The file as pandas sees it, one row a post."""
    return pd.read_csv(path, dtype=str, encoding_errors="replace").drop_duplicates("id")


def exported(name: str, config: Path, *words: str) -> pd.DataFrame:
    done = monitor("export", name, *EVERYTHING, *words, "-c", config)
    assert done.exit_code == Exit.OK, done.stderr
    return pd.read_csv(io.StringIO(done.stdout.removeprefix("\ufeff")), dtype={"native_id": str})


def per_hour(times: pd.Series) -> dict[str, int]:
    return {f"{hour:%Y-%m-%dT%H}": int(count) for hour, count in times.dt.floor("h").value_counts().items()}


def test_each_file_stores_exactly_its_distinct_posts_and_nothing_twice(path: Path, tmp_path: Path) -> None:
    config = configured(tmp_path)
    rows, posts = pd.read_csv(path, dtype=str), raw(path)
    first = json.loads(monitor("import", path, "--json", "-c", config).stdout)
    assert first["stored"] == len(posts)
    if path.name == OPPO:
        assert (len(rows), first["stored"]) == (719, OPPO_POSTS)
    assert (first["already"], first["rejected"], first["unreadable_files"]) == (0, 0, {})
    comments = rows["评论内容"].notna().sum() if "评论内容" in rows else 0
    assert first["comments_stored"] == comments

    second = json.loads(monitor("import", path, "--json", "-c", config).stdout)
    assert (second["stored"], second["comments_stored"]) == (0, 0)
    assert second["already"] == first["stored"] + first["comments_stored"]

    table = exported("posts", config)
    assert len(table) == first["stored"] + first["comments_stored"]
    own = table[table["kind"] != "comment"]
    assert set(own["native_id"]) == set(posts["id"].str.strip())


def test_per_hour_counts_of_posts_equal_pandas(path: Path, tmp_path: Path) -> None:
    config = configured(tmp_path)
    monitor("import", path, "-c", config)
    table = exported("posts", config)
    own = table[table["kind"] != "comment"]
    seen = per_hour(pd.to_datetime(own["published_at"]).dt.tz_localize(None))
    assert seen == per_hour(pd.to_datetime(raw(path)["发布时间"], format="mixed"))


def test_per_hour_counts_of_the_series_equal_pandas(path: Path, tmp_path: Path) -> None:
    word = FILES[path.name]
    config = configured(tmp_path, f'[topics.own]\nany = ["{word}"]\n')
    monitor("import", path, "-c", config)
    rows, posts = pd.read_csv(path, dtype=str), raw(path)
    times = [pd.to_datetime(saying(posts, "微博正文", word)["发布时间"], format="mixed")]
    if "评论内容" in rows:
        times.append(pd.to_datetime(saying(rows, "评论内容", word)["评论时间"], format="mixed").dt.tz_localize(None))
    expected = per_hour(pd.concat(times))
    assert sum(expected.values()) > 0

    span = ["--from", min(expected)[:10], "--to", max(expected)[:10], "--topic", "own"]
    done = monitor("export", "series", *span, "-c", config)
    series = pd.read_csv(io.StringIO(done.stdout.removeprefix("\ufeff")))
    series = series[series["mentions"].fillna(0) > 0]
    counted = {start[:13]: int(count) for start, count in zip(series["start"], series["mentions"], strict=True)}
    assert counted == expected


def saying(rows: pd.DataFrame, column: str, word: str) -> pd.DataFrame:
    """Rows whose text has the word; a user name that has it (`@…`) says nothing about a brand."""
    text = rows[column].str.replace(r"@[\w-]+", "", regex=True)
    return rows[text.str.contains(word, na=False, regex=False)]
