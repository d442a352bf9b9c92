"""A small configuration that uses every section, for tests."""

SMALL = """\
external_url = "https://m.example.org/"
time_zone = "Asia/Shanghai"
language = "zh"

[topics.tea]
title = "秋天的第一杯奶茶"
owner = "brand"
any = ["奶茶"]
none = ["奶茶色"]
subjects = ["订单"]
rivals = ["rival"]
[topics.tea.hashtags]
"秋一杯" = ["秋1杯"]
"第一杯" = []

[topics.rival]
any = ["别家"]

[sources.search]
kind = "weibo-search-web"
every_s = 120
topics = ["tea"]
backfill_s = 3600
cookie = { env = "COOKIE" }

[rules.complaints]
kind = "complaint-share"
severity = "page"
keep_firing_s = 900
labels = { team = "a" }

[channels.hook]
kind = "webhook"
url = { env = "HOOK" }
secret = { env = "HOOK_KEY" }

[channels.log]
kind = "file"

[[routes]]
match = { team = "a", severity = "page" }
channels = ["hook"]
on_resolved = false

[[routes]]
channels = ["log"]

[digest]
at = "07:30"

[storage]
folder = "keep"

[http]
pace_s = { "s.weibo.com" = 10 }
"""


def edited(text: str, there: str, instead: str) -> str:
    """The text with one passage replaced; the passage must be there exactly once."""
    assert text.count(there) == 1, f"{there!r} is there {text.count(there)} times"
    return text.replace(there, instead)
