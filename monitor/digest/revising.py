"""What a later revision of a digest says otherwise than the one before it: every figure that the two do not share."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.digest.facts import Changed, Count, Difference, Facts, Figure, Incident, Revision


def revised(facts: Facts, before: Facts | None, number: int, late_posts: int = 0) -> Facts:
    """`facts` as revision `number`; `before` is the revision it follows, None where that cannot be read any more."""
    if before is None:
        return replace(facts, revision=Revision(number=number))
    return replace(
        facts,
        revision=Revision(
            number=number,
            before_as_of=before.as_of,
            before_over=before.over,
            late_posts=late_posts,
            differences=tuple(differences(before, facts)),
        ),
    )


def differences(before: Facts, after: Facts) -> Iterator[Difference]:
    for what in (Changed.MENTIONS, Changed.NEGATIVE_SHARE, Changed.AUTHORS, Changed.COMPLAINTS, Changed.REACH):
        one, other = (_figure(facts, what).value for facts in (before, after))
        if one != other:
            yield Difference(what=what, before=one, after=other)
    for what in (Changed.GONE, Changed.MISSING):
        counts = [getattr(facts.quality, what.value) for facts in (before, after)]
        if counts[0] != counts[1]:
            yield Difference(what=what, before=counts[0], after=counts[1])
    yield from _counted(Changed.CATEGORY, before.categories, after.categories)
    yield from _counted(Changed.HASHTAG, before.hashtags, after.hashtags)
    shown = {post.key: post.engagement for post in before.top_posts}
    for post in after.top_posts:
        if post.key in shown and shown[post.key] != post.engagement:
            yield Difference(what=Changed.ENGAGEMENT, name=post.key, before=shown[post.key], after=post.engagement)
    yield from _incidents(before.incidents, after.incidents)
    if before.versions != after.versions:
        yield Difference(what=Changed.VERSIONS, name=" → ".join(", ".join(f.versions) for f in (before, after)))


def _figure(facts: Facts, what: Changed) -> Figure:
    found: Figure = getattr(facts.headline, what.value)
    return found


def _counted(what: Changed, before: Sequence[Count], after: Sequence[Count]) -> Iterator[Difference]:
    """Of both lists; None where one does not hold it."""
    labels = {count.name: count.label for count in (*before, *after)}
    one, other = ({count.name: count.mentions for count in counts} for counts in (before, after))
    for name, label in labels.items():
        if one.get(name) != other.get(name):
            yield Difference(what=what, name=label, before=one.get(name), after=other.get(name))


def _incidents(before: Sequence[Incident], after: Sequence[Incident]) -> Iterator[Difference]:
    one = {incident.alert: incident for incident in before}
    for incident in after:
        earlier = one.pop(incident.alert, None)
        if earlier is None:
            yield Difference(what=Changed.INCIDENT_NEW, name=incident.rule)
        elif earlier.resolved_at is None and incident.resolved_at is not None:
            yield Difference(what=Changed.INCIDENT_OVER, name=incident.rule)
    for incident in one.values():
        yield Difference(what=Changed.INCIDENT_GONE, name=incident.rule)
