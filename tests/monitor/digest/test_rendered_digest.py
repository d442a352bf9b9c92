"""The digest people read: same facts, same bytes; nothing a post says is live; nothing unknown is a fall."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.config.types import Language
from monitor.digest import charts
from monitor.digest.facts import Facts, dump, load
from monitor.digest.gather import gather
from monitor.digest.make import make_digest
from monitor.digest.render import digest_html, digest_text, file_name, write
from monitor.digest.story import subject, summary
from monitor.digest.wording import Wording
from monitor.store.sqlite import SqliteStore, open_store
from tests.monitor.digest.tea_day import DAY, MIDNIGHT, NOW, SEARCH, TOPIC, at, fill, judged, the_outage

ZH = Wording("zh", DAY)


@pytest.fixture(scope="module")
def html(facts: Facts) -> str:
    return digest_html(facts)


@pytest.fixture(scope="module")
def page(html: str) -> LexborHTMLParser:
    return LexborHTMLParser(html)


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_same_facts_give_the_same_bytes(facts: Facts, html: str) -> None:
    again = load(dump(facts))
    assert again is not None
    assert digest_html(again) == html
    assert digest_text(again) == digest_text(facts)


def test_subject_and_sentence_tell_the_outage(facts: Facts) -> None:
    assert subject(facts, ZH) == "【舆情日报】一杯茶 11月20日：1起疑似故障（已恢复），声量为昨日的16倍"
    first, second = summary(facts, ZH)
    assert first.startswith("09:41 起投诉增多，主要是系统繁忙、卡顿、乱跳转；09:46 告警，12:08 恢复，历时 2 小时 27 分")
    assert second == "全天负面占比 40%，7日均值 36%。"


def test_english_is_a_second_language(facts: Facts) -> None:
    text = digest_text(facts, "en")
    assert "[Daily digest] 一杯茶, 20 Nov: 1 suspected outage (resolved), volume 16× yesterday" in text
    assert "Complaints rose from 09:41, mostly system busy, slow or lagging, wrong redirect" in text


def test_nothing_a_post_says_is_live(page: LexborHTMLParser, html: str) -> None:
    assert page.css("script, iframe, img, object, form") == []
    assert [a.attributes["href"] for a in page.css("a") if not re.match("https?://", a.attributes["href"] or "")] == []
    handlers = [name for node in page.css("*") for name in node.attributes if name.startswith("on")]
    assert handlers == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "\u202e" not in html


def test_the_page_needs_nothing_beside_it(html: str) -> None:
    assert re.findall(r'(?:src|@import|url\()\s*=?\s*["\']?https?:', html) == []
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')


def test_headline_numbers_say_what_was_seen_and_what_is_estimated(page: LexborHTMLParser, facts: Facts) -> None:
    mentions = words(page.css(".card")[0].text())
    assert facts.headline.mentions.estimated is not None
    assert mentions.startswith("声量（已采到） 1,947")
    assert "估计实有 3,730（3,190–4,450）" in mentions
    assert "▲ 为昨日的 16 倍" in mentions
    assert "只见到样本，实际更多" in words(page.css(".card")[2].text())
    assert "基数过小" in words(page.css(".card")[3].text())


def test_charts_say_in_words_what_they_show(page: LexborHTMLParser) -> None:
    alts = [node.attributes["aria-label"] or "" for node in page.css('.chart.wide[role="img"]')]
    assert alts[0].startswith("近 7 日，每小时：11月14日 00:00 至 24:00，最高")
    assert "无数据 20 分钟" in alts[1]


def test_chart_ids_are_their_own_in_the_document(page: LexborHTMLParser) -> None:
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids)) > 0


def test_every_chart_is_well_formed_and_names_its_fonts(html: str) -> None:
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        texts = [node for node in ET.fromstring(picture).iter() if node.tag.endswith("}text")]
        assert any("负面占比" in (node.text or "") for node in texts)
        assert all("PingFang SC" in node.attrib["style"] for node in texts)
    assert "09:41–12:08" in pictures[2]
    assert "无数据" in pictures[2]
    assert "NaN" not in html


def test_colour_is_never_alone(page: LexborHTMLParser) -> None:
    for node in page.css(".bad, .good"):
        assert re.search("[▲▼]", node.text())


def test_incidents_are_told_with_their_timeline(page: LexborHTMLParser) -> None:
    (box,) = page.css(".incident")
    told = words(box.text())
    assert told.startswith(
        "疑似故障 已恢复 开始09:41 告警09:46 恢复12:08 持续2 小时 27 分 "
        "告警时09:41–09:47 见到 3 条投诉，占见到的 27% 高峰10:30–10:40 见到 14 条投诉"
    )
    assert "系统繁忙 46 条（44 人）" in told


def test_the_sentence_of_the_rule_is_shown_where_its_language_is_read(facts: Facts) -> None:
    (incident,) = facts.incidents
    assert f"Why it fired: {incident.because}" in digest_text(facts, "en")
    assert incident.because not in digest_text(facts, "zh")
    other = replace(facts, incidents=(replace(incident, kind="our-own-rule", because="只有它自己会说"),))
    assert "告警依据: 只有它自己会说" in digest_text(other, "zh")


def shaded(facts: Facts, width: int = 592) -> tuple[list[int], list[str]]:
    """The slots of the day's chart that are shaded as an alert, and the labels above them."""
    wording = Wording("zh", facts.day)
    built = charts.option(charts.day(facts, wording, every_h=2), wording, width)
    (columns,) = [series for series in built["series"] if series["name"] == "投诉告警期间"]
    drawn = [(slot, value) for slot, value in enumerate(columns["data"]) if value]
    return [slot for slot, _ in drawn], [value["label"]["formatter"] for _, value in drawn if "label" in value]


def test_charts_shade_complaints_only(facts: Facts) -> None:
    (outage,) = facts.incidents
    surge = replace(outage, alert="f5:1", kind="volume", began_at=at(9), resolved_at=at(19))
    both = shaded(replace(facts, incidents=(outage, surge)))
    assert both == shaded(facts) == (list(range(9 * 6 + 4, 12 * 6 + 1)), ["09:41–12:08"])
    assert shaded(replace(facts, incidents=(surge,))) == ([], [])


def test_labels_of_incidents_never_print_over_each_other(facts: Facts) -> None:
    (outage,) = facts.incidents
    near, far = ((at(12, 30), at(13)), (at(16), at(17)))
    three = [outage] + [
        replace(outage, alert=f"f{n}:1", began_at=a, resolved_at=b) for n, (a, b) in enumerate((near, far))
    ]
    slots, labels = shaded(replace(facts, incidents=tuple(three)))
    assert labels == ["09:41–12:08", "16:00–17:00"]
    assert set(range(75, 78)) <= set(slots)  # the one without a label is shaded all the same


def test_reasons_name_hosts_and_not_what_was_asked_there(facts: Facts) -> None:
    raw = "https://s.weibo.com/realtime?q=%23Tea%23&page=1: status 432"
    (gap,) = facts.quality.gaps
    (source,) = facts.quality.sources
    walled = replace(
        facts, quality=replace(facts.quality, gaps=(replace(gap, cause=raw),), sources=(replace(source, reason=raw),))
    )
    for text in (digest_text(walled, "en"), digest_html(walled, "en")):
        assert "%23" not in text
        assert text.count("s.weibo.com: status 432") == 2


def test_data_quality_names_the_gap_and_its_cause(page: LexborHTMLParser) -> None:
    told = words(page.css(".quality")[0].text())
    assert "当日 20 小时 40 分 采集完整，3 小时 为抽样，20 分钟 无数据。" in told
    assert "04:10–04:30 无数据（20 分钟）：weibo Blocked (login wall at s.weibo.com)" in told
    assert "04:25–04:31 来源 weibo 失明告警" in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_text_twin_has_the_same_figures(facts: Facts, page: LexborHTMLParser, language: Language) -> None:
    text = digest_text(facts, language)
    for node in page.css(".card .value"):
        assert node.text().strip() in text
    assert "1,240 / 180 / 20" in text
    assert "<script>alert(1)</script>" in text  # plain text: nothing is read as markup
    assert all(ord(character) >= 32 for character in text.replace("\n", ""))


# -- days that are not like that -----------------------------------------------------------------------------------


def test_a_calm_day_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=4, outage=False, until=MIDNIGHT)
        yesterday = gather(store, day=DAY - timedelta(days=1), topic="tea", now=MIDNIGHT, deciders=[SEARCH])
    wording = Wording("zh", yesterday.day)
    assert subject(yesterday, wording) == "【舆情日报】tea 11月19日：无异常"
    assert summary(yesterday, wording) == ["今日无异常。"]
    assert "当日没有告警。" in digest_text(yesterday)


def test_an_outage_that_goes_on_is_not_called_resolved(tmp_path: Path) -> None:
    going_on = replace(the_outage(), fingerprint="f8", resolved_at=None, cleared_at=None)
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=1, outage=False, until=at(12))
        store.record(judged(replace(going_on, resolved_at=at(11))))
        facts = gather(store, day=DAY, topic="tea", now=at(12), deciders=[SEARCH])
    facts = replace(facts, incidents=tuple(replace(i, resolved_at=None) for i in facts.incidents))
    assert "（未恢复）" in subject(facts, ZH)
    assert "截至 12:00 未恢复，已 2 小时 19 分" in summary(facts, ZH)[0]
    assert "已恢复" not in digest_text(facts)


def test_broken_collection_says_so_instead_of_a_fall(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=3, outage=False, until=at(5))
        facts = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH])
    assert subject(facts, ZH) == "【舆情日报】tea 11月20日：采集不完整"
    (sentence,) = summary(facts, ZH)
    assert sentence.startswith("数据不足：19 小时 20 分 没有采集到，不能判断有无异常")
    for rendered in (digest_html(facts), digest_text(facts)):
        assert "▼" not in rendered
        assert "今日无异常" not in rendered
        assert "当日采集不完整" in rendered


def test_a_day_without_any_data_shows_no_zero(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        store.watch([TOPIC], [SEARCH], MIDNIGHT)
        facts = gather(store, day=DAY, topic="tea", now=NOW, deciders=[SEARCH])
    page = LexborHTMLParser(digest_html(facts))
    assert [node.text().strip() for node in page.css(".card .value")] == ["—"] * 4
    assert subject(facts, ZH).endswith("采集不完整")


def test_zero_mentions_on_a_watched_day_is_told_as_such(facts: Facts) -> None:
    nothing = replace(facts.headline.mentions, value=0, estimated=None, changes=())
    silent = replace(facts, incidents=(), headline=replace(facts.headline, mentions=nothing))
    assert subject(silent, ZH).endswith("：无人提及")
    assert summary(silent, ZH) == ["全天无人提及，采集正常。"]


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_digest_made_again_is_byte_identical_whatever_was_collected_since(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=0, until=at(14))

        def made(name: str, *, refresh: bool = False) -> tuple[bytes, bytes]:
            paths = make_digest(
                store, day=DAY, topic="tea", now=NOW, folder=tmp_path / name, deciders=[SEARCH], refresh=refresh
            )
            assert paths.html == tmp_path / name / "digests" / "2026-11-20-tea.html"
            return paths.html.read_bytes(), paths.text.read_bytes()

        first = made("one")
        fill(store, quiet_days=0, until=at(16))  # two more hours arrive
        assert made("two") == first
        assert made("three", refresh=True) != first


def test_a_day_that_is_not_over_is_gathered_again(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        fill(store, quiet_days=0, outage=False, until=at(8))
        early = make_digest(store, day=DAY, topic="tea", now=at(8), folder=tmp_path).text.read_text("utf-8")
        late = make_digest(store, day=DAY, topic="tea", now=NOW, folder=tmp_path).text.read_text("utf-8")
    assert "00:00–08:00 北京时间，当日未完" in early
    assert "00:00–24:00 北京时间" in late


def test_files_are_replaced_at_once(facts: Facts, tmp_path: Path) -> None:
    paths = write(facts, tmp_path)
    assert write(facts, tmp_path) == paths
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-20-tea.html", "2026-11-20-tea.txt"]


@pytest.mark.parametrize("topic", ["../../etc/passwd", "a/b", "a\\b", "茶 开团", "."])
def test_a_topic_cannot_name_a_file_elsewhere(topic: str, tmp_path: Path) -> None:
    name = file_name(topic)
    assert re.fullmatch(r"[\w-]+", name)
    assert file_name(topic + "x") != name
    assert (tmp_path / f"{name}.html").resolve().parent == tmp_path.resolve()


def test_figures_of_a_day_are_gathered_in_time_that_does_not_grow_with_history(tea_store: SqliteStore) -> None:
    """What is read of the posts is the day's; earlier days are read as buckets."""
    asked: list[tuple[str, object]] = []

    class Noted:
        def __getattr__(self, name: str) -> object:
            if name in ("posts", "mentions"):
                asked.append((name, None))
            return getattr(tea_store, name)

    gather(Noted(), day=DAY, topic="tea", now=NOW, deciders=[SEARCH])  # type: ignore[arg-type]
    assert [name for name, _ in asked] == ["posts"]
