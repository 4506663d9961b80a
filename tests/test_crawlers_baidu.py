"""百度, listened to."""

import dataclasses

import pytest
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.baidu import LISTENED
from domain.types import Outcome

_NEWS = "https://www.baidu.com/s?tn=news&rtt=4&bsst=1&cl=2&wd=%E5%A4%A9%E5%AE%9A%E5%B1%B1"
_PAGES = "https://www.baidu.com/s?wd=%E5%A4%A9%E5%AE%9A%E5%B1%B1%20%E9%80%80%E7%A5%A8"
_CAPTCHA = "https://wappass.baidu.com/static/captcha/tuxing_v2.html?backurl=x"


def _search(file: str, url: str, outcome: Outcome, *ids: str) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids)


class TestBaidu(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/baidu/news.html", _NEWS, Outcome.OK,
                "https://baijiahao.baidu.com/s?id=1849000000000000101",
                "https://baijiahao.baidu.com/s?id=1849000000000000102"),
        _search("ours/baidu/pages.html", _PAGES, Outcome.OK,
                "https://bbs.example.invalid/thread.php?tid=77"),
        _search("ours/baidu/pages_renamed.html", _PAGES, Outcome.SCHEMA_CHANGED),
        _search("ours/baidu/captcha_with_results.html", _NEWS, Outcome.VERIFY_REQUIRED),
        _search("baidu/news_result.html", _NEWS, Outcome.OK, "https://news.example.invalid/a.html"),
        _search("baidu/web_result_2026.html", _PAGES, Outcome.OK,
                "https://www.example.invalid/article/1?x=1&y=2"),
        _search("baidu/captcha.html", _PAGES, Outcome.VERIFY_REQUIRED),
    )  # fmt: skip

    def test_reads_news_with_times_counted_from_the_arrival(self) -> None:
        first, second = heard(LISTENED, self.ANSWERS[0]).items
        assert (first.title, first.text) == ("游客称天定山缆车停运两小时", "景区回应：正在检修…")
        assert (second.title, second.text) == ("", "莲花山摆渡车满员")
        assert first.published_at is not None and second.published_at is not None
        assert first.published_at.isoformat() == "2026-11-23T01:00:00+00:00", "3小时前"
        assert second.published_at.isoformat() == "2026-11-19T16:00:00+00:00", "11月20日"
        assert first.author_ref and second.author_ref is None
        assert first.context.query == "天定山"

    def test_reads_pages_without_what_is_paid_for(self) -> None:
        (found,) = heard(LISTENED, self.ANSWERS[1]).items
        assert (found.title, found.text) == ("天定山退票经历", "打了三次电话，客服说不退…")
        assert found.published_at is not None
        assert found.published_at.isoformat() == "2026-11-20T16:00:00+00:00"

    @pytest.mark.parametrize(
        ("url", "body", "location", "outcome"),
        [
            (_PAGES, '<div id="content_left"></div>', "", Outcome.EMPTY_AMBIGUOUS),
            (_PAGES, '<div id="content_left"><div data-tuiguang="1"><h3>广告</h3></div></div>', "",
             Outcome.EMPTY_AMBIGUOUS),
            (_PAGES, "<title>网络不给力，请稍后重试</title>", "", Outcome.VERIFY_REQUIRED),
            (_PAGES, "", _CAPTCHA, Outcome.VERIFY_REQUIRED),
            (_CAPTCHA, "", "", Outcome.VERIFY_REQUIRED),
        ],
    )  # fmt: skip
    def test_what_is_no_result_is_told_apart(
        self, url: str, body: str, location: str, outcome: Outcome
    ) -> None:
        headers = {"location": location} if location else {}
        answer = dataclasses.replace(self.ANSWERS[0], url=url, headers=headers)
        assert heard(LISTENED, answer, body.encode()).outcome is outcome

    def test_the_pages_of_its_other_sites_are_not_its_search(self) -> None:
        for url in ("https://baijiahao.baidu.com/s?id=1", "https://tieba.baidu.com/f/search/res"):
            assert LISTENED.asks(url) is None
