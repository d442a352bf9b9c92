"""One file a group of commands; each defines functions that `attach` puts on the command line."""

import typer

from monitor.commands import (
    alerts,
    backtesting,
    channels,
    collecting,
    demo,
    explaining,
    hashtags,
    importing,
    outbox,
    reanalysing,
    reports,
    routes,
    rules,
    sentiment,
    setting_up,
    silences,
    sources,
    status,
)


def attach(app: typer.Typer) -> None:
    """All commands, in the order that `--help` shows them."""
    app.command()(setting_up.init)
    app.command()(demo.demo)
    app.command()(collecting.run)
    app.command()(collecting.collect)
    app.command("import")(importing.import_files)
    app.command()(reports.digest)
    app.command()(reports.export)
    app.command()(hashtags.hashtags)
    app.command()(explaining.explain)
    app.command()(reanalysing.reanalyse)
    app.command()(backtesting.backtest)
    app.command()(status.status)
    app.add_typer(sources.app, name="sources")
    app.add_typer(channels.app, name="channels")
    app.add_typer(routes.app, name="routes")
    app.add_typer(rules.app, name="rules")
    app.add_typer(alerts.app, name="alerts")
    app.add_typer(silences.app, name="silence")
    app.add_typer(outbox.app, name="outbox")
    app.add_typer(sentiment.app, name="sentiment")
