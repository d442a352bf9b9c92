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
needs a subject within 8 characters of the same sentence; phrases in which the word means something else
(`lexicons/innocent.txt`) take it back, and so do negation, recovery, questions, conditions, the past and
the language of news (complaint_context.py). Irony is not told apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.annotation import Complaint
from analysis.complaint_context import Context, Discount, within_clause, within_sentence
from analysis.lexicon import alternatives, lexicon_digest, read_lexicon
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
LEXICONS = ("complaints", "innocent", "subjects", "complaint_context")
SUBJECT_REACH = 8
BRAND_REACH = 3
GAP_REACH = 6
_FILLER_REACH = 10
_NEEDS = {"": 0, "needs=brand": 1, "needs=subject": 2}


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One line of the lexicon. `first`: numbers of its first part's phrases, where it has two."""

    category: str
    needs: int
    first: frozenset[int]
    filler: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A complaint word in place, counted or not: offsets into the normal form."""

    category: str
    start: int
    inner: int
    end: int
    weak: bool
    discount: Discount | None


class Complaints:
    """Finds complaints among the hits of a shared phrase book. `brands`: the topics' own words."""

    def __init__(self, book: PhraseBook, subjects: Iterable[str] = (), brands: Iterable[str] = ()) -> None:
        self._context = Context()
        self._by_last: dict[int, list[_Phrase]] = {}
        self._innocent: dict[int, list[_Phrase]] = {}
        for category, pattern, *needs in read_lexicon("complaints"):
            if category not in CATEGORIES or (needs and needs[0] not in _NEEDS):
                raise ValueError(
                    f"lexicons/complaints.txt: unknown category or condition in {category} {pattern} {needs}"
                )
            self._learn(book, self._by_last, category, pattern, _NEEDS[needs[0] if needs else ""])
        for (pattern,) in read_lexicon("innocent"):
            self._learn(book, self._innocent, "", pattern, 0)
        self._subjects = frozenset(book.add(word) for word in [*(w for (w,) in read_lexicon("subjects")), *subjects])
        self._brands = frozenset(book.add(word) for word in brands)
        self._triggers = frozenset(self._by_last)
        self.version = lexicon_digest(*LEXICONS)

    @staticmethod
    def _learn(book: PhraseBook, table: dict[int, list[_Phrase]], category: str, pattern: str, needs: int) -> None:
        gap = next((sign for sign in "~…" if sign in pattern), None)
        first, last = pattern.split(gap) if gap else ("", pattern)
        opening = frozenset(book.add(phrase) for phrase in alternatives(first)) if first else frozenset()
        phrase = _Phrase(category, needs, opening, gap == "~")
        for text in alternatives(last):
            table.setdefault(book.add(text), []).append(phrase)

    def find(self, form: NormalForm, hits: Sequence[Hit]) -> tuple[Complaint, ...]:
        """At most one complaint per category, strongest evidence first. `hits` are those inside `form`."""
        if self._triggers.isdisjoint([hit[0] for hit in hits]):
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
        candidates = []
        for last in hits:
            for phrase in self._by_last.get(last[0], ()):
                start = self._opening(text, phrase, last, hits)
                if start is not None and self._near_subject(text, phrase, start, last[2], hits):
                    candidates.append((start, -last[2], phrase.needs > 0, phrase.category, last[1]))
        if not candidates:
            return []
        innocent = self._innocent_spans(text, hits)
        candidates.sort()
        findings: list[Finding] = []
        for start, minus_end, weak, category, inner in candidates:
            end = -minus_end
            if any(a < end and start < b and not (start <= a and b <= end) for a, b in innocent):
                continue
            if any(f.start <= start and end <= f.end for f in findings):
                continue
            discount = self._context.discount(text, start, end, inner, category in TECHNICAL)
            findings.append(Finding(category, start, inner, end, weak, discount))
        return findings

    def _innocent_spans(self, text: str, hits: Sequence[Hit]) -> list[tuple[int, int]]:
        spans = []
        for last in hits:
            for phrase in self._innocent.get(last[0], ()):
                start = self._opening(text, phrase, last, hits)
                if start is not None:
                    spans.append((start, last[2]))
        return spans

    def _opening(self, text: str, phrase: _Phrase, last: Hit, hits: Sequence[Hit]) -> int | None:
        """Where the phrase begins whose last part is `last`; None: its first part is not there."""
        if not phrase.first:
            return last[1]
        reach = last[1] - (_FILLER_REACH if phrase.filler else GAP_REACH)
        nearest = None
        for number, start, end in hits:
            if end > last[1]:
                if end > last[2]:
                    break
                continue
            if end < reach or number not in phrase.first:
                continue
            gap = text[end : last[1]]
            fits = self._context.is_filler(gap) if phrase.filler else within_clause(gap)
            if fits and (nearest is None or start < nearest):
                nearest = start
        return nearest

    def _near_subject(self, text: str, phrase: _Phrase, start: int, end: int, hits: Sequence[Hit]) -> bool:
        if not phrase.needs:
            return True
        for number, a, b in hits:
            if number in self._subjects:
                gap = text[b:start] if b <= start else text[end:a]
                if start - SUBJECT_REACH <= b and a <= end + SUBJECT_REACH and within_sentence(gap):
                    return True
            elif (
                phrase.needs == 1
                and number in self._brands
                and start - BRAND_REACH <= b <= start
                and within_clause(text[b:start])
            ):
                return True
        return False
