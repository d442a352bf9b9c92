"""Complaints: what counts, what does not, and why. Every sentence was written for this table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.annotate import Annotator
from analysis.annotation import Document
from analysis.complaint_context import Discount
from analysis.complaints import CATEGORIES, Complaints, Finding
from analysis.hashtags import find_hashtags
from analysis.matching import Topic
from analysis.normal_form import normalise, own_end
from analysis.phrases import PhraseBook

TOPIC = Topic(name="tea", any=("青禾",), subjects=("取号屏",))
ANNOTATOR = Annotator((TOPIC,))
BOOK = PhraseBook()
COMPLAINTS = Complaints(BOOK, ("取号屏",), ("青禾",))


def categories(text: str) -> set[str]:
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    return {complaint.category for complaint in annotation.complaints}


def findings(text: str) -> list[Finding]:
    form = normalise(text, end=own_end(text))
    return COMPLAINTS.findings(form.text, BOOK.find(form.text))


def discounts(text: str) -> set[Discount | None]:
    return {finding.discount for finding in findings(text)}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("小程序卡死了，什么玩意", "slow"),
        ("点单页面一直转圈圈", "slow"),
        ("这个页面加载不出来啊", "slow"),
        ("系统开小差了，让我稍后再试", "busy"),
        ("提示系统繁忙，试了二十遍", "busy"),
        ("点进去全是白屏", "blank"),
        ("小程序怎么都打不开", "blank"),
        ("刚选好口味就闪退", "crash"),
        ("青禾又崩了", "crash"),
        ("青禾的服务器被挤爆了", "crash"),
        ("手机号死活登不上", "login"),
        ("验证码半天都收不到", "verification"),
        ("都快十一点了还下不了单", "order"),
        ("到最后一步付不了款", "payment"),
        ("扣了两次钱，谁来管管", "payment"),
        ("刚领的券用不了", "coupon"),
        ("优惠券怎么又不能用", "coupon"),
        ("点一下就跳转到淘宝，什么意思", "redirect"),
        ("莫名其妙跳到别的app", "redirect"),
        ("退款到现在还没到账", "refund"),
        ("商家一直不给退款", "refund"),
        ("外卖送错了，说好的少冰呢", "delivery"),
        ("物流好几天都不更新", "delivery"),
        ("客服一直不理人", "service"),
        ("在线客服根本联系不上", "service"),
        ("说好的半价结账又变原价", "price"),
        ("居然卖了我的手机号，我的信息被泄露", "privacy"),
        ("奶茶里喝出虫子", "quality"),
        ("什么破系统，取号屏也坏掉了", "fault"),
        ("小程序我点了三次提交，结果还是用不了", "fault"),
        ("付款到一半，页面一片空白，我都傻了", "blank"),
        ("點餐頁面打不開", "blank"),
        ("知乎又崩了，没得看", "crash"),
        ("豆瓣崩了", "crash"),
        ("某个小地方的小游戏崩了", "crash"),
        ("外卖员打电话过去，一直没人接", "delivery"),
        ("我找他们家客服，一上午都没人理", "service"),
        ("红包到了结算那一步选都选不了", "coupon"),
    ],
)
def test_a_complaint_is_found_in_its_category(text: str, category: str) -> None:
    assert category in categories(text)


def test_every_category_has_labels_and_an_example_above() -> None:
    marks = test_a_complaint_is_found_in_its_category.pytestmark  # type: ignore[attr-defined]
    shown = {category for _, category in marks[0].args[1]}
    assert shown == set(CATEGORIES)
    assert all(zh and en for zh, en in CATEGORIES.values())


@pytest.mark.parametrize(
    "text",
    [
        "用银行卡付的", "信用卡丢了", "今天去青禾打卡", "青禾门口打卡了", "一杯卡布奇诺", "卡点到公司",
        "鱼刺卡住了喉咙",
        "这联名小卡好看", "青禾的会员卡", "好卡通的杯子", "电脑卡死了", "网速好卡",
        "他人设崩了", "心态崩了", "主持人突然崩了，全场大笑", "把孩子给问崩了", "开挂了吧这速度", "征地500亩",
        "睡眠质量太差了", "大家都说我的免疫系统用不了", "我手机卡得要死，该换了", "把钥匙弄丢了",
        "我快崩溃了", "榴莲价格崩了", "考试考到崩溃大哭", "妆容崩了", "泪崩了", "基金又崩了",
        "股市崩了", "青禾的结局崩了", "慢慢来不着急", "您慢走", "心跳加速", "去跳舞吗", "狗狗一直转圈", "大脑一片空白",
        "白嫖一杯", "上课开小差被老师点名", "罐头打不开", "学校进不去", "交通瘫痪了", "他瘫痪在床", "电话挂了",
        "考试挂了",
        "不满意包退款", "支持无理由退款", "送错礼物了", "戳链接跳转到淘宝领取", "复制口令跳转到淘宝即可",
    ],
)  # fmt: skip
def test_a_word_that_means_something_else_is_none(text: str) -> None:
    assert categories(text) == set()


@pytest.mark.parametrize(
    ("weak", "with_subject"),
    [
        ("卡死了", "页面卡死了"),
        ("卡死了", "卡死了这个页面"),
        ("崩了", "青禾崩了"),
        ("一直转圈", "一直转圈，订单也没有"),
        ("没反应", "点付款按了没反应"),
        ("卡住了", "取号屏卡住了"),
        ("卡住了", "取号屏，卡住了"),
    ],
)
def test_a_weak_word_needs_a_subject_near_it(weak: str, with_subject: str) -> None:
    assert categories(weak) == set()
    assert categories(with_subject)


@pytest.mark.parametrize("text", ["我打开取号屏看了看。卡住了", "取号屏在最里面的那个角落里卡住了一个人"])
def test_a_subject_in_another_sentence_or_far_away_is_none(text: str) -> None:
    assert categories(text) == set()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("今天小程序没崩", None),
        ("没有闪退", Discount.NEGATED),
        ("app不卡了", Discount.NEGATED),
        ("小程序没有再闪退", Discount.NEGATED),
        ("从没闪退过", Discount.NEGATED),
        ("千万别闪退", Discount.NEGATED),
        ("有没有人说说不崩的app", Discount.QUESTION),
        ("从来没有出现过白屏", Discount.NEGATED),
        ("如果app崩了就算了", Discount.CONDITION),
        ("要是又付不了款我就不买了", Discount.CONDITION),
        ("万一小程序又卡死怎么办", Discount.CONDITION),
        ("就怕到时候闪退", Discount.CONDITION),
        ("如遇系统繁忙，请稍后再试", Discount.CONDITION),
        ("app是不是崩了？", Discount.QUESTION),
        ("青禾崩了吗", Discount.QUESTION),
        ("有没有人付不了款", Discount.QUESTION),
        ("闪退？", Discount.QUESTION),
        ("小程序崩了没", Discount.QUESTION),
        ("上次活动也闪退", Discount.PAST),
        ("去年小程序天天白屏", Discount.PAST),
        ("刚才闪退，现在好了", Discount.RECOVERED),
        ("小程序崩了半小时，终于恢复了", Discount.RECOVERED),
        ("付不了款的朋友可以去试试，已经修复了", Discount.RECOVERED),
        ("据报道，该平台app崩了", Discount.REPORTED),
        ("多名网友称优惠券用不了", Discount.REPORTED),
        ("【早报】某平台app崩了", Discount.REPORTED),
        ("听说小程序闪退", Discount.REPORTED),
        ("谁说客服不理人的", Discount.CONDITION),
        ("小程序用得好好的，但万一闪退呢", Discount.CONDITION),
    ],
)
def test_it_does_not_count_when(text: str, why: Discount | None) -> None:
    assert categories(text) == set()
    assert discounts(text) == ({why} if why else set())


@pytest.mark.parametrize(
    "text",
    [
        "没想到又闪退",
        "不知道为什么一直闪退",
        "能不能别闪退了",
        "不是闪退就是白屏",
        "为什么一直付不了款？",
        "怎么又闪退了？",
        "只有我登不上吗",
        "这也能闪退？？？",
        "小程序崩了，什么时候恢复",
        "小程序崩了，还没恢复",
        "恢复了一分钟又闪退",
        "闪退，恢复了吗",
        "上次闪退，这次又闪退",
        "我没有生气，就是付不了款",
        "没人管吗，客服不理人",
        "昨天申请的，商家一直不给退款",
        "【差评】我的小程序闪退三次了",
        "不过小程序还是闪退",
    ],
)
def test_it_counts_all_the_same_when(text: str) -> None:
    assert categories(text)


def test_what_others_said_and_hashtags_are_no_complaint_of_the_author() -> None:
    assert categories("吃瓜//@小红:小程序闪退付不了款") == set()
    assert categories("#小程序闪退# 来看看热闹") == set()
    assert categories("我也闪退//@小红:付不了款") == {"crash"}


def test_spans_lead_to_the_text_as_published() -> None:
    text = "救命😭@青禾 ＡＰＰ 闪\u200b退，系统开小差了！！"
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    found = {c.category: (c.term, text[c.start : c.end]) for c in annotation.complaints}
    assert found == {"crash": ("闪退", "闪\u200b退"), "busy": ("系统开小差", "系统开小差")}


def test_one_complaint_per_category_strongest_first() -> None:
    (annotation,) = ANNOTATOR.annotate(
        [Document(text="页面一直转圈圈，闪退了三次，又闪退，加载失败", platform="weibo")]
    )
    assert [(c.category, c.term) for c in annotation.complaints] == [("crash", "闪退"), ("slow", "加载失败")]


def test_the_longer_of_two_overlapping_phrases_is_the_evidence() -> None:
    (finding,) = findings("验证码怎么都收不到")
    assert (finding.category, finding.start, finding.end) == ("verification", 0, 9)
    (finding,) = findings("一点付款就闪退")  # 闪退 alone would be a crash
    assert (finding.category, finding.start, finding.end) == ("payment", 2, 7)


@pytest.mark.parametrize(
    "text",
    ["", "卡", "😭", "\x00", "\ud800闪退", "\u202eאבג闪退", "闪退" * 50_000, "青禾崩了" * 25_000, "没" * 100_000],
)
def test_no_text_is_too_odd(text: str) -> None:
    assert categories(text) == ({"crash"} if "闪退" in text or "崩了" in text else set())


PIECES = st.sampled_from(
    ["小程序", "闪退", "卡死了", "没有", "青禾", "崩了", "券", "用不了", "又", "，", "。", "？", "吗", "\u200b",
     "ＡＰＰ",
     "#标签#", "😀", "如果", "恢复了", "跳转到", "淘宝", " ", "@某人 ", "//@甲:", "[泪]", "e\u0301"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_spans_are_inside_the_own_words_and_normalise_to_the_term(text: str) -> None:
    (annotation,) = ANNOTATOR.annotate([Document(text=text, platform="weibo")])
    hashtags = [(tag.start, tag.end) for tag in find_hashtags(text)]
    for complaint in annotation.complaints:
        assert 0 <= complaint.start < complaint.end <= own_end(text)
        assert normalise(text, complaint.start, complaint.end, hashtags).text == complaint.term
    assert len({complaint.category for complaint in annotation.complaints}) == len(annotation.complaints)
