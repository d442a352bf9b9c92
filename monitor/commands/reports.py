"""`monitor digest` and `monitor export`: what is written from the store."""

import sys
from contextlib import nullcontext
from datetime import date as Date
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.commands.shared_options import (
    CONFIG,
    ConfigPath,
    Json,
    moment,
    read_config,
    told_in_one_line,
    until_moment,
)
from monitor.exit_codes import Exit


class Table(StrEnum):
    POSTS = "posts"
    MENTIONS = "mentions"
    SERIES = "series"
    ALERTS = "alerts"
