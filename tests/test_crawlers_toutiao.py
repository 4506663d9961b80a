"""今日头条, listened to."""

from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.toutiao import LISTENED
from domain.types import Kind, Outcome

_SEARCH = "https://so.toutiao.com/search?dvpf=pc&source=input&keyword=%E5%A4%A9%E5%AE%9A%E5%B1%B1"
_GROUP = "https://www.toutiao.com/group/"


def _search(file: str, outcome: Outcome, *numbers: str) -> Answer:
    ids = [f"{_GROUP}{number}" for number in numbers]
    return Answer(file=file, url=_SEARCH, what=What.SEARCH, outcome=outcome, ids=ids)


class TestToutiao(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/toutiao/search.html", Outcome.OK,
                "7691000000000000101", "7691000000000000102"),
        _search("ours/toutiao/search_one_broken.html", Outcome.SCHEMA_CHANGED,
                "7691000000000000103"),
        _search("toutiao/so_toutiao_search.html", Outcome.OK, "7682000000000000001"),
        _search("toutiao/so_toutiao_empty_shell.html", Outcome.EMPTY_AMBIGUOUS),
    )  # fmt: skip

    def test_reads_titles_counts_and_times(self) -> None:
        first, second = heard(LISTENED, self.ANSWERS[0]).items
        assert (first.title, first.text) == (
            "游客反映天定山停车场乱收费", "一次收了三十元，没有票据。"
        )  # fmt: skip
        assert first.kind is Kind.ARTICLE and first.url == f"{_GROUP}7691000000000000101/"
        assert first.published_at is not None
        assert first.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert first.counts is not None
        assert (first.counts.likes, first.counts.comments, first.counts.views) == (3, 12, 12_000)
        assert first.counts.lower_bounds == {"views"}
        assert (second.title, second.text, second.counts) == ("", "莲花山开板", None)
        assert first.author_ref == second.author_ref is not None
        assert first.context.query == "天定山"

    def test_the_one_card_that_cannot_be_read_is_named(self) -> None:
        (misread,) = heard(LISTENED, self.ANSWERS[1]).misread
        assert misread.reason == "卡片[1].data 没有 group_id 也没有地址"

    def test_a_card_cut_in_its_json_spoils_none_of_the_others(self) -> None:
        body = self.ANSWERS[0].path.read_bytes().replace(b'"words": [', b'"words": ')
        parsed = heard(LISTENED, self.ANSWERS[0], body)
        assert len(parsed.items) == 2 and parsed.outcome is Outcome.SCHEMA_CHANGED
