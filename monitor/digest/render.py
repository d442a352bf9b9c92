"""From facts to a digest: one HTML file that needs nothing beside it, and its plain-text twin.

Reads facts and nothing else, so that the same facts give the same bytes.
"""

import os
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import jinja2
from markupsafe import Markup

from monitor.config.types import Language
from monitor.digest import charts, lists, page
from monitor.digest.excerpts import one_line
from monitor.digest.facts import Facts
from monitor.digest.png import png
from monitor.digest.story import seen_enough, subject, summary
from monitor.digest.svg import Drawing
from monitor.digest.wording import Wording

WIDE, NARROW = 592, 340  # pixels of a chart in the 640 px column, and on a phone
UNSAFE_IN_NAMES = re.compile(r"[^\w-]+")
COLUMN = 76  # of the text twin, in cells of a terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    html: Path
    text: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart in both widths, with what it says for those who do not see it."""

    caption: str
    alt: str
    wide: str = ""  # SVG
    narrow: str = ""
    cid: str = ""  # in a mail, of the part that holds it


def digest_html(facts: Facts, language: Language = "zh") -> str:
    """A whole document."""
    wording = Wording(language, facts.day)
    return _page(facts, wording, _pictures(facts, wording))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """The HTML of a mail, with all styles on its elements, its text twin, and its pictures by content id."""

    html: str
    text: str
    pictures: dict[str, bytes]


def digest_mail(facts: Facts, language: Language = "zh", note: str = "") -> Mailing:
    """The same page as `digest_html`, as mail programs show one; `note` stands above all."""
    import css_inline

    wording = Wording(language, facts.day)
    drawing, drawn = Drawing(), dict[str, bytes]()
    shown = []
    for cid, chart, picture in _charts(facts, wording):
        drawn[cid] = png(_drawn(drawing, chart, wording, WIDE))
        shown.append(replace(picture, cid=cid))
    preheader = wording.say("join").join(f"{card.label} {card.value}" for card in page.cards(facts, wording))
    text = "\n\n".join([note, digest_text(facts, language)] if note else [digest_text(facts, language)])
    html = _page(facts, wording, shown, preheader=preheader, note=note)
    return Mailing(html=css_inline.CSSInliner(keep_style_tags=True).inline(html), text=text, pictures=drawn)


def digest_text(facts: Facts, language: Language = "zh") -> str:
    wording = Wording(language, facts.day)
    return _templates().get_template("digest.txt").render(_content(facts, wording)).rstrip() + "\n"


def write(facts: Facts, folder: Path, language: Language = "zh", mark: str = "") -> Paths:
    """Both files into `folder`, as D-TOPICMARK.html and .txt; each is replaced at once or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{facts.day.isoformat()}-{file_name(facts.topic)}{mark}"
    paths = Paths(html=folder / f"{stem}.html", text=folder / f"{stem}.txt")
    _replace(paths.html, digest_html(facts, language))
    _replace(paths.text, digest_text(facts, language))
    return paths


def file_name(topic: str) -> str:
    """The topic as part of a file name: letters and digits of any script stay; what had to go is told apart by a hash.

    >>> file_name("tea"), file_name("喜茶")
    ('tea', '喜茶')
    """
    safe = UNSAFE_IN_NAMES.sub("_", topic)[:80]
    return safe if safe == topic else f"{safe}-{sha256(topic.encode()).hexdigest()[:8]}"


def _replace(path: Path, text: str) -> None:
    """Write beside it, then rename: whoever reads meanwhile sees the old file or the new one."""
    with NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _page(facts: Facts, wording: Wording, pictures: list[Picture], *, preheader: str = "", note: str = "") -> str:
    template = _templates().get_template("digest.html")
    return template.render(_content(facts, wording), pictures=pictures, preheader=preheader, note=note)


def _content(facts: Facts, wording: Wording) -> dict[str, Any]:
    return {
        "lang": wording.texts.tag,
        "say": wording.say,
        "facts": facts,
        "subject": subject(facts, wording),
        "summary": summary(facts, wording),
        "range": page.range_line(facts, wording),
        "enough": seen_enough(facts),
        "revision": lists.revision_lines(facts, wording),
        "cards": page.cards(facts, wording),
        "makeup": page.makeup(facts, wording),
        "days": page.day_rows(facts, wording),
        "incidents": page.incident_boxes(facts, wording),
        "hashtags": lists.hashtag_rows(facts, wording),
        "trends": lists.trend_lines(facts, wording),
        "words": lists.word_rows(facts, wording),
        "categories": lists.category_rows(facts, wording),
        "posts": lists.post_boxes(facts.top_posts, wording),
        "praised": lists.post_boxes(facts.praised, wording),
        "quality": lists.quality_lines(facts, wording),
        "sources": lists.source_rows(facts, wording),
        "as_of": wording.say("as_of", at=wording.dated(facts.as_of)),
        "csv": wording.say(
            "csv", command=f"monitor export mentions --from {facts.day} --to {facts.day} --topic {facts.topic}"
        ),
    }


def _pictures(facts: Facts, wording: Wording) -> list[Picture]:
    drawing = Drawing()
    narrow = {"week": charts.week(facts, wording), "day": charts.day(facts, wording, every_h=4)}
    return [
        replace(
            picture,
            wide=_drawn(drawing, chart, wording, WIDE),
            narrow=_drawn(drawing, narrow[name], wording, NARROW),
        )
        for name, chart, picture in _charts(facts, wording)
    ]


def _charts(facts: Facts, wording: Wording) -> list[tuple[str, charts.Chart, Picture]]:
    """(name, chart for the full width, its words)."""
    week, day = wording.say("chart_week"), wording.say("chart_day", date=wording.on(facts.day))
    of_week = page.chart_alt(facts.hours, week, wording.say("per_hour"), wording)
    of_day = page.chart_alt(facts.minutes, day, wording.say("per_ten"), wording)
    return [
        ("week", charts.week(facts, wording), Picture(caption=week, alt=of_week)),
        ("day", charts.day(facts, wording, every_h=2), Picture(caption=day, alt=of_day)),
    ]


def _drawn(drawing: Drawing, chart: charts.Chart, wording: Wording, width: int) -> Markup:
    """The picture, as our own code drew it from figures and our own words: no text of a post is in it."""
    option = charts.option(chart, wording, width)
    return Markup(drawing.svg(option, width, charts.height(option)))


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("monitor.digest"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cells"] = cells
    environment.filters["line"] = lambda text: one_line(str(text), 500)
    return environment


def cells(text: str, width: int, right: bool = False) -> str:
    """Padded to `width` cells of a terminal, in which a Chinese character takes two."""
    missing = " " * max(0, width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text))
    return missing + text if right else text + missing
