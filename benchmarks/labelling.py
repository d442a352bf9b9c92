"""Draw texts to be labelled, by hash: half with a hit of the complaint lexicon, half without.

    python -m benchmarks.labelling complaints --seed first    real posts (TREND_MONITOR_CORPORA), to label by hand
    python -m benchmarks.labelling titles --seed second       200 hot-list titles with 崩

Prints `key<TAB>source<TAB>stratum<TAB>text`. The seed decides the order only, so that a second labelling meets the
texts in another one. See labels/GUIDELINE.md. The labels that are committed were drawn with the lexicon of 2026-11-23:
a longer lexicon has more hits, and draws other texts.
"""

import argparse
import re
import sys
from collections.abc import Iterator

from analysis.complaints import Complaints
from analysis.hashtags import find_hashtags
from analysis.normal_form import normalise, own_end
from analysis.phrases import PhraseBook
from benchmarks.corpora import hot_titles, in_hash_order, posts

WITH_HIT, NEAR, FAR, TITLES = 120, 110, 90, 200
# Words of services: complaints that the lexicon misses stand among posts with one of these
SERVICE = re.compile(
    "app|软件|客服|快递|外卖|退款|退货|服务器|登录|登陆|下单|订单|支付|付款|充值|系统|网站|页面|更新|淘宝|京东|美团|微博|微信|"
    "支付宝|商家|店家|卖家|物流|闪退|会员|12306|移动|联通|电信|网络|游戏|服务|投诉|垃圾"
)


def drawn_posts(seed: str) -> Iterator[tuple[str, str, str, str]]:
    """(key, source, stratum, text)."""
    book = PhraseBook()
    complaints = Complaints(book)
    found = posts()
    strata: dict[str, dict[str, str]] = {"hit": {}, "near": {}, "far": {}}
    for each, (_, text) in found.items():
        cut = [(hashtag.start, hashtag.end) for hashtag in find_hashtags(text)]
        form = normalise(text, 0, own_end(text), cut)
        hit = bool(complaints.findings(form.text, book.find(form.text)))
        strata["hit" if hit else "near" if SERVICE.search(form.text) else "far"][each] = text
    chosen = {
        each: stratum
        for stratum, size in (("hit", WITH_HIT), ("near", NEAR), ("far", FAR))
        for each in in_hash_order(strata[stratum], "draw")[:size]
    }
    for each in in_hash_order({each: found[each][1] for each in chosen}, seed):
        yield each, found[each][0], chosen[each], found[each][1]


def drawn_titles(seed: str) -> Iterator[tuple[str, str, str, str]]:
    """Every title with 崩了 (there are 120), filled up with others that hold 崩."""
    titles = {each: title for each, title in hot_titles().items() if "崩" in title}
    order = sorted(in_hash_order(titles, "draw"), key=lambda each: "崩了" not in titles[each])
    for each in in_hash_order({each: titles[each] for each in order[:TITLES]}, seed):
        yield each, "hot_history", "崩了" if "崩了" in titles[each] else "崩", titles[each]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labelling", description="Texts to label.")
    parser.add_argument("what", choices=("complaints", "titles"))
    parser.add_argument("--seed", default="first")
    options = parser.parse_args()
    drawn = drawn_posts if options.what == "complaints" else drawn_titles
    for row in drawn(options.seed):
        sys.stdout.write("\t".join(" ".join(part.split()) for part in row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
