"""The words of messages in each language. Placeholders are filled with values as they are: nothing is parsed again."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.complaints import CATEGORIES
from monitor.alerts.types import Occasion, Severity


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
    whole_days: str
    days: Mapping[str, str]  # as rules name them → as people read them
    semicolon: str
    and_so: str  # joins the parts of a sentence
    complaints_by: str
    complaints_in: str
    mentions_in: str
    expected: str
    expected_for: str
    share: str
    evidence: str
    by_floor: str
    surges: str
    no_surge: str
    ratio: str
    occasions: Mapping[Occasion, str]
    held: str
    unseen: str
    holds_back: str
    acknowledge: str
    silence: str
    acknowledged: str
    acknowledged_at: str
    comment: str
    grouped: str
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
        "sentiment-drop": "mood below normal",
        "hashtag-rising": "hashtag rising",
        "hot-list": "on the hot list",
        "threshold": "limit crossed",
        "rule-failing": "rule fails",
        "platform-elevated": "whole platform elevated",
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
    whole_days="{d} d {h} h",
    days={},
    semicolon="; ",
    and_so=", ",
    complaints_by="{complaints} complaints by {authors} authors in {span}",
    complaints_in="{complaints} complaints in {span}",
    mentions_in="{mentions} mentions in {span}",
    expected="{expected} expected",
    expected_for="{expected} expected for {hour}",
    share="share {share} against {usual}",
    evidence="evidence {value}, line {limit}",
    by_floor="the baseline is still young, a fixed floor decided",
    surges="Volume surges, too",
    no_surge="Volume does not surge",
    ratio=": {ratio} times what is usual at this hour",
    occasions={
        Occasion.MORE_URGENT: "It has become more urgent since it was told.",
        Occasion.AGAIN: "It still fires, and nobody has acknowledged it.",
        Occasion.NOBODY: "Nobody has acknowledged it: you are asked to.",
    },
    held="Noticed at {at}, held back until {until} by quiet hours.",
    unseen="Nothing is seen since {since}: it may be over, or worse.",
    holds_back="Not told meanwhile: alerts on {subjects}.",
    acknowledge="Acknowledge: {command}",
    silence="Silence: {command}",
    acknowledged="[ACKNOWLEDGED] {what}: {subject}, by {author}",
    acknowledged_at="{author} took it on at {at} ({zone}). Nobody is reminded of it until it is over or more urgent.",
    comment="Comment: {comment}",
    grouped="{first} (+{others} more)",
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
        "sentiment-drop": "情绪低落",
        "hashtag-rising": "话题上升",
        "hot-list": "登上热搜",
        "threshold": "超出阈值",
        "rule-failing": "规则出错",
        "platform-elevated": "全平台投诉升高",
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
    whole_days="{d} 天 {h} 小时",
    days={
        "Mon": "周一",
        "Tue": "周二",
        "Wed": "周三",
        "Thu": "周四",
        "Fri": "周五",
        "Sat": "周六",
        "Sun": "周日",
    },
    semicolon="；",
    and_so="，",
    complaints_by="{span}内 {authors} 人投诉 {complaints} 条",
    complaints_in="{span}内投诉 {complaints} 条",
    mentions_in="{span}内提及 {mentions} 条",
    expected="正常约 {expected} 条",
    expected_for="{hour} 正常约 {expected} 条",
    share="占比 {share}，平时 {usual}",
    evidence="证据 {value}，告警线 {limit}",
    by_floor="基线尚短，由固定下限判定",
    surges="声量同时激增",
    no_surge="声量没有激增",
    ratio="：为此时段平时的 {ratio} 倍",
    occasions={
        Occasion.MORE_URGENT: "上次通知之后，级别已升高。",
        Occasion.AGAIN: "告警仍在持续，尚无人认领。",
        Occasion.NOBODY: "尚无人认领，请您处理。",
    },
    held="{at} 发现，因免打扰时段推迟到 {until} 通知。",
    unseen="自 {since} 起看不到数据：可能已恢复，也可能更严重。",
    holds_back="期间不再单独通知：{subjects} 的告警。",
    acknowledge="认领：{command}",
    silence="静默：{command}",
    acknowledged="【已认领】{subject}：{what}，认领人 {author}",
    acknowledged_at="{author} 于 {at}（{zone}）认领。恢复或级别升高之前不再提醒。",
    comment="备注：{comment}",
    grouped="{first}（另有 {others} 条）",
    failing_title="【警告】通知渠道 {channel} 发送失败",
    failing_why="最近错误：{error}",
    failing_waiting="同一消息已尝试 {attempts} 次。修复之前，发往 {channel} 的消息会滞留或丢失。",
)

WORDINGS: Mapping[str, Wording] = {"en": EN, "zh": ZH}
