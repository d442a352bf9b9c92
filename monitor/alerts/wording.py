"""The words of messages in each language. Placeholders are filled with values as they are: nothing is parsed again."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.complaints import CATEGORIES
from monitor.alerts.types import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    severities: Mapping[Severity, str]
    kinds: Mapping[str, str]  # rule kind → what it means for people; others are named as they are
    categories: Mapping[str, str]  # complaint category → its name; others are named as they are
    comma: str
    about: str
    firing: str
    resolved: str
    since: str
    how_bad: str
    limit: str
    categories_line: str
    volume_seen: str
    volume_estimated: str
    volume_before: str
    volume_unknown: str
    coverage: str
    newest: str
    no_newest: str
    example: str
    runbook: str
    alert_link: str
    lasted: str
    peak: str
    complaints_total: str
    mentions_total: str
    minutes: str
    hours: str
    days: str
    failing_title: str
    failing_why: str
    failing_waiting: str


EN = Wording(
    severities={Severity.PAGE: "PAGE", Severity.WARN: "WARNING", Severity.NOTE: "NOTE"},
    kinds={
        "complaint-share": "complaints above normal",
        "volume": "volume above normal",
        "source-blind": "source cannot be seen",
        "source-blocked": "source stands before a wall",
        "session-expiring": "login will end",
    },
    categories={key: names[1] for key, names in CATEGORIES.items()},
    comma=", ",
    about=" ({categories})",
    firing="[{severity}] {what}: {subject}{categories}, since {since}",
    resolved="[RESOLVED] {what}: {subject}, after {lasted}",
    since="Since {since} ({zone}), {ago} before this alert. Rule {rule}.",
    how_bad="How bad: {because}",
    limit="Value {value}, limit {limit}.",
    categories_line="Complaints are about: {categories}",
    volume_seen="Volume: {seen} mentions in the last {span}",
    volume_estimated="Volume: {seen} mentions seen in the last {span}, a sample; about {mid} in all ({low} to {high})",
    volume_before="; {before} seen in the same time before",
    volume_unknown="Volume of the last {span}: unknown, nothing was covered",
    coverage="Coverage: {working} of {sources} sources",
    newest=", newest post {age} old",
    no_newest=", no post seen",
    example="“{text}” {url}",
    runbook="runbook",
    alert_link="alert",
    lasted="From {since} to {until} ({zone}): {lasted}. Rule {rule}.",
    peak="Peak {peak}, limit {limit}.",
    complaints_total="Complaints seen in this time: {total}",
    mentions_total="Mentions seen in this time: {total}",
    minutes="{n} min",
    hours="{h} h {m} min",
    days="{d} d {h} h",
    failing_title="[WARNING] Channel {channel} does not deliver",
    failing_why="Last error: {error}",
    failing_waiting="Attempts at one message: {attempts}. Messages to {channel} wait or are lost until it is mended.",
)

ZH = Wording(
    severities={Severity.PAGE: "紧急", Severity.WARN: "警告", Severity.NOTE: "提示"},
    kinds={
        "complaint-share": "投诉异常",
        "volume": "声量异常",
        "source-blind": "数据源中断",
        "source-blocked": "数据源被拦截",
        "session-expiring": "登录即将到期",
    },
    categories={key: names[0] for key, names in CATEGORIES.items()},
    comma="、",
    about="（{categories}）",
    firing="【{severity}】{subject}：{what}{categories}，始于 {since}",
    resolved="【已恢复】{subject}：{what}，持续 {lasted}",
    since="始于 {since}（{zone}），告警前 {ago}。规则 {rule}。",
    how_bad="程度：{because}",
    limit="当前值 {value}，阈值 {limit}。",
    categories_line="投诉类别：{categories}",
    volume_seen="声量：近 {span} {seen} 条提及",
    volume_estimated="声量：近 {span} 抽样看到 {seen} 条提及，估计共约 {mid} 条（{low} 至 {high}）",
    volume_before="；此前同样时长看到 {before} 条",
    volume_unknown="声量：近 {span} 没有覆盖，未知",
    coverage="覆盖：{sources} 个数据源中 {working} 个正常",
    newest="，最新帖子 {age}前",
    no_newest="，没有看到帖子",
    example="“{text}” {url}",
    runbook="处置手册",
    alert_link="告警详情",
    lasted="{since} 至 {until}（{zone}），持续 {lasted}。规则 {rule}。",
    peak="峰值 {peak}，阈值 {limit}。",
    complaints_total="期间看到投诉：{total} 条",
    mentions_total="期间看到提及：{total} 条",
    minutes="{n} 分钟",
    hours="{h} 小时 {m} 分钟",
    days="{d} 天 {h} 小时",
    failing_title="【警告】通知渠道 {channel} 发送失败",
    failing_why="最近错误：{error}",
    failing_waiting="同一消息已尝试 {attempts} 次。修复之前，发往 {channel} 的消息会滞留或丢失。",
)

WORDINGS: Mapping[str, Wording] = {"en": EN, "zh": ZH}
