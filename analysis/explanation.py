"""What language makes of one text, and why: every term and word in its place, counted or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.annotation import Annotation, Document
from analysis.complaints import Complaints, Finding
from analysis.matching import Matchers, Passage, Role, Shown, Topic
from analysis.normal_form import NormalForm


@dataclass(frozen=True, slots=True, kw_only=True)
class TermShown:
    role: str  # hashtag, any, all, none
    term: str  # as configured
    start: int  # span in the text as published
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicReading:
    """`because` tells why it is no mention; None: it is one."""

    topic: str
    because: str | None
    shown: tuple[TermShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintReading:
    """`discount` tells why the word does not count (complaint_context.py); None: it does."""

    category: str
    term: str
    start: int  # span in the text as published
    end: int
    weak: bool  # a complaint only by what stands near it
    discount: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`annotation` is what is stored; the rest is what led to it."""

    document: Document
    annotation: Annotation
    quoted: str  # normal form of what others said: after the first //@somebody
    tokens: tuple[str, ...]  # all of them, signs and stop words too
    topics: tuple[TopicReading, ...]  # those of which the text shows a term
    complaints: tuple[ComplaintReading, ...]
    polarity_reasons: tuple[tuple[str, float], ...]  # (words, what they add)


def topic_readings(
    matchers: Matchers,
    topics: Sequence[Topic],
    document: Document,
    annotation: Annotation,
    passages: Sequence[Passage],
) -> tuple[TopicReading, ...]:
    shown: dict[int, list[Shown]] = {}
    for each in matchers.of(document.platform).shown(passages, annotation.hashtags):
        shown.setdefault(each.use.topic, []).append(each)
    mentioned = {match.topic for match in annotation.matches}
    readings = []
    for index, found in sorted(shown.items()):
        topic = topics[index].on_platform(document.platform)
        because = None if topic.name in mentioned else _because(matchers, topic, document, found)
        places = sorted((s.start, s.end, s.use.role.value, s.use.term) for s in found)
        terms = tuple(TermShown(role=role, term=term, start=start, end=end) for start, end, role, term in places)
        readings.append(TopicReading(topic=topic.name, because=because, shown=terms))
    return tuple(readings)


def _because(matchers: Matchers, topic: Topic, document: Document, shown: Sequence[Shown]) -> str:
    by_role: Mapping[Role, set[str]] = {role: {s.use.term for s in shown if s.use.role is role} for role in Role}
    if by_role[Role.NONE]:
        return f"has a `none` term: {', '.join(sorted(by_role[Role.NONE]))}"
    missing = [term for term in topic.all if term not in by_role[Role.ALL]]
    if missing:
        return f"lacks an `all` term: {', '.join(missing)}"
    if not (by_role[Role.ANY] or by_role[Role.HASHTAG]):
        return "has no hashtag and no `any` term"
    limit = matchers.limit(topic.name, document)
    return f"is not wanted of this {limit}"


def complaint_readings(complaints: Complaints, form: NormalForm, passage: Passage) -> tuple[ComplaintReading, ...]:
    return tuple(_reading(form, finding) for finding in complaints.findings(form.text, passage.hits))


def _reading(form: NormalForm, finding: Finding) -> ComplaintReading:
    start, end = form.span(finding.start, finding.end)
    return ComplaintReading(
        category=finding.category,
        term=form.text[finding.start : finding.end],
        start=start,
        end=end,
        weak=finding.weak,
        discount=finding.discount.value if finding.discount else None,
    )
