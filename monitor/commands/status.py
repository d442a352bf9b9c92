"""`monitor status`: what the service knows, what is firing, and what waits to be told."""

import json
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import CONFIG, ConfigPath, Json, begun_database, read_config, told_in_one_line
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store.store import Store


def status(
    config: ConfigPath = CONFIG,
    fail_on_firing: Annotated[
        bool, typer.Option("--fail-on-firing", help="Exit 4 when an alert is firing, 3 when a source fails.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Sources with their last success, windows never read, topics with how far they are judged, alerts, the outbox.

    Example: monitor status --fail-on-firing
    """
    from collectors.clock import WallClock
    from monitor.store.sqlite import open_store

    settings = read_config(config)
    with told_in_one_line(), open_store(begun_database(settings), read_only=True) as store:
        facts = gather(store, settings, WallClock().now())
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
    else:
        show(facts, ZoneInfo(settings.time_zone))
    if fail_on_firing and facts["firing"]:
        raise typer.Exit(Exit.FIRING)
    if fail_on_firing and any(source["last_error"] for source in facts["sources"]):
        raise typer.Exit(Exit.DEGRADED)


def gather(store: "Store", settings: "Config", now: datetime) -> dict[str, Any]:
    """Everything that `status` shows, JSON-able, times as ISO text in UTC."""
    from monitor.alerts.standing import standings
    from monitor.backfill import missed
    from monitor.pipeline import PUSH
    from monitor.service import make_jobs, pushed_sources, watched_sources

    jobs = make_jobs(settings)
    pushed = [name for name, _ in pushed_sources(settings)]
    health = [store.health(source.name, source.targets, source.every_s, now) for source in watched_sources(jobs)]
    health += [store.health(name, (PUSH,), 0, now) for name in pushed]
    outbox = store.outbox()
    return {
        "at": iso(now),
        "sources": [
            {
                "source": h.source,
                "last_success_at": iso(h.last_success_at),
                "covered_until": iso(h.covered_until),
                "last_error": h.last_error,
                "last_reason": h.last_reason,
                "blocked_since": iso(h.blocked_since),
                "login_ends_at": iso(h.session_ends_at),
                "rests_until": iso(h.retry_at) if h.retry_at and h.retry_at > now else None,
            }
            for h in health
        ],
        "open": [
            {"target": job.name, "from": iso(window.since), "to": iso(window.until)}
            for job, window in missed(store, jobs, now)
        ],
        "topics": [
            {"topic": t.name, "watched_since": iso(t.watched_since), "judged_until": iso(t.observed_until)}
            for t in store.topics()
        ],
        "firing": [
            {
                "rule": a.rule,
                "subject": a.subject,
                "state": a.state.value,
                "since": iso(a.breached_at),
                "unknown_since": iso(a.unknown_since),
                "because": a.because,
                "id": a.key,
                "acknowledged_by": seen.taken_by or None,
                "held_back_by": seen.held_back or None,
            }
            for seen in standings(store, settings, [a for a in store.alerts(open_only=True) if a.fired_at], now)
            for a in [seen.alert]
        ],
        "silences": [
            {"id": s.id, "matchers": [str(m) for m in s.matchers], "ends_at": iso(s.ends_at), "author": s.author}
            for s in store.silences(since=now)
            if s.state(now) == "active"
        ],
        "web": {"listen": settings.web.listen, "pushed": pushed} if pushed else None,
        "outbox": {
            "pending": outbox.pending,
            "dead": outbox.dead,
            "delivered": outbox.delivered,
            "failing_since": iso(outbox.failing_since),
        },
    }


def show(facts: dict[str, Any], zone: ZoneInfo) -> None:
    """The facts for people, times in `zone`."""
    for s in facts["sources"]:
        state = f"{s['last_error']}: {s['last_reason']}" if s["last_error"] else "ok"
        rests = f" (left alone until {local(s['rests_until'], zone)})" if s["rests_until"] else ""
        login = f"; the login ends {local(s['login_ends_at'], zone)}" if s["login_ends_at"] else ""
        typer.echo(f"source  {s['source']:20} last success {local(s['last_success_at'], zone)}  {state}{rests}{login}")
    if web := facts["web"]:
        typer.echo(
            f"web     http://{web['listen']} takes the pushes of {', '.join(web['pushed'])} while `monitor run` runs"
        )
    for target, windows in groupby(facts["open"], key=itemgetter("target")):
        typer.echo(open_line(target, list(windows), zone))
    for t in facts["topics"]:
        seen = t["judged_until"]
        until = f"judged until {local(seen, zone)}" if seen else "not judged: no source has shown any of it yet"
        typer.echo(f"topic   {t['topic']:20} {until}")
    for a in facts["firing"]:
        blind = f" (cannot see since {local(a['unknown_since'], zone)})" if a["unknown_since"] else ""
        taken = f", acknowledged by {a['acknowledged_by']}" if a["acknowledged_by"] else ""
        held = f", told to nobody: {a['held_back_by']}" if a["held_back_by"] else ""
        since = local(a["since"], zone)
        typer.echo(f"{a['state'].upper():7} {a['rule']} on {a['subject']} since {since}{blind}{taken}{held}")
        typer.echo(f"        {a['because']} ({a['id']})")
    if not facts["firing"]:
        typer.echo("no alert is firing")
    for s in facts["silences"]:
        what = " ".join(s["matchers"])
        typer.echo(f"silence {s['id']} until {local(s['ends_at'], zone)} by {s['author']}: {what}")
    outbox = facts["outbox"]
    typer.echo(f"outbox  {outbox['pending']} waiting, {outbox['dead']} given up, {outbox['delivered']} delivered")
    if outbox["failing_since"]:
        typer.echo(f"        does not get through since {local(outbox['failing_since'], zone)}: `monitor outbox list`")


def open_line(target: str, windows: list[dict[str, str]], zone: ZoneInfo) -> str:
    """How much of what a target was asked for nobody has read, and the command that asks again."""
    spans = [(datetime.fromisoformat(w["from"]), datetime.fromisoformat(w["to"])) for w in windows]
    minutes = sum(round((until - since).total_seconds() / 60) for since, until in spans)
    until = spans[-1][1] + timedelta(seconds=-spans[-1][1].timestamp() % 60)  # not into the next hour
    first, last = (f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" for at in (spans[0][0], until))
    told = f"open    {target:20} {minutes} min in {len(spans)} windows never read: "
    return f"{told}monitor collect --backfill --from {first} --to {last} --source {target.partition('/')[0]}"


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def local(text: str | None, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}" if text else "never"
