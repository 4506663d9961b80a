"""公众号 articles, listened to on 搜狗 and on their own page."""

import dataclasses

from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.wechat_article import LISTENED
from domain.identity import native_id
from domain.types import Outcome

_SOGOU = "https://weixin.sogou.com/weixin?type=2&query=%E5%A4%A9%E5%AE%9A%E5%B1%B1"
_BLOCK = "https://weixin.sogou.com/antispider/?from=%2Fweixin%3Ftype%3D2%26query%3Dx"
_SHORT = "https://mp.weixin.qq.com/s/TestShort_1"
_LONG = "https://mp.weixin.qq.com/s?__biz=MzTest%3D%3D&mid=22&idx=1&sn=ab&key=planted&uin=planted"


def _search(file: str, outcome: Outcome, *, url: str = _SOGOU) -> Answer:
    ids = None if outcome is Outcome.OK else ()
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids)


class TestWechatArticle(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/wechat_article/sogou.html", Outcome.OK),
        Answer(file="ours/wechat_article/article.html", url=_SHORT, what=What.DETAIL,
               outcome=Outcome.OK, ids=[_SHORT]),
        _search("wechat/sogou_article_list.html", Outcome.OK),
        _search("wechat/sogou_antispider.txt", Outcome.VERIFY_REQUIRED, url=_BLOCK),
    )  # fmt: skip

    def test_a_result_is_known_by_title_and_day_and_not_by_its_link(self) -> None:
        first, undated = heard(LISTENED, self.ANSWERS[0]).items
        assert (first.title, first.text) == (
            "探访天定山：排队两小时", "雪具大厅只开了四个窗口…"
        )  # fmt: skip
        assert first.published_at is not None and undated.published_at is None
        assert first.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert first.native_id == native_id(None, "", first.title, first.published_at)
        assert first.native_id != undated.native_id and first.url == undated.url == ""
        body = self.ANSWERS[0].path.read_bytes()
        other = body.replace("雪具大厅".encode(), "又一段摘要".encode()).replace(b"test1", b"test9")
        again = heard(LISTENED, self.ANSWERS[0], other).items[0]
        assert again.native_id == first.native_id and again.text != first.text

    def test_an_article_is_read_whole_although_its_page_hides_it(self) -> None:
        (article,) = heard(LISTENED, self.ANSWERS[1]).items
        assert article.title == "探访天定山：排队两小时"
        assert article.text == "雪具大厅只开了四个窗口，\n我们排了两个小时。"
        assert article.published_at is not None
        assert article.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        (found, _) = heard(LISTENED, self.ANSWERS[0]).items
        assert article.author_ref == found.author_ref is not None

    def test_a_long_address_keeps_what_opens_it_and_nothing_of_its_reader(self) -> None:
        (article,) = heard(LISTENED, dataclasses.replace(self.ANSWERS[1], url=_LONG)).items
        assert article.url == _LONG.partition("&key")[0]
        assert article.native_id == "https://mp.weixin.qq.com/s?__biz=MzTest%3D%3D&idx=1&mid=22"

    def test_a_search_sent_away_or_without_results_is_not_empty(self) -> None:
        sent = dataclasses.replace(self.ANSWERS[0], status=302, headers={"location": _BLOCK})
        assert heard(LISTENED, sent, b"").outcome is Outcome.VERIFY_REQUIRED
        nothing = heard(LISTENED, self.ANSWERS[0], b'<ul class="news-list"></ul>')
        assert nothing.outcome is Outcome.EMPTY_AMBIGUOUS
        asked = dataclasses.replace(self.ANSWERS[0], url=f"{_SOGOU}%2Fantispider%2F")
        assert heard(LISTENED, asked).outcome is Outcome.OK, "words are no address"
