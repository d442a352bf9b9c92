"""Commands as a user gives them, in this process."""

from collections.abc import Mapping
from pathlib import Path

from typer.testing import CliRunner, Result

from monitor.cli import app

HOOKLESS = """\
[topics.tea]
any = ["奶茶"]

[topics.coffee]
any = ["咖啡"]
"""


def monitor(*words: object, env: Mapping[str, str] | None = None) -> Result:
    """The ended command. What it did not expect itself comes through here as the exception it was."""
    done = CliRunner().invoke(app, [str(word) for word in words], env=dict(env or {}))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def configured(folder: Path, text: str = HOOKLESS) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path
