"""Every word a digest says of itself, in Chinese and in English, in one place.

What posts, hashtags, sources and errors say is never translated. Placeholders are filled by `wording`.
"""

from typing import Literal

Language = Literal["zh", "en"]

TEXTS: dict[str, tuple[str, str]] = {
    # subject and summary
    "subject": ("【舆情日报】{title} {date}：{news}", "[Daily digest] {title}, {date}: {news}"),
    "join": ("，", ", "),
    "list": ("、", ", "),
    "kicker": ("舆情日报", "Daily digest"),
    "range": ("{date}（{weekday}）00:00–24:00 北京时间", "{date} ({weekday}) 00:00–24:00 Beijing time"),
    "range_open": (
        "{date}（{weekday}）00:00–{time} 北京时间，当日未完",
        "{date} ({weekday}) 00:00–{time} Beijing time, the day is not over",
    ),
    "news_incident": ("1起{name}（{state}）", "1 {name} ({state})"),
    "news_incidents": ("{n}起{name}（{state}）", "{n} × {name} ({state})"),
    "news_volume": ("声量{change}", "volume {change}"),
    "news_times": ("为昨日的{times}倍", "{times}× yesterday"),
    "news_calm": ("无异常", "nothing unusual"),
    "news_silent": ("无人提及", "no mentions"),
    "news_incomplete": ("采集不完整", "incomplete data"),
    "fault": ("疑似故障", "suspected outage"),
    "complaints_up": ("投诉激增", "complaint surge"),
    "volume_up": ("声量激增", "volume surge"),
    "resolved": ("已恢复", "resolved"),
    "open": ("未恢复", "not resolved"),
    "some_open": ("{n}起未恢复", "{n} not resolved"),
    "sum_complaints": (
        "{began} 起投诉增多，主要是{categories}；{fired} 告警，{end}，最多时 10 分钟见到 {worst} 条投诉。",
        "Complaints rose from {began}, mostly {categories}; alert at {fired}, {end}; at worst {worst} complaints seen "
        "in 10 minutes.",
    ),
    "sum_volume": (
        "{began} 起声量激增，{end}，最多时 10 分钟 {worst} 条。",
        "Volume surged from {began}, {end}; at most {worst} mentions in 10 minutes.",
    ),
    "sum_other": ("{began} 起“{rule}”告警，{end}。", "Alert “{rule}” from {began}, {end}."),
    "end_resolved": ("{at} 恢复，历时 {lasted}", "resolved {at} after {lasted}"),
    "end_open": ("截至 {at} 未恢复，已 {lasted}", "not resolved by {at}, {lasted} so far"),
    "sum_share": ("全天负面占比 {share}，7日均值 {base}。", "Negative share of the day {share}, 7-day mean {base}."),
    "sum_calm": ("今日无异常。", "Nothing unusual today."),
    "sum_silent": ("全天无人提及，采集正常。", "Nobody mentioned it all day; collection worked."),
    "sum_blind": (
        "数据不足：{missing} 没有采集到，不能判断有无异常；下列数字只是采到的部分，偏低不等于下降。",
        "Not enough data: {missing} were not collected, so nothing can be said of what is normal; the figures below "
        "are only what was seen. Low does not mean a fall.",
    ),
    "sum_partial": (
        "另有 {missing} 没有采集到，数字只是采到的部分，偏低不等于下降。",
        "{missing} were not collected: the figures are only what was seen. Low does not mean a fall.",
    ),
    # headline
    "h_numbers": ("核心数字", "Headline numbers"),
    "mentions": ("声量", "Mentions"),
    "mentions_seen": ("声量（已采到）", "Mentions (seen)"),
    "negative_share": ("负面占比", "Negative share"),
    "authors": ("独立作者", "Authors"),
    "complaints": ("投诉数", "Complaints"),
    "reach": ("触达", "Reach"),
    "estimated": ("估计实有 {mid}（{low}–{high}）", "estimated {mid} ({low}–{high})"),
    "of_judged": ("在可判断的 {n} 条中", "of {n} that can be judged"),
    "lower_bound": ("只见到样本，实际更多", "of a sample: there were more"),
    "reach_line": (
        "触达 {reach} 人次（作者粉丝数相加，{n} 条提供，占 {share}）",
        "Reach {reach} (followers summed over the {n} mentions whose source tells them, {share})",
    ),
    "reach_unknown": ("触达未知：来源不提供粉丝数", "Reach unknown: no source tells followers"),
    "makeup": (
        "原创 {originals} 条，转发 {reposts} 条，重复文本 {copies} 条",
        "{originals} originals, {reposts} reposts, {copies} copies of the same text",
    ),
    "yesterday": ("昨日", "yesterday"),
    "last_week": ("上周同日", "a week ago"),
    "mean_7d": ("7日均值", "7-day mean"),
    "change_ratio": ("较{base} {change}", "{change} vs {base}"),
    "change_least": ("较{base} 至少 {change}", "at least {change} vs {base}"),
    "change_times": ("为{base}的 {times} 倍", "{times}× {base}"),
    "change_times_least": ("至少为{base}的 {times} 倍", "at least {times}× {base}"),
    "change_points": ("较{base} {change} 个百分点", "{change} pp vs {base}"),
    "change_same": ("与{base}持平", "same as {base}"),
    "change_none": ("较{base}：{why}", "vs {base}: {why}"),
    "change_no": ("暂不比较：{why}", "not compared: {why}"),
    "not_over": ("当日未完", "day not over"),
    "uncovered": ("当日采集不完整", "day not fully collected"),
    "base_uncovered": ("当时未采集完整", "not collected then"),
    "sampled": ("只有样本", "only samples"),
    "base_small": ("基数过小", "base too small"),
    "no_value": ("未知", "unknown"),
    # charts
    "h_chart": ("声量与情感走势", "Volume and sentiment"),
    "chart_week": ("近 7 日，每小时", "Seven days, by hour"),
    "chart_day": ("{date}，每 10 分钟", "{date}, by ten minutes"),
    "legend_other": ("其他", "other"),
    "legend_negative": ("负面", "negative"),
    "legend_estimated": ("估计未读到", "estimated"),
    "legend_incident": ("投诉告警期间", "complaint alert"),
    "legend_gap": ("无数据", "no data"),
    "share_axis": ("负面占比", "negative share"),
    "per_hour": ("条/小时", "per hour"),
    "per_ten": ("条/10分钟", "per 10 min"),
    "watching": ("开始监测", "watching began"),
    "chart_alt": (
        "{title}：{since} 至 {until}，最高 {peak} {unit}（{at}）；无数据 {gaps}。",
        "{title}: {since} to {until}, highest {peak} {unit} ({at}); no data for {gaps}.",
    ),
    "chart_alt_none": ("{title}：没有数据。", "{title}: no data."),
    "col_day": ("日期", "Day"),
    "col_seen": ("采到", "Seen"),
    "col_estimated": ("估计", "Est."),
    "col_complaints": ("投诉", "Complaints"),
    "col_coverage": ("已采集", "Cover"),
    # incidents
    "h_incidents": ("事件与时间线", "Incidents"),
    "no_incidents": ("当日没有告警。", "No alert on this day."),
    "no_incidents_blind": (
        "没有告警，但采集不完整，不能说明没有异常。",
        "No alert, but too little was seen to say that all was well.",
    ),
    "began": ("开始", "Began"),
    "fired": ("告警", "Alert"),
    "ended": ("恢复", "Resolved"),
    "lasted": ("持续", "Lasted"),
    "worst": ("高峰", "Worst"),
    "seen_complaints": (
        "{since}–{until} 见到 {n} 条投诉，占见到的 {share}",
        "{since}–{until}: {n} complaints, {share} of what was seen",
    ),
    "seen_mentions": ("{since}–{until} 见到 {n} 条", "{since}–{until}: {n} mentions seen"),
    "seen_estimated": ("，估计实有 {mid} 条", ", estimated {mid}"),
    "about": ("内容", "About"),
    "category_count": ("{name} {n} 条（{authors} 人）", "{name} {n} ({authors} people)"),
    "unknown_spans": ("期间无法判断", "Could not be judged"),
    "at_firing": ("告警时", "When it fired"),
    "because": ("告警依据", "Why it fired"),
    "so_far": ("至今 {lasted}", "{lasted} so far"),
    # hashtags, categories, posts
    "h_hashtags": ("热门话题", "Top hashtags"),
    "col_hashtag": ("话题", "Hashtag"),
    "col_count": ("条数", "Mentions"),
    "col_before": ("较昨日", "vs yesterday"),
    "col_negative": ("负面", "Negative"),
    "new": ("新上榜", "new"),
    "before_small": ("昨日 {n} 条", "{n} yesterday"),
    "no_hashtags": ("没有话题标签。", "No hashtags."),
    "rising": ("上升 {label}：{told}", "Rising {label}: {told}"),
    "fading": ("回落 {label}：{told}", "Fading {label}: {told}"),
    "rise_new": ("{n} 条，此前 {days} 日未见", "{n}, not seen in the {days} days before"),
    "rise_usual": ("{n} 条，此前 {days} 日日均 {usual} 条", "{n}, against {usual} a day over the {days} days before"),
    "h_words": ("新词", "New words"),
    "h_categories": ("投诉类别", "Complaint categories"),
    "no_categories": ("没有识别出投诉。", "No complaints recognised."),
    "authors_n": ("{n} 人", "{n} people"),
    "h_posts": ("热门帖子", "Top posts"),
    "no_posts": ("没有可排名的帖子：来源不提供互动数。", "No post can be ranked: no source tells engagement."),
    "h_praise": ("好评", "Praise"),
    "engagement": ("互动 {n}", "engagement {n}"),
    "copies_n": ("另有 {n} 条相同文本", "{n} copies"),
    "author": ("作者 {name}", "author {name}"),
    "no_author": ("作者未知", "author unknown"),
    "open_post": ("原文", "open"),
    "negative": ("负面", "negative"),
    "neutral": ("中性", "neutral"),
    "positive": ("正面", "positive"),
    "no_polarity": ("情感不明", "sentiment unknown"),
    # data quality
    "h_quality": ("数据质量", "Data quality"),
    "minutes": (
        "当日 {complete} 采集完整，{sampled} 为抽样，{missing} 无数据。",
        "Of the day {complete} were collected completely, {sampled} as a sample, {missing} not at all.",
    ),
    "sampled_note": (
        "抽样时段发帖多于可翻页数：读到的是样本，占比可信，总量为估计。",
        "While sampled, more was posted than can be paged through: shares hold, totals are estimated.",
    ),
    "gap": ("{since}–{until} 无数据（{lasted}）：{cause}", "{since}–{until} no data ({lasted}): {cause}"),
    "gap_unwatched": ("监测尚未开始", "watching had not begun"),
    "gap_unvisited": ("没有采集记录", "no visit on record"),
    "gap_more": ("另有 {n} 段无数据，共 {lasted}", "{n} further gaps, {lasted} in all"),
    "blind": ("{since}–{until} 来源 {source} 失明告警", "{since}–{until} source {source} reported as blind"),
    "still": ("尚未恢复", "still"),
    "col_source": ("来源", "Source"),
    "col_visits": ("访问（失败）", "Visits (failed)"),
    "col_minutes": ("完整 / 抽样 / 缺失", "Complete / sampled / missing"),
    "col_rejected": ("剔除", "Set aside"),
    "rejected": ("{n} 条无法读取，已剔除：{reasons}。", "{n} items could not be read and were set aside: {reasons}."),
    "unjudged": (
        "{n} 条无法判断情感（{share}），不计入负面占比。",
        "{n} mentions have no sentiment ({share}) and are left out of the negative share.",
    ),
    "authorless": (
        "{n} 条作者未知，不计入独立作者。",
        "{n} mentions have no known author and are left out of authors.",
    ),
    "gone": (
        "{n} 条已被平台删除或屏蔽；仍计入数字。",
        "{n} posts were since deleted or withheld on their platform; they still count.",
    ),
    "spam_few": (
        "疑似刷屏：{since}–{until} 有 {n} 条近似文本，仅 {authors} 个账号：「{text}」。仍计入声量，不计入原创。",
        "Looks like spam: {since}–{until} {n} near-copies by only {authors} accounts: “{text}”. They count as "
        "mentions, not as originals.",
    ),
    "spam_unknown": (
        "疑似刷屏：{since}–{until} 有 {n} 条近似文本，账号未知或几乎没有粉丝：「{text}」。仍计入声量，不计入原创。",
        "Looks like spam: {since}–{until} {n} near-copies by accounts unknown or hardly followed: “{text}”. They "
        "count as mentions, not as originals.",
    ),
    "watched_since": (
        "{at} 开始按现在的词监测；更早的数字由已存帖子重新统计。",
        "Watched with the present words since {at}; earlier figures are recounted from stored posts.",
    ),
    # footer
    "footer": (
        "负面占比 = 负面条数 ÷ 可判断情感的条数；互动 = 转发 + 评论 + 点赞；比较的基数少于 20 时不给百分比。",
        "Negative share = negative ÷ mentions whose sentiment is known; engagement = reposts + comments + likes; no "
        "percentage on a base under 20.",
    ),
    "as_of": ("数据截至 {at}（北京时间）", "As of {at} (Beijing time)"),
    "csv": ("逐条数据：{command}", "The posts behind each figure: {command}"),
    "link": ("打开 Trend Monitor", "Open Trend Monitor"),
    "minutes_n": ("{n} 分钟", "{n} min"),
    "hours_n": ("{n} 小时", "{n} h"),
    "hours_minutes": ("{h} 小时 {m} 分", "{h} h {m} min"),
    "week": ("周一周二周三周四周五周六周日", "MonTueWedThuFriSatSun"),
}


def say(language: Language, key: str, **values: object) -> str:
    """The text of `key`, with its placeholders filled."""
    return TEXTS[key][language == "en"].format(**values)
