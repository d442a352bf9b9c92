"""Topic rules: which topics a text mentions, and by which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a user watches, as far as language needs to know it.

    A text mentions the topic when it carries one of its hashtags or an `any` word (or, without hashtags and `any`,
    nothing but `all` words), every `all` word, and no `none` word. `subjects` are what a complaint about this topic
    may be about ("app", "订单"): their nearness makes a weak complaint word count.
    """

    name: str
    hashtags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # hashtag → aliases
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
