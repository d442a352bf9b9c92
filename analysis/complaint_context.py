"""Does a complaint word count here? Negation, recovery, questions, conditions, the past.

A clause ends at punctuation, white space or an emoticon's bracket; a sentence at 。!?⋯ or a line's end. Every look
reaches at most 40 characters either way, so that a text without punctuation costs no more than any other.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from analysis.lexicon import read_lexicon

REACH = 40
RECOVERY_REACH = 24
_CLAUSE_END = re.compile(r"[,。!?;:、\s⋯\[\](){}<>《》「」『』【】“”\"~]")
_SENTENCE_END = re.compile(r"[。!?\n⋯]")
_ASKING_END = re.compile(r"(?:吗|嘛|(?<![什怎这那多])么|(?<=[了])没|没有|不)[啊呀呢哦]*$")
# 有没有 asks; its 没有 denies nothing
_ASKING_PAIRS = ("有没有", "是不是", "会不会", "要不要", "对不对", "行不行")
_A_NOT_A = re.compile(r"(?:没|不)(?:崩|卡|闪退|能|可以|行|好|会)")
_STILL_RECOVERED = re.compile(r"(?:吗|没|么|\?|就|再|的话|才|之后|以后|后)")


# A headline in brackets, and nobody who says "I": a newsroom, an office, a shop
_HEADLINE = re.compile(r"\s*【[^】\n]{2,60}】")
_FIRST_PERSON = re.compile(r"我(?!国|省|市|县|校|院|区|局|司|们|军|队)|俺|咱|老子|老娘|本人")


class Discount(StrEnum):
    """Why a complaint word does not count."""

    OTHER_SENSE = "another sense"  # 银行卡, 人设崩了
    NEGATED = "negated"
    CONDITION = "condition"  # hypothetical, feared, hoped
    QUESTION = "question"  # asked, not stated: a weaker signal that is not counted yet
    PAST = "past"
    RECOVERED = "recovered"
    REPORTED = "reported"  # by the press, the law, other users


class Context:
    """Reads `lexicons/complaint_context.txt`."""

    def __init__(self) -> None:
        words: dict[str, list[str]] = {}
        for kind, word in read_lexicon("complaint_context"):
            words.setdefault(kind, []).append(word)
        # Longest first, and the doubled ones among the negations: 不知道 is read whole and so is no 不
        self._doubled = frozenset((*words["doubled"], *_ASKING_PAIRS))
        self._negation = _any_of((*words["negation"], *self._doubled))
        self._hypothetical = _any_of(words["hypothetical"])
        self._condition = _any_of(words["condition"])
        self._question = _any_of(words["question"])
        self._presupposed = _any_of(words["presupposed"])
        self._recovery = _any_of(words["recovery"])
        self._unrecovered = _any_of(words["unrecovered"])
        self._past = _any_of(words["past"])
        self._reported = _any_of(words["reported"])
        self._present = _any_of(words["present"])
        self._filler = re.compile("(?:" + _any_of(words["filler"]).pattern + "| )*")

    def is_filler(self, gap: str) -> bool:
        """Nothing but adverbs and the like between two parts of a phrase."""
        return len(gap) <= 10 and self._filler.fullmatch(gap) is not None

    def is_news(self, text: str) -> bool:
        """Does the text begin as news and announcements do, and is there nobody who speaks of himself?"""
        return _HEADLINE.match(text) is not None and not _FIRST_PERSON.search(text)

    def discount(self, text: str, start: int, end: int, inner: int, technical: bool) -> Discount | None:
        """Why the complaint at [start, end) does not count; None: it does.

        `inner` is where the phrase's last part begins. `technical`: a fault of the moment, which a mention of the past
        or of a recovery takes back; a refund refused yesterday is still a complaint.
        """
        left = text[max(0, start - REACH) : start]
        sentence = left[_last(_SENTENCE_END, left) :]
        clause = left[_last(_CLAUSE_END, left) :]
        right = text[end : end + REACH]
        stop = _CLAUSE_END.search(right)
        rest = right[: stop.start()] if stop else right
        closing = right[stop.start() : stop.start() + 2] if stop else ""
        phrase = text[start:end]
        gap = text[start:inner]
        if self._negated(clause) or self._negated(gap[_last(_CLAUSE_END, gap) :]):
            return Discount.NEGATED
        if self._hypothetical.search(clause + gap) or self._condition.search(sentence + gap):
            return Discount.CONDITION
        if self._asked(clause, phrase, rest, closing):
            return Discount.QUESTION
        ending = _SENTENCE_END.search(right)
        if self._reported.search(sentence) or self._reported.search(right, 0, ending.start() if ending else REACH):
            return Discount.REPORTED
        if technical:
            past = _last(self._past, clause + gap)
            if past and not self._present.search(clause + gap, past):
                return Discount.PAST
            if self._recovered(right):
                return Discount.RECOVERED
        return None

    def _negated(self, clause: str) -> bool:
        tail = clause[-12:]
        last = None
        doubled_before = False
        for match in self._negation.finditer(tail):
            if match.group() in self._doubled:
                doubled_before, last = True, None
            else:
                last = match
        return last is not None and not doubled_before and len(tail) - last.end() <= 4

    def _asked(self, clause: str, phrase: str, rest: str, closing: str) -> bool:
        whole = clause + phrase + rest
        if self._presupposed.search(whole):
            return False
        if self._question.search(clause + phrase) or _ASKING_END.search(phrase[-1:] + rest) or _A_NOT_A.match(rest):
            return True
        return closing.startswith("?") and closing != "??"

    def _recovered(self, right: str) -> bool:
        window = right[:RECOVERY_REACH]
        for match in self._recovery.finditer(window):
            before = window[max(0, match.start() - 4) : match.start()]
            after = window[match.end() : match.end() + 2]
            if not self._unrecovered.search(before) and not _STILL_RECOVERED.search(after):
                return True
        return False


def within_sentence(gap: str) -> bool:
    return _SENTENCE_END.search(gap) is None


def within_clause(gap: str) -> bool:
    return _CLAUSE_END.search(gap) is None


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last hit ends; 0: there is none."""
    end = 0
    for match in pattern.finditer(text):
        end = match.end()
    return end


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word))))
