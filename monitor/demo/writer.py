"""Writes a scenario's posts, minute by minute: who, what, when, and whose post is passed on.

Each minute draws from a generator of its own, so that two scenarios that agree about a minute agree about its posts.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from operator import itemgetter
from random import Random

from monitor.demo.people import People, Person
from monitor.demo.post import DemoPost, mid_at
from monitor.demo.rates import EVERYDAY_SHARE, Rate, poisson, rates
from monitor.demo.scenario import ALIASES, BRAND, HASHTAG, Scenario
from monitor.demo.scripted import Line, scripted
from monitor.demo.speech import Template, mistype, pick, say, slots, templates

_PHONES = ("iPhone客户端", "Android客户端", "iPhone 17 Pro", "HUAWEI Mate 80", "小米17")
_DEVICES = (*_PHONES, "微博网页版", "微博轻享版", "iPad客户端")
_TAGS = (
    *(f"#{HASHTAG}#",) * 12,
    *(f"#{ALIASES[0]}#",) * 2,
    f"#{ALIASES[1]}#",
    f"#{HASHTAG.lower()}#",
    f"＃{HASHTAG}＃",
)
_APPS = (*(BRAND,) * 6, f"{BRAND}App", f"{BRAND}app", f"{BRAND}AI", f"{BRAND}APP")
# What people talk about, and how much of it.
_ORDINARY = {
    "quiet/praise": 18,
    "quiet/question": 13,
    "quiet/work": 16,
    "quiet/study": 15,
    "quiet/chat": 24,
    "quiet/offbrand": 6,
    "quiet/tech": 8,
}
_CAMPAIGN = {
    "campaign/joy": 20,
    "campaign/simple": 17,
    "campaign/rivals": 12,
    "campaign/question": 8,
    "campaign/meme": 12,
    "campaign/work": 8,
    "campaign/student": 7,
    "campaign/parent": 4,
    "campaign/rider": 3,
    "campaign/clerk": 4,
    "campaign/blogger": 2,
    "campaign/spam": 4,
}
_OUTAGE = {
    "complaint/lag": 20,
    "complaint/busy": 18,
    "complaint/blank": 12,
    "complaint/payment": 11,
    "complaint/redirect": 17,
    "complaint/coupon": 6,
    "complaint/order": 8,
    "complaint/crash": 7,
    "complaint/outage": 3,
}
_OUTAGE_WITHOUT_TEA = {"complaint/outage": 1}
_OFFICIAL = "campaign/official"
_EVERYDAY = {"complaint/everyday": 1}
_REPOSTS_ORDINARY, _REPOSTS_CAMPAIGN, _REPOSTS_OUTAGE = 0.05, 0.20, 0.15
_PLAIN_SHARE = 0.12  # of the posts stand as they were thought
_WORTH_PASSING_ON = 2_000  # followers
_REMEMBERED = 40
_BEIJING_S = 8 * 3600


class Writer:
    """Writes one scenario once; `write` is the only thing to call."""

    def __init__(self, scenario: Scenario, scale: float) -> None:
        self._scenario, self._scale = scenario, scale
        self._people = People(scenario.seed, slots())
        self._cheered: deque[DemoPost] = deque(maxlen=_REMEMBERED)  # what is being passed on
        self._lamented: deque[DemoPost] = deque(maxlen=_REMEMBERED)
        self._taken = -1  # the newest mid given

    def write(self) -> Iterator[DemoPost]:
        script = deque(scripted(self._scenario))
        for rate in rates(self._scenario):
            rng = Random(f"{self._scenario.seed}/{rate.start:%Y-%m-%dT%H:%M}")
            begins = int(rate.start.timestamp())
            drafts: list[tuple[int, str | Line]] = [(rng.randrange(60), mood) for mood in self._moods(rate, rng)]
            while script and script[0].second < begins + 60:
                drafts.append((script[0].second - begins, script.popleft()))
            for offset, draft in sorted(drafts, key=itemgetter(0)):
                mid = self._mid(begins + offset, rng)
                if isinstance(draft, Line):
                    post = self._post(mid, draft.second, draft.author, draft.text, _OFFICIAL, "", rng, stature=3.0)
                else:
                    post = self._written(mid, begins + offset, draft, rate, rng)
                self._remember(post)
                yield post

    def _moods(self, rate: Rate, rng: Random) -> Iterator[str]:
        """The mood of each post of a minute."""
        for mood, mean in (
            ("ordinary", rate.ordinary),
            ("campaign", rate.campaign),
            ("outage", rate.outage),
            ("relief", rate.relief),
            ("rivals", rate.rivals),
        ):
            for _ in range(poisson(mean * self._scale, rng)):
                yield "everyday" if mood in ("ordinary", "campaign") and rng.random() < EVERYDAY_SHARE else mood

    def _mid(self, second: int, rng: Random) -> str:
        self._taken = max(self._taken + 1, int(mid_at(second, rng.randrange(1 << 12))))
        return str(self._taken)

    def _written(self, mid: str, second: int, mood: str, rate: Rate, rng: Random) -> DemoPost:
        has_tea = second >= self._scenario.launched_at.timestamp()
        original = self._passed_on(mood, rate, rng)
        section = _section(mood, has_tea, rng) if original is None else _repost_section(mood)
        template = pick(templates()[section], rng)
        author = self._author(mood, section, has_tea, rng)
        given = self._given(second, template, has_tea, rng)
        if section == "campaign/spam":
            text = say(template, Random(template.text), {"tag": f"#{HASHTAG}#"})  # the same copy every time
            return self._post(mid, second, author, text, section, template.text, rng)
        text = say(template, rng, given)
        if original is None:
            text = mistype(_dressed(text, _asides(mood, has_tea), given, rng), rng)
        elif rng.random() < 0.5:
            text = self._after_another(text, template, original, given, rng)
        if mood != "rivals":
            text = _with_name(text, given, rng, tagged=mood in ("campaign", "outage", "relief") and has_tea)
        return self._post(mid, second, author, text, section, template.text, rng, repost_of=original)

    def _given(self, second: int, template: Template, has_tea: bool, rng: Random) -> dict[str, str]:
        """The slots whose words depend on the moment and on the people there are."""
        given = {"app": pick(_APPS, rng), "tag": pick(_TAGS, rng) if has_tea else BRAND}
        given["hhmm"] = _shown_time(second, rng)
        if "{user}" in template.text:
            given["user"] = self._people.passer_by(rng).nick
        return given

    def _author(self, mood: str, section: str, has_tea: bool, rng: Random) -> Person:
        if section == "campaign/blogger":
            return self._people.blogger(rng)
        if section == "campaign/spam":
            return self._people.spammer(rng)
        if mood == "outage" or (has_tea and mood != "ordinary"):
            return self._people.passer_by(rng)
        return self._people.fan(rng)

    def _passed_on(self, mood: str, rate: Rate, rng: Random) -> DemoPost | None:
        """The post that this one passes on, or None where it is written anew."""
        if mood in ("relief", "rivals", "everyday"):
            return None
        if mood == "outage":
            pool, share = self._lamented, _REPOSTS_OUTAGE
        else:
            pool, share = self._cheered, _REPOSTS_CAMPAIGN if rate.campaign > rate.ordinary else _REPOSTS_ORDINARY
        if rng.random() >= share or not pool:
            return None
        return pool[-1 - int(len(pool) * rng.random() ** 2)]

    def _after_another(
        self, said: str, comment: Template, original: DemoPost, given: dict[str, str], rng: Random
    ) -> str:
        """A comment that passes on somebody else's comment, which stays behind `//@`."""
        agrees = original.is_complaint == (comment.mood == "complaint")
        between = pick(templates()[comment.section], rng) if agrees else comment
        given = given | {"user": self._people.passer_by(rng).nick}
        return f"{said}//@{self._people.passer_by(rng).nick}:{say(between, rng, given)}"

    def _remember(self, post: DemoPost) -> None:
        if post.repost_of is None and post.followers >= _WORTH_PASSING_ON and post.section != "campaign/spam":
            if post.is_complaint:
                self._lamented.append(post)
            elif post.mood in ("quiet", "campaign"):
                self._cheered.append(post)

    def _post(
        self,
        mid: str,
        second: int,
        author: Person,
        text: str,
        section: str,
        template: str,
        rng: Random,
        *,
        repost_of: DemoPost | None = None,
        stature: float = 1.0,
    ) -> DemoPost:
        warmth = stature * (author.followers / 300) ** 0.6
        return DemoPost(
            mid=mid,
            uid=author.uid,
            nick=author.nick,
            followers=author.followers,
            text=text,
            second=second,
            section=section,
            template=template,
            device=pick(_DEVICES, rng),
            reposts=int(0.15 * warmth * (rng.paretovariate(1.3) - 1)),
            comments=int(0.5 * warmth * (rng.paretovariate(1.4) - 1)),
            likes=int(1.2 * warmth * (rng.paretovariate(1.2) - 1)),
            repost_of=repost_of,
        )


def _section(mood: str, has_tea: bool, rng: Random) -> str:
    """What a new post of this mood is written as."""
    if mood == "rivals":
        return "rivals/only"
    if mood == "relief":
        return "relief/back" if has_tea else "relief/plain"
    outage = _OUTAGE if has_tea else _OUTAGE_WITHOUT_TEA
    weights = {"ordinary": _ORDINARY, "campaign": _CAMPAIGN, "outage": outage, "everyday": _EVERYDAY}[mood]
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def _asides(mood: str, has_tea: bool) -> str:
    """The section of what may follow a post of this mood."""
    about_tea = {"campaign": "aside/tea", "outage": "aside/broken", "relief": "aside/back"}
    return about_tea.get(mood, "aside/quiet") if has_tea else "aside/quiet"


def _dressed(text: str, asides: str, given: Mapping[str, str], rng: Random) -> str:
    """The text with what people put around it, so that two who say one thing say it differently."""
    dice = rng.random()
    if dice > _PLAIN_SHARE:
        after = say(pick(templates()[asides], rng), rng, given)
        text = text.rstrip("。") + (after.lstrip("，。") if text[-1] in "！？…～" else after)
    if dice > _PLAIN_SHARE + 0.35:
        text = say(pick(templates()["aside/open"], rng), rng, given) + text
    return text


def _repost_section(mood: str) -> str:
    return {"outage": "complaint/repost", "campaign": "campaign/repost"}.get(mood, "quiet/repost")


def _with_name(text: str, given: Mapping[str, str], rng: Random, *, tagged: bool) -> str:
    """The text with the campaign's hashtag, or at least the app's name, in it."""
    has_tag = "#" in text or "＃" in text
    if (BRAND in text or has_tag) and not (tagged and not has_tag and rng.random() < 0.55):
        return text
    tag = given["tag"] if tagged else given["app"]
    return f"{tag} {text}" if rng.random() < 0.4 else f"{text} {tag}"


def _shown_time(second: int, rng: Random) -> str:
    """A time of day a minute or so before `second`, as people write it."""
    hour, minute = divmod((second + _BEIJING_S) // 60 % 1440 - rng.randrange(3), 60)
    return rng.choice((f"{hour % 24:02d}:{minute:02d}", f"{hour % 24}点{minute:02d}", f"{hour % 24}点{minute}分"))
