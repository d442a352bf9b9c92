"""What WeChat's hosts answer: the search, the article pages, WeChat Reading, and the API of one's own account."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zlib import crc32

from monitor.demo.exchange import Answer, Request, html_answer, json_answer
from monitor.demo.scenario import BEIJING
from monitor.demo.scripted import Article
from monitor.demo.wechat_pages import DELETED, article_page, link, numbers, search_page

SOGOU, ARTICLES_HOST = "weixin.sogou.com", "mp.weixin.qq.com"
READING, OWN_ACCOUNT = "weread.qq.com", "api.weixin.qq.com"
FRESH_SKEY = "skey-renewed"  # the session key that a renewal gives; another one has run out
_GROUPS_A_PAGE = 20


class WechatHosts:
    """The endpoints over one world's articles, newest first. `own`: the account that the API belongs to."""

    def __init__(self, articles: Sequence[Article], own: str) -> None:
        self._articles = articles
        self._own = own

    def search(self, request: Request) -> Answer:
        asked = request.asked
        query = asked.get("query", "").strip()
        if request.path != "/weixin" or asked.get("type") != "2" or not query:
            return html_answer("<html><body>404</body></html>", status=404)
        matching = [each for each in self._shown(request.at) if query in each.title or query in "".join(each.body)]
        by_relevance = sorted(matching, key=lambda each: (query not in each.title, crc32(each.short_id.encode())))
        return html_answer(search_page(query, by_relevance, int(asked.get("page", "1"))))

    def article(self, request: Request) -> Answer:
        name = request.path.removeprefix("/s/")
        found = next((each for each in self._shown(request.at) if each.short_id == name), None)
        return html_answer(article_page(found) if found is not None else DELETED)

    # -- WeChat Reading --------------------------------------------------------------------------------------------

    def reading(self, request: Request) -> Answer:
        if request.path == "/web/login/renewal":
            if not request.cookie("wr_rt"):
                return json_answer({"errCode": -2013, "errMsg": "no refresh token"})
            cookie = f"wr_skey={FRESH_SKEY}; Path=/; Max-Age=5400"
            return Answer(content_type="application/json", body=b'{"succ":1}', headers={"Set-Cookie": cookie})
        if request.path != "/web/mp/articles":
            return json_answer({"errCode": -2003, "errMsg": "not found"}, status=404)
        if request.cookie("wr_skey") != FRESH_SKEY:
            return json_answer({"errCode": -2012, "errMsg": "登录超时"}, status=401)
        if not request.headers.get("referer", "").startswith("https://weread.qq.com/web/mp/reader/"):
            return json_answer({"errCode": -2041, "errMsg": "not allowed"})
        book, start = request.asked.get("bookId", ""), int(request.asked.get("offset", "0"))
        groups = [_group(each, book) for each in self._shown(request.at) if book_of(each.account) == book]
        return json_answer({"reviews": groups[start : start + _GROUPS_A_PAGE], "synckey": 0})

    # -- the API of one's own account ------------------------------------------------------------------------------

    def own_account(self, request: Request) -> Answer:
        if request.path == "/cgi-bin/token":
            token = {"access_token": _token(request.at), "expires_in": 7200}
            return json_answer(token if request.asked.get("secret") else {"errcode": 41004, "errmsg": "secret missing"})
        if not request.asked.get("access_token", "").startswith("demo-token-"):
            return json_answer({"errcode": 40001, "errmsg": "invalid credential, access_token is invalid"})
        question = request.told()
        match request.path:
            case "/cgi-bin/freepublish/batchget":
                return json_answer(self._published(question, request.at))
            case "/datacube/getarticletotal":
                return json_answer({"list": self._figures(str(question.get("begin_date")), request.at)})
            case "/cgi-bin/comment/list":
                return json_answer(self._comments(question, request.at))
        return json_answer({"errcode": 40066, "errmsg": "invalid url"})

    def _published(self, question: Mapping[str, object], at: datetime) -> dict[str, object]:
        own, start, count = self._of_own(at), _number(question.get("offset")), _number(question.get("count"))
        shown = own[start : start + min(20, count)]
        return {"total_count": len(own), "item_count": len(shown), "item": [_item(each) for each in shown]}

    def _figures(self, day: str, at: datetime) -> list[dict[str, object]]:
        of_day = [each for each in self._of_own(at) if f"{each.at.astimezone(BEIJING):%Y-%m-%d}" == day]
        return [
            {
                "ref_date": day,
                "msgid": f"{numbers(each)[1]}_1",
                "title": each.title,
                "details": [{"stat_date": day, "int_page_read_count": reads(each), "share_count": 3}],
            }
            for each in of_day
        ]

    def _comments(self, question: Mapping[str, object], at: datetime) -> dict[str, object]:
        of = next((each for each in self._of_own(at) if numbers(each)[1] == question.get("msg_data_id")), None)
        if of is None:
            return {"errcode": 88000, "errmsg": "without comment privilege"}
        said = [
            {
                "user_comment_id": number,
                "openid": f"o{number}",
                "create_time": int(of.at.timestamp()) + 60 * number,
                "content": text,
                "comment_type": 0,
            }
            for number, text in enumerate(("付款一直转圈,怎么办", "喝到了,谢谢"), 1)
            if int(of.at.timestamp()) + 60 * number <= at.timestamp()
        ]
        begin = _number(question.get("begin"))
        return {"errcode": 0, "total": len(said), "comment": said[begin:]}

    # -- what there is ---------------------------------------------------------------------------------------------

    def _shown(self, at: datetime) -> list[Article]:
        return [each for each in self._articles if each.at <= at]

    def _of_own(self, at: datetime) -> list[Article]:
        return [each for each in self._shown(at) if each.account == self._own]


def book_of(account: str) -> str:
    """The name of an account at WeChat Reading."""
    return f"MP_WXS_{3_000_000_000 + crc32(account.encode()) % 900_000_000}"


def long_link(article: Article) -> str:
    """The address that the API of one's own account gives."""
    biz, mid = numbers(article)
    return f"http://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx=1&sn=52c2&chksm=a#rd"


def reads(article: Article) -> int:
    return 200 + crc32(article.short_id.encode()) % 5000


def _item(article: Article) -> dict[str, object]:
    content = "".join(f"<p>{paragraph}</p>" for paragraph in article.body)
    news = {"title": article.title, "author": "", "digest": article.body[0], "content": content, "is_deleted": False}
    second = int(article.at.timestamp())
    content_of = {"create_time": second, "update_time": second, "news_item": [news | {"url": long_link(article)}]}
    return {"article_id": article.short_id, "update_time": second, "content": content_of}


def _group(article: Article, book: str) -> dict[str, object]:
    second = int(article.at.timestamp())
    told = {
        "title": article.title,
        "content": article.body[0][:120],
        "time": second,
        "mp_name": article.account,
        "originalId": link(article)[-22:].replace("_", "~"),
        "readNum": reads(article),
        "likeNum": 0,
    }
    review = {"reviewId": f"{book}_{article.short_id}", "createTime": second}
    return {"createTime": second, "subReviews": [review | {"review": {"createTime": second, "mpInfo": told}}]}


def _token(at: datetime) -> str:
    return f"demo-token-{int(at.timestamp()) // 7200}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
