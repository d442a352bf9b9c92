"""The shipped configuration, and its topics as keywords for a program that asks `k in text`."""

from collections.abc import Sequence
from pathlib import Path

from monitor.config import Config, TopicConfig, default_text, load

# What a program that asks `k in text` would ask for to hear of an outage.
COMPLAINTS = {
    "slow": ["卡顿", "卡死", "太慢", "加载不出", "一直转圈", "没反应"],
    "busy": ["系统繁忙", "系统开小差", "系统异常", "网络异常", "服务器错误"],
    "blank": ["白屏", "黑屏", "打不开", "进不去"],
    "crash": ["闪退", "崩了", "崩溃", "宕机", "服务器炸了"],
    "login": ["登录失败", "登不上", "登录不了"],
    "order": ["无法下单", "下单失败", "下不了单", "订单消失"],
    "payment": ["支付失败", "付不了款", "无法支付", "扣款"],
    "coupon": ["券用不了", "优惠券失效", "领不到", "无法核销"],
    "redirect": ["跳转淘宝", "跳到淘宝", "自动跳转"],
    "refund": ["不退款", "退款失败", "退款太慢"],
    "delivery": ["没送到", "送错", "超时", "洒了"],
    "service": ["客服没人", "客服不理", "态度差"],
}

Keywords = dict[str, tuple[list[str], list[str]]]  # topic → keywords of which one must be there, and none of those


def shipped(folder: Path) -> Config:
    """The configuration that `monitor init` writes, with `folder` to keep its data in."""
    (folder / "config.toml").write_text(default_text(), encoding="utf-8")
    return load(folder / "config.toml", {"WEIBO_COOKIE": "SUB=any"})


def keywords(topics: Sequence[TopicConfig]) -> Keywords:
    """Lower case; hashtags with the sign before them, their other spellings likewise."""
    return {
        topic.name: (
            [word.lower() for word in topic.any]
            + [f"#{tag}".lower() for name, others in topic.hashtags.items() for tag in (name, *others)],
            [word.lower() for word in topic.none],
        )
        for topic in topics
    }
