"""How much of a minute an Observation shows."""

from analysis.series import Completeness, Observation, Tally


def seen_part(seen: Observation) -> tuple[Tally, float] | None:
    """The tally and the share of the minute's posts it holds (above 0, at most 1); None where nothing was seen.

    Where the volume was estimated, the share follows from it.
    """
    tally = seen.tally
    if tally is None or seen.completeness is Completeness.MISSING or seen.share <= 0.0:
        return None
    if seen.estimated and seen.estimated.mid > 0.0 and tally.mentions > 0:
        return tally, min(1.0, tally.mentions / seen.estimated.mid)
    return tally, min(1.0, seen.share)
