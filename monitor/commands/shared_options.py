"""Options that several commands take, and what they share: the configuration read, errors told in one line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from monitor.config import Config

CONFIG = Path("config.toml")
ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, and nothing else there.")]


def read_config(path: Path) -> "Config":
    """The configuration, or exit 78 with every problem on stderr."""
    from monitor.config import ConfigError, load

    try:
        return load(path, os.environ)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.CONFIG) from None


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """A database that cannot be used ends the command with its message and no traceback."""
    from monitor.store.store import StoreError

    try:
        yield
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.TEMPORARY if error.temporary else Exit.FAILURE) from None


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A date or an ISO time to an aware UTC moment; without an offset it is meant in `zone`.

    >>> moment("2026-11-20", ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-19T16:00:00+00:00'
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a date (2026-11-20) nor a time (2026-11-20T09:30)") from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)


def until_moment(text: str, zone: ZoneInfo) -> datetime:
    """As `moment`; a bare date means its end, so that `--from D --to D` is the day D."""
    end = moment(text, zone)
    return end + timedelta(days=1) if len(text) == len("2026-11-20") else end
