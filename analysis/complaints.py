"""Complaints of a service: a lexicon of phrases, each in a category, and what makes a phrase not count.

| id | zh | en |
|---|---|---|
| slow | 卡顿 | slow, lagging, endless loading |
| busy | 系统繁忙 | "system busy", network or server error message |
| blank | 白屏打不开 | blank or frozen screen, page does not open |
| crash | 闪退崩溃 | crash, outage |
| login | 登录失败 | cannot log in |
| verification | 验证失败 | code does not come, verification fails |
| order | 无法下单 | cannot order, order lost or cancelled |
| payment | 支付失败 | payment failed, charged wrongly |
| coupon | 券不可用 | coupon, points or benefits not usable |
| redirect | 乱跳转 | thrown into another app |
| refund | 退款难 | refund refused or late |
| delivery | 配送问题 | late, wrong, lost or spilt delivery |
| service | 客服与服务 | customer service, rude staff |
| price | 价格套路 | bait, price changes, hidden conditions |
| privacy | 隐私 | data leaked or taken |
| quality | 品质问题 | foreign matter, illness, wrong product |
| fault | 功能故障 | does not work, no closer word |

Read on the author's own words in normal form, hashtags out. A word that is a complaint only of something (卡, 崩了)
needs a subject within 8 characters of the same sentence, a topic's word or a well-known service just before it
(`lexicons/services.txt`), or a short name as all that stands before it ("某某崩了" and no more: what hot lists say).
Phrases in which the word means something else (`lexicons/innocent.txt`) take it back, and so do negation, recovery,
questions, conditions, the past and the language of news (complaint_context.py). Irony is not told apart.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from analysis.annotation import Complaint
from analysis.complaint_context import Context, Discount, within_clause, within_sentence
from analysis.gapped import Found, Gapped, GappedPhrases, before
from analysis.lexicon import lexicon_digest, read_lexicon
from analysis.normal_form import NormalForm
from analysis.phrases import Hit, PhraseBook

CATEGORIES: dict[str, tuple[str, str]] = {
    "slow": ("卡顿", "slow or lagging"),
    "busy": ("系统繁忙", "system busy"),
    "blank": ("白屏打不开", "blank screen"),
    "crash": ("闪退崩溃", "crash"),
    "login": ("登录失败", "cannot log in"),
    "verification": ("验证失败", "verification fails"),
    "order": ("无法下单", "cannot order"),
    "payment": ("支付失败", "payment failed"),
    "coupon": ("券不可用", "coupon not usable"),
    "redirect": ("乱跳转", "wrong redirect"),
    "refund": ("退款难", "refund"),
    "delivery": ("配送问题", "delivery"),
    "service": ("客服与服务", "customer service"),
    "price": ("价格套路", "bait or price change"),
    "privacy": ("隐私", "privacy"),
    "quality": ("品质问题", "quality"),
    "fault": ("功能故障", "does not work"),
}
TECHNICAL = frozenset(
    ("slow", "busy", "blank", "crash", "login", "verification", "order", "payment", "coupon", "redirect", "fault")
)
LEXICONS = ("complaints", "innocent", "subjects", "services", "complaint_context")
SUBJECT_REACH = 8
BRAND_REACH = 3
ALONE = 16  # characters of a whole text that says "某某崩了" and hardly more
_LONGEST_SUBJECT = 12
_LONGEST_INNOCENT = 40
_LOOK_AHEAD = 40  # hits
_NEEDS = {"": 0, "needs=brand": 1, "needs=subject": 2, "needs=name": 3}


class _Phrase(NamedTuple):
    """One line of the lexicon."""

    category: str
    needs: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A complaint word in place, counted or not: offsets into the normal form."""

    category: str
    start: int
    inner: int
    end: int
    weak: bool
    discount: Discount | None


class _Candidate(NamedTuple):
    """A complaint word in place; in their order the longest of those that begin together is first."""

    start: int
    minus_end: int
    weak: bool
    category: str
    inner: int


class Complaints:
    """Finds complaints among the hits of a shared phrase book. `brands`: the topics' own words."""

    def __init__(self, book: PhraseBook, subjects: Iterable[str] = (), brands: Iterable[str] = ()) -> None:
        self._context = Context()
        phrases: list[_Phrase] = []
        patterns: list[Gapped] = []
        for category, pattern, *needs in read_lexicon("complaints"):
            if category not in CATEGORIES or (needs and needs[0] not in _NEEDS):
                raise ValueError(
                    f"lexicons/complaints.txt: unknown category or condition: {category} {pattern} {needs}"
                )
            phrases.append(_Phrase(category, _NEEDS[needs[0] if needs else ""]))
            patterns.append(Gapped.read(book, pattern))
        self._phrases, self._complaining = phrases, GappedPhrases(patterns)
        self._innocent = GappedPhrases([Gapped.read(book, pattern) for (pattern,) in read_lexicon("innocent")])
        self._subjects = frozenset(book.add(word) for word in [*(w for (w,) in read_lexicon("subjects")), *subjects])
        self._brands = frozenset(book.add(word) for word in [*(w for (w,) in read_lexicon("services")), *brands])
        self.version = lexicon_digest(*LEXICONS)

    def find(self, form: NormalForm, hits: Sequence[Hit]) -> tuple[Complaint, ...]:
        """At most one complaint per category, strongest evidence first. `hits` are those inside `form`."""
        if not hits:
            return ()
        best: dict[str, Finding] = {}
        for finding in self.findings(form.text, hits):
            known = best.get(finding.category)
            if finding.discount is None and (
                known is None or (finding.weak, finding.start) < (known.weak, known.start)
            ):
                best[finding.category] = finding
        complaints = []
        for finding in sorted(best.values(), key=lambda f: (f.weak, f.start, -f.end, f.category)):
            start, end = form.span(finding.start, finding.end)
            term = form.text[finding.start : finding.end]
            complaints.append(Complaint(category=finding.category, term=term, start=start, end=end))
        return tuple(complaints)

    def findings(self, text: str, hits: Sequence[Hit]) -> list[Finding]:
        """Every complaint word that means a complaint, with why it does not count where it does not; in order."""
        complaining = self._complaining.find(text, hits, self._context.is_filler)
        if not complaining:
            return []
        innocent = self._innocent_spans(text, hits)
        candidates = self._candidates(text, hits, complaining, innocent)
        if not candidates:
            return []
        news = Discount.REPORTED if self._context.is_news(text) else None
        findings: list[Finding] = []
        covered = denied = 0  # where the longest finding so far ends, one that counts and one that does not
        for start, minus_end, weak, category, inner in _closest(candidates):
            end = -minus_end
            if end <= covered:
                continue
            discount = Discount.OTHER_SENSE if _taken_back(start, end, innocent) else news
            discount = discount or self._context.discount(text, start, end, inner, category in TECHNICAL)
            if discount is None:
                covered = end
            elif end <= denied:
                continue
            else:
                denied = end
            findings.append(Finding(category, start, inner, end, weak, discount))
        return findings

    def _candidates(
        self, text: str, hits: Sequence[Hit], complaining: Sequence[Found], innocent: Sequence[tuple[int, int]]
    ) -> list[_Candidate]:
        """The lexicon's phrases that have near them what they need."""
        candidates = []
        for number, start, index in complaining:
            category, needs = self._phrases[number]
            if self._near_subject(text, needs, start, index, hits, innocent):
                _, inner, end = hits[index]
                candidates.append(_Candidate(start, -end, needs > 0, category, inner))
        return candidates

    def _innocent_spans(self, text: str, hits: Sequence[Hit]) -> list[tuple[int, int]]:
        """In order of their end."""
        return [(start, hits[index][2]) for _, start, index in self._innocent.find(text, hits, self._context.is_filler)]

    def _named(self, text: str, start: int, end: int) -> bool:
        """Is a short name all that stands before the word, and the text hardly more than both?"""
        name = text[:start].strip()
        return (
            len(text.strip()) <= ALONE
            and 1 < len(name) <= 10
            and within_clause(name)
            and not self._context.is_filler(name)
            and not text[end:].strip(" !~.,。了啊啦吧")
        )

    def _near_subject(
        self,
        text: str,
        needs: int,
        start: int,
        index: int,
        hits: Sequence[Hit],
        innocent: Sequence[tuple[int, int]],
    ) -> bool:
        """A 系统 that is an 免疫系统 is no subject."""
        if not needs:
            return True
        for _, (number, a, b) in before(hits, index, start - SUBJECT_REACH):
            if number in self._subjects and within_sentence(text[b:start]) and not _taken_back(a, b, innocent):
                return True
            near = needs in (1, 3) and start - BRAND_REACH <= b <= start
            if near and number in self._brands and within_clause(text[b:start]):
                return True
        end = hits[index][2]
        if needs == 3 and self._named(text, start, end):
            return True
        for number, a, b in hits[index + 1 : index + 1 + _LOOK_AHEAD]:
            if b > end + SUBJECT_REACH + _LONGEST_SUBJECT:
                break
            if number in self._subjects and a <= end + SUBJECT_REACH and within_sentence(text[end:a]):
                return True
        return False


def _closest(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """In order, without the faults that hold something with a closer name: "页面加载不出来" is slow, no mere fault."""
    ordered = sorted(candidates)
    closer = [each for each in ordered if each.category != "fault"]
    starts = [each.start for each in closer]

    def named_inside(fault: _Candidate) -> bool:
        inside = range(bisect_left(starts, fault.start), bisect_right(starts, -fault.minus_end))
        return any(closer[index].minus_end >= fault.minus_end for index in inside)

    return [each for each in ordered if each.category != "fault" or not named_inside(each)]


def _taken_back(start: int, end: int, innocent: Sequence[tuple[int, int]]) -> bool:
    """Does a phrase that means something else overlap the complaint, without lying inside it?"""
    for index in range(bisect_right(innocent, start, key=itemgetter(1)), len(innocent)):
        a, b = innocent[index]
        if a < end and not start <= a <= b <= end:
            return True
        if b > end + _LONGEST_INNOCENT:
            return False
    return False
