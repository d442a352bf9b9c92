"""What the facts say first: the subject line and one sentence, from the one or two largest facts only."""

from collections.abc import Sequence
from datetime import timedelta

from analysis.complaints import TECHNICAL
from monitor.digest.comparing import ENOUGH_COVERAGE
from monitor.digest.facts import Against, Facts, Incident
from monitor.digest.incidents import COMPLAINTS
from monitor.digest.wording import TIMES_FROM, Wording, against

VOLUME = "volume"  # the kind of rule about the number of mentions
NAMED = 3  # categories in the sentence
WORTH = 3.0  # percentage points from which a change of the negative share belongs in the sentence


def seen_enough(facts: Facts) -> bool:
    """Was so much of the day collected that its silence means something?"""
    return facts.quality.coverage >= ENOUGH_COVERAGE


def subject(facts: Facts, wording: Wording) -> str:
    news = _incident_news(facts, wording)
    if not seen_enough(facts):
        news.append(wording.say("news_incomplete"))
    elif not facts.headline.mentions.value:
        news.append(wording.say("news_silent"))
    else:
        if not facts.incidents:
            news.append(wording.say("news_calm"))
        news += _volume_news(facts, wording)
    return wording.say("subject", title=facts.title, date=wording.on(facts.day), news=wording.say("join").join(news))


def name(incident: Incident, wording: Wording) -> str:
    """What an incident is called: by the kind of its rule and, for complaints, by what most of them are about."""
    if incident.kind == COMPLAINTS:
        technical = bool(incident.categories) and incident.categories[0].name in TECHNICAL
        return wording.say("fault" if technical else "complaints_up")
    return wording.say("volume_up") if incident.kind == VOLUME else incident.rule


def main_incidents(facts: Facts) -> Sequence[Incident]:
    """Those of the kind that matters most: complaints before volume before others."""
    for kinds in ((COMPLAINTS,), (VOLUME,)):
        found = [incident for incident in facts.incidents if incident.kind in kinds]
        if found:
            return found
    return facts.incidents


def _incident_news(facts: Facts, wording: Wording) -> list[str]:
    main = main_incidents(facts)
    if not main:
        return []
    still = sum(incident.resolved_at is None for incident in main)
    state = (
        wording.say("resolved")
        if not still
        else wording.say("open")
        if still == len(main)
        else wording.say("some_open", n=still)
    )
    key = "news_incident" if len(main) == 1 else "news_incidents"
    return [wording.say(key, n=len(main), name=name(main[0], wording), state=state)]


def _volume_news(facts: Facts, wording: Wording) -> list[str]:
    change = against(facts.headline.mentions, Against.YESTERDAY)
    if change is None or change.ratio is None or round(change.ratio * 100) == 0:
        return []
    if change.ratio + 1 >= TIMES_FROM:
        told = wording.say("news_times", times=wording.times(change.ratio))
    else:
        told = wording.texts.signed_percent(round(change.ratio * 100) / 100)
    return [wording.say("news_volume", change=told)]


def summary(facts: Facts, wording: Wording) -> list[str]:
    """One sentence for the largest incident, then one for the negative share or for what was not seen."""
    missing = wording.minutes(facts.quality.missing)
    main = main_incidents(facts)
    if not main:
        if not seen_enough(facts):
            return [wording.say("sum_blind", missing=missing)]
        return [wording.say("sum_calm" if facts.headline.mentions.value else "sum_silent")]
    told = [_incident_sentence(main[0], facts, wording)]
    if not seen_enough(facts):
        told.append(wording.say("sum_partial", missing=missing))
    return told + _share_sentence(facts, wording)


def _incident_sentence(incident: Incident, facts: Facts, wording: Wording) -> str:
    ended = ending(incident, facts, wording)
    began = wording.clock(incident.began_at)
    if incident.kind == COMPLAINTS and incident.worst and incident.categories:
        return wording.say(
            "sum_complaints",
            began=began,
            categories=wording.join([wording.named(c.name) for c in incident.categories[:NAMED]]),
            fired=wording.clock(incident.fired_at),
            end=ended,
            worst=wording.count(incident.worst.complaints),
        )
    if incident.kind == VOLUME and incident.worst:
        worst = incident.worst.estimated.mid if incident.worst.estimated else incident.worst.mentions
        return wording.say("sum_volume", began=began, end=ended, worst=wording.about(worst))
    return wording.say("sum_other", began=began, rule=incident.rule, end=ended)


def ending(incident: Incident, facts: Facts, wording: Wording) -> str:
    if incident.resolved_at:
        lasted = wording.duration(incident.resolved_at - incident.began_at)
        return wording.say("end_resolved", at=wording.clock(incident.resolved_at), lasted=lasted)
    lasted = wording.duration(max(facts.as_of - incident.began_at, timedelta()))
    return wording.say("end_open", at=wording.clock(facts.as_of), lasted=lasted)


def _share_sentence(facts: Facts, wording: Wording) -> list[str]:
    figure = facts.headline.negative_share
    change = against(figure, Against.MEAN_7D)
    if change is None or change.points is None or abs(change.points) < WORTH:
        return []
    return [wording.say("sum_share", share=wording.share(figure.value), base=wording.share(change.base))]
