"""What a good configuration becomes, and what is said of a bad one."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.matching import Terms
from collectors.secret import Secret
from collectors.session import Session
from monitor.alerts.types import Severity
from monitor.config import Config, ConfigError, Problem, RouteConfig, default_text, load
from monitor.config.settings import Surroundings, Wrong, read
from tests.contracts.configuration import SMALL, edited

LITERAL = "SUB=_2A25FpastedByMistake"


def loaded(folder: Path, text: str, env: Mapping[str, str] | None = None) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, env or {})


def told(folder: Path, text: str, env: Mapping[str, str] | None = None) -> list[str]:
    """Every problem, as printed."""
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text, env)
    return str(caught.value).splitlines()


def test_the_shipped_file_runs_without_any_credential(tmp_path: Path) -> None:
    config = loaded(tmp_path, default_text())
    assert {source.kind for source in config.sources} >= {"weibo-hot-list", "weibo-search-web"}
    assert {rule.kind for rule in config.rules} == {
        "complaint-share",
        "volume",
        "hot-list",
        "hashtag-rising",
        "sentiment-drop",
        "source-blind",
        "source-blocked",
        "session-expiring",
    }
    assert config.storage.folder == tmp_path / "data"
    assert config.privacy.author_key is None


def test_the_file_at_the_top_is_the_shipped_one() -> None:
    assert Path("config.toml").read_text(encoding="utf-8") == default_text()


def test_every_key_becomes_what_it_says(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL, {"COOKIE": "SUB=x", "HOOK": "https://h.example/x?token=t", "HOOK_KEY": "k"})
    tea, rival = config.topics
    assert (tea.name, tea.title, tea.owner, rival.title) == ("tea", "秋天的第一杯奶茶", "brand", "rival")
    assert tea.hashtags == {"秋一杯": ("秋1杯",), "第一杯": ()}
    assert tea.watched().queries == ("#秋一杯#", "#第一杯#", "奶茶")
    assert rival.watched().queries == ("别家",)
    topic = tea.to_topic()
    assert (topic.any, topic.none, topic.subjects) == (("奶茶",), ("奶茶色",), ("订单",))
    source = config.sources[0]
    assert (source.every_s, source.topics, source.backfill_s, source.enabled) == (120.0, ("tea",), 3600.0, True)
    assert source.settings.cookie == Session("SUB=x")
    rule = config.rules[0]
    assert (rule.severity, rule.keep_firing_s, rule.labels) == (Severity.PAGE, 900.0, {"team": "a"})
    assert config.routes == (
        RouteConfig(match={"team": "a", "severity": "page"}, channels=("hook",), on_resolved=False),
        RouteConfig(channels=("log",)),
    )
    assert (config.external_url, config.time_zone, config.language) == ("https://m.example.org", "Asia/Shanghai", "zh")
    assert config.http.pace_s == {"s.weibo.com": 10.0}
    assert "SUB=x" not in repr(config)
    assert "token=t" not in repr(config)


def test_hashtags_may_be_a_list_and_carry_their_signs(tmp_path: Path) -> None:
    config = loaded(tmp_path, '[topics.tea]\nhashtags = ["#秋一杯#", "第一杯"]\n')
    assert config.topics[0].hashtags == {"秋一杯": (), "第一杯": ()}


def test_max_pages_counts_for_the_source_and_for_its_kind(tmp_path: Path) -> None:
    text = '[topics.tea]\nany = ["x"]\n[sources.s]\nkind = "weibo-search-web"\n'
    (source,) = loaded(tmp_path, text + "max_pages = 7\n").sources
    assert source.max_pages == 7
    (source,) = loaded(tmp_path, text).sources
    assert source.max_pages == 12


def test_the_definition_of_a_topic_changes_with_its_words_only(tmp_path: Path) -> None:
    def definition(text: str) -> str:
        return loaded(tmp_path, text, {"HOOK": "http://h", "HOOK_KEY": "k"}).topics[0].definition

    same = definition(SMALL)
    assert definition(edited(SMALL, 'owner = "brand"', 'owner = "other"')) == same
    assert definition(edited(SMALL, 'title = "秋天的第一杯奶茶"', "")) == same
    assert definition(edited(SMALL, 'none = ["奶茶色"]', 'none = ["奶茶裙"]')) != same
    assert definition(edited(SMALL, '["秋1杯"]', '["秋1杯", "秋"]')) != same
    assert definition(edited(SMALL, 'any = ["奶茶"]', 'all = ["奶茶"]')) != same


def test_a_topic_may_be_narrowed_by_platform_and_author(tmp_path: Path) -> None:
    text = """[topics.tea]
any = ["奶茶", "near(茶, 崩, 5)"]
platforms = ["weibo", "wechat"]
exclude_authors = ["weibo:17", "wechat:奶茶官方"]
[topics.tea.on.wechat]
none = ["招聘"]
"""
    (tea,) = loaded(tmp_path, text).topics
    assert tea.watched().queries == ("奶茶",)
    topic = tea.to_topic(lambda platform, native_id: f"{native_id} of {platform}")
    assert topic.exclude_authors == {"17 of weibo", "奶茶官方 of wechat"}
    assert topic.on == {"wechat": Terms(none=("招聘",))}
    for there in ('"weibo", "wechat"', '"weibo:17", ', '"招聘"'):
        (other,) = loaded(tmp_path, edited(text, there, '"x"' if "招" in there else "")).topics
        assert other.definition != tea.definition


MISTAKES = [
    (
        "labels = {",
        'sources = ["search"]\nlabels = {',
        "rules.complaints.sources: unknown key (known keys: count_agrees,",
    ),
    ("every_s = 120", 'every_s = "120"', "sources.search.every_s: should be a valid number"),
    ("every_s = 120", "every_s = 1", "sources.search.every_s: should be greater than or equal to 10"),
    ("every_s = 120", "evry_s = 120", "sources.search.evry_s: unknown key (nearest known key: every_s)"),
    ('severity = "page"\n', 'severity = "pager"\n', "rules.complaints.severity: should be 'page', 'warn' or 'note'"),
    (
        'topics = ["tea"]',
        'topics = ["te"]',
        "sources.search.topics[0]: there is no topic te (nearest known topic: tea)",
    ),
    ('rivals = ["rival"]', 'rivals = ["tea"]', "topics.tea.rivals[0]: there is no topic tea (known topics: rival)"),
    ('channels = ["log"]', "channels = []", "routes[1].channels: should not be empty"),
    (
        'channels = ["log"]',
        'channels = ["lag"]',
        "routes[1].channels[0]: there is no channel lag (nearest known channel: log)",
    ),
    (
        '{ team = "a", ',
        '{ taem = "a", ',
        "routes[0].match.taem: no alert has this label (nearest known label: team)",
    ),
    (
        'severity = "page" }',
        'severity = "pag" }',
        "routes[0].match.severity: no alert has pag here (nearest known value: page)",
    ),
    (
        'kind = "complaint-share"',
        'kind = "complaint-shore"',
        "rules.complaints.kind: there is no kind complaint-shore (nearest known kind: complaint-share)",
    ),
    ('kind = "complaint-share"', "", "rules.complaints.kind: the key kind is missing; it is one of: complaint-share,"),
    ('at = "07:30"', 'at = "24:30"', 'digest.at: is not a time of day such as "08:00"'),
    ('"https://m.example.org/"', '"m.example.org"', "external_url: is not an address such as"),
    ('"https://m.example.org/"', '"http://[::1"', "external_url: is not an address such as"),
    ('"Asia/Shanghai"', '"Asia/Peking"', 'time_zone: is not a time zone such as "Asia/Shanghai"'),
    ('"Asia/Shanghai"', '"../../etc/passwd"', 'time_zone: is not a time zone such as "Asia/Shanghai"'),
    ('"zh"', '"de"', "language: should be 'en' or 'zh'"),
    ('"s.weibo.com" = 10', '"s.weibo.com" = 1', 'http.pace_s."s.weibo.com": should be greater than or equal to 3'),
    ("keep_firing_s = 900", "keep_firing_s = nan", "rules.complaints.keep_firing_s: should be a finite number"),
    ("keep_firing_s = 900", "keep_firing_s = 08:00:00", "rules.complaints.keep_firing_s: should be a valid number"),
    ("[digest]", "[digset]", "digset: unknown key (nearest known key: digest)"),
    (
        "[topics.rival]",
        "[topics.'a/b']\nany = ['x']\n[topics.rival]",
        'topics."a/b": a name has letters, digits, _ and -, 64 at most',
    ),
    ('any = ["别家"]', "", "topics.rival: has no words: give hashtags, any, or all"),
    ('any = ["别家"]', 'any = ["别家", " "]', "topics.rival.any[1]: is an empty word, which every text would contain"),
    (
        'any = ["别家"]',
        'any = ["near(别家, 茶)"]',
        "topics.rival.any[0]: 'near(别家, 茶)' is no near(): write it as near(A,",
    ),
    (
        'any = ["别家"]',
        'any = ["别家", "/别(/"]',
        "topics.rival.any[1]: '/别(/' is no regular expression of RE2 (missing )",
    ),
    (
        'any = ["别家"]',
        'any = ["/别.?家/"]',
        "topics.rival: has expressions only, and searches ask for words: give queries",
    ),
    ('any = ["别家"]', 'any = ["别家"]\nplatforms = ["微博"]', "topics.rival.platforms[0]: is not a platform such as"),
    (
        'any = ["别家"]',
        'any = ["别家"]\nexclude_authors = ["17"]',
        "topics.rival.exclude_authors[0]: is not PLATFORM:ID",
    ),
    ('any = ["别家"]', 'any = ["别家"]\non.wechat.no = ["x"]', "topics.rival.on.wechat.no: unknown key"),
    ('"秋一杯" = ["秋1杯"]', '"##" = []', 'topics.tea.hashtags."##": is an empty word, which every text would contain'),
    ('folder = "keep"', "folder = 7", "storage.folder: should be a text in quotes"),
    ('{ env = "COOKIE" }', f'"{LITERAL}"', 'sources.search.cookie: is a secret: give { env = "NAME" } or'),
    ('{ env = "COOKIE" }', f'{{ env = "{LITERAL}", file = "x" }}', "sources.search.cookie: is a secret: give"),
    ('{ env = "COOKIE" }', '{ file = "nowhere" }', "sources.search.cookie: cannot read "),
    ('{ env = "HOOK_KEY" }', '{ env = "UNSET" }', "channels.hook.secret: the environment variable UNSET is not set"),
    ('{ env = "HOOK_KEY" }\n', '{ env = "HOOK_KEY" }\nsecrit = 3\n', "channels.hook.secrit: unknown key (nearest"),
    ('url = { env = "HOOK" }\n', "", "channels.hook: the key url is missing"),
    ('url = { env = "HOOK" }', 'url = { env = "HOOK_KEY" }', "channels.hook: what url refers to is not an http"),
]


@pytest.mark.parametrize(("there", "mistake", "what"), MISTAKES, ids=[mistake for _, mistake, _ in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_key(tmp_path: Path, there: str, mistake: str, what: str) -> None:
    text = edited(SMALL, there, mistake)
    (problem,) = told(tmp_path, text, {"HOOK": "https://h.example", "HOOK_KEY": "k"})
    where, told_line, message = re.fullmatch(r"(config\.toml):(\d+): (.*)", problem).groups()
    assert where == "config.toml"
    assert message.startswith(what)
    assert LITERAL not in problem
    lines = text.splitlines()
    last = [part.split("[")[0] for part in re.findall(r'"[^"]+"|[^."]+', message.split(": ")[0])][-1].strip('"')
    if "missing" not in message and "what url" not in message:
        assert last in lines[int(told_line) - 1]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = SMALL
    for there, mistake in (("every_s = 120", "every_s = true"), ('at = "07:30"', "att = 3"), ('"zh"', "3")):
        text = edited(text, there, mistake)
    problems = told(tmp_path, text, {"HOOK": "https://h.example"})
    assert [line.split(": ")[1] for line in problems] == [
        "language",
        "sources.search.every_s",
        "channels.hook.secret",
        "digest.att",
    ]


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert told(tmp_path, "[topics.tea]\nany = ['x'\nall = 3\n")[0].startswith("config.toml:3: not TOML: ")
    assert told(tmp_path, "[a]\nx = 1\nx = 2\n")[0].startswith("config.toml:3: not TOML: Cannot overwrite a value")
    assert told(tmp_path, "x = '''\nabc")[0].startswith("config.toml:2: not TOML: ")
    (tmp_path / "latin.toml").write_bytes(b"# fine\ntitle = '\xff'\n")
    with pytest.raises(ConfigError, match=r"^latin.toml:2: is not UTF-8 text$"):
        load(tmp_path / "latin.toml", {})


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file: `monitor init .*absent.toml` writes one"):
        load(tmp_path / "absent.toml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("\ufeff[topics.tea]\r\nany = ['x']\r\nal = 3\r\n".encode())
    with pytest.raises(ConfigError, match=r"^config.toml:3: topics.tea.al: unknown key \(nearest known key: all\)$"):
        load(path, {})


def test_secret_files_are_read_beside_the_configuration(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    (tmp_path / "key").chmod(0o600)
    text = edited(SMALL, '{ env = "HOOK_KEY" }', '{ file = "key" }')
    config = loaded(tmp_path, text, {"HOOK": "https://h.example"})
    assert config.channels[0].settings.secret == Secret("s3cret")
    assert caplog.text == ""
    (tmp_path / "key").chmod(0o644)
    with caplog.at_level(logging.WARNING):
        loaded(tmp_path, text, {"HOOK": "https://h.example"})
    assert "can be read by others: chmod 600" in caplog.text
    assert "s3cret" not in caplog.text
    (tmp_path / "key").write_text("one\ntwo\n", encoding="utf-8")
    assert "holds more than one line" in told(tmp_path, text, {"HOOK": "https://h.example"})[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    key: Secret
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    inner: Inner
    path: Path = Path("x")
    keys: tuple[Secret, ...] = ()
    maybe: Secret | None = None


def test_settings_of_plug_ins_may_nest_and_hold_secrets_anywhere(tmp_path: Path) -> None:
    around = Surroundings(env={"A": "a", "B": "b"}, folder=tmp_path)
    table = {"inner": {"key": {"env": "A"}}, "path": "there", "keys": [{"env": "B"}], "maybe": {"env": "C"}}
    assert read(Outer, table, around) == Outer(
        inner=Inner(key=Secret("a")), path=Path("there"), keys=(Secret("b"),), maybe=None
    )
    with pytest.raises(Wrong) as caught:
        read(Outer, {"inner": {"key": "text", "sice": 3}, "keys": [{"env": "B"}, {"env": "C"}]}, around)
    assert [key for key, _ in caught.value.faults] == [("inner", "key"), ("inner", "sice"), ("keys", 1)]


WORDS = [*re.findall(r'"[^"]*"|[\w.-]+|[\[\]{}=,#]', default_text()), "nan", "1e999", "'''", "[[", "\\", "\x00", "💧"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_mangled_is_told_and_never_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    lines = default_text().splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        parts = re.split(r'("[^"]*"|[\w.-]+)', lines[at])
        parts[data.draw(st.integers(0, len(parts) - 1))] = data.draw(st.sampled_from(WORDS))
        lines[at : at + data.draw(st.integers(0, 2))] = ["".join(parts)]
    problems: tuple[Problem, ...] = ()
    try:
        assert loaded(tmp_path, "\n".join(lines)).topics
    except ConfigError as error:
        problems = error.problems
        text = str(error)
    else:
        return
    assert len(text.splitlines()) >= len(problems) > 0
    assert all(problem.line is None or 1 <= problem.line <= len(lines) + 1 for problem in problems)


WITH_PEOPLE = """
[channels.team]
kind = "wecom"
url = { env = "HOOK" }

[channels.post]
kind = "mail"
host = "mail.example.org"
sender = "a@example.org"
to = ["duty@example.org"]

[people.li]
team = "ID1"
post = "li@example.org"

[[inhibit]]
source = ["kind = source-blocked"]
target = ["kind=source-blind", "source!~x|y"]
equal = ["source"]

[digest]"""


def test_people_and_inhibitions_are_read(tmp_path: Path) -> None:
    text = edited(SMALL, "[digest]", WITH_PEOPLE)
    text = edited(text, 'channels = ["log"]', 'channels = ["log"]\npeople = ["li"]\ngroup_by = ["topic"]')
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    config = load(path, {"HOOK": "https://h.example", "HOOK_KEY": "k"})
    assert [(person.name, person.addresses) for person in config.people] == [
        ("li", {"team": "ID1", "post": "li@example.org"})
    ]
    assert config.routes[1].people == ("li",)
    (inhibition,) = config.inhibit
    assert inhibition.target == ("kind=source-blind", 'source!~"x|y"')


@pytest.mark.parametrize(
    ("there", "instead", "problem"),
    [
        ('post = "li@example.org"', 'post = "li"', "li is not a mail address"),
        ('post = "li@example.org"', 'log = "li"', "channels of kind file speak to no single person"),
        ('post = "li@example.org"', 'pots = "li"', "nearest known key: post"),
        ('equal = ["source"]', 'equal = ["sorce"]', "there is no label sorce"),
        ('["kind = source-blocked"]', '["kind source-blocked"]', "is no matcher"),
        ("[[inhibit]]", '[heartbeat]\nurl = { env = "HOOK_KEY" }\n[[inhibit]]', "is not an http or https address"),
        ('channels = ["log"]', 'channels = ["log"]\npeople = ["lee"]', "there is no person lee"),
        ('channels = ["log"]', 'channels = ["log"]\ngroup_by = ["topik"]', "there is no label topik"),
        ('channels = ["log"]', 'channels = ["log"]\nquiet_hours = "22-8"', "are not hours such as"),
        (
            'channels = ["log"]',
            'channels = ["log"]\nescalate = [{ after_s = 900, channels = ["bos"] }]',
            "there is no channel bos",
        ),
    ],
)
def test_what_is_wrong_with_people_routes_and_inhibitions_is_told(
    tmp_path: Path, there: str, instead: str, problem: str
) -> None:
    text = edited(edited(SMALL, "[digest]", WITH_PEOPLE), there, instead)
    assert problem in told(tmp_path, text, {"HOOK": "https://h.example", "HOOK_KEY": "k"})[-1]
