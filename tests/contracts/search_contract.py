"""What every search index must do (``domain.ports.SearchIndex``); a subclass provides the index.

The subclass gives an ``open_index`` fixture: a function without arguments that opens one and the
same index, which holds nothing at first. Each call is another handle on it, as another process
would have.

    class TestEmbeddedIndex(SearchIndexContract):
        @pytest.fixture
        def open_index(self, tmp_path):
            return lambda: EmbeddedIndex.open(tmp_path / "index.db", user_words=USER_WORDS)
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from domain.errors import SearchUnavailable
from domain.identity import digest
from domain.ports import SearchIndex
from domain.search import Rebuilt, SearchDoc, SearchPage, SearchQuery
from domain.types import (
    ComplaintTag,
    Context,
    Evidence,
    Kind,
    Level,
    Mention,
    Polarity,
    Stance,
    Urgency,
    Verdict,
)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
USER_WORDS = ("天定山 20000 ns", "冰雪新天地 20000 ns", "拒载", "南门 9999 n")
"""Lines of a user dictionary, as config hands them down."""

OpenIndex = Callable[[], SearchIndex]

HOSTILE = (
    '"', '""', "'", "*", "天*", "AND", "OR NOT", "NEAR(天 山)", "chars:天", "{words}: x", "^天",
    "-天", "天 AND", '天" OR "', "(", ")", "()", "a:b", "x; DROP TABLE docs", "%", "_", "\\",
    "\x00", "\ud800", "\U0001f621", "＊", "天\n山", "🧊" * 50, "一" * 3000, "a" * 3000,
)  # fmt: skip


def a_mention(text: str, **changed: Any) -> Mention:
    """Seen at NOW on weibo unless said otherwise; its id follows from its text."""
    mention = Mention(
        mention_id=digest(text), platform="weibo", native_id=digest(text), kind=Kind.POST, title="",
        text=text, url="", parent_id=None, author_ref=None, published_at=None, first_seen_at=NOW,
        due_at=None, ip_region="", queries=(), source="import", context=Context(), drill=False,
    )  # fmt: skip
    return replace(mention, **changed)


def a_verdict(mention: Mention, *categories: str, **changed: Any) -> Verdict:
    """Relevant, negative, with these categories."""
    evidence = (Evidence(start=0, end=0, text="", why=""),)
    tags = tuple(
        ComplaintTag(category=code, confidence=0.9, evidence=evidence) for code in categories
    )
    verdict = Verdict(
        mention_id=mention.mention_id, relevant=True, reason="place:天定山滑雪场", places=(),
        stance=Stance.EXPERIENCE, sentiment=-0.5, polarity=Polarity.NEGATIVE, complaints=tags,
        urgency=Urgency.YELLOW, version="1", scored_at=NOW,
    )  # fmt: skip
    return replace(verdict, **changed)


def a_doc(text: str, *categories: str, hours: float = 0, **changed: Any) -> SearchDoc:
    """A searched mention, first seen so many hours after NOW; ``changed`` goes to the verdict, or
    to the document when it has a field of this name."""
    outer = {k: changed.pop(k) for k in ("case_id", "level", "departments") if k in changed}
    platform = changed.pop("platform", "weibo")
    seen = NOW + timedelta(hours=hours)
    mention = a_mention(text, first_seen_at=seen, platform=platform)
    return SearchDoc(mention=mention, verdict=a_verdict(mention, *categories, **changed), **outer)


def full_doc() -> SearchDoc:
    """One with every field set."""
    mention = a_mention(
        "出租车拒载", title="天定山门口", kind=Kind.CALL, url="https://example.com/1",
        parent_id="p1", author_ref="2026:abc", published_at=NOW - timedelta(hours=1), due_at=NOW,
        ip_region="吉林", queries=("天定山", "拒载"), drill=True, revision=3, platform="hotline",
        context=Context(own_channel=True, parent_text="原帖", query="q", source_kind="hotline"),
    )  # fmt: skip
    evidence = Evidence(start=3, end=5, text="拒载", why="taxi_refusal:拒载")
    tag = ComplaintTag(category="taxi_refusal", confidence=0.75, evidence=(evidence,))
    verdict = a_verdict(mention, complaints=(tag,), places=("天定山滑雪场",), urgency=Urgency.RED)
    return SearchDoc(mention=mention, verdict=verdict, case_id="LHS-20261123-0001",
                     level=Level.RED, departments=("住建局", "宣传部"))  # fmt: skip


def texts(page: SearchPage) -> list[str]:
    return [hit.doc.mention.text for hit in page.hits]


def _until_taken(act: Callable[[], None]) -> None:
    for _ in range(600):
        with suppress(SearchUnavailable):
            return act()
        time.sleep(0.05)


class SearchIndexContract:
    """Inherit, provide ``open_index``."""

    @pytest.fixture
    def open_index(self) -> OpenIndex:
        raise NotImplementedError

    def test_an_index_that_was_never_written_is_not_present(self, open_index: OpenIndex) -> None:
        index = open_index()
        assert not index.present()
        index.upsert([])
        assert index.present() and open_index().present()

    @pytest.fixture
    def index(self, open_index: OpenIndex) -> SearchIndex:
        index = open_index()
        index.upsert([])  # an index that holds nothing, not one that does not exist
        return index

    def find(self, index: SearchIndex, *words: str, **filters: Any) -> list[str]:
        return texts(index.search(SearchQuery(words=words, **filters)))

    # --- what goes in comes out -------------------------------------------------------------------

    def test_an_empty_index_finds_nothing(self, index: SearchIndex) -> None:
        assert index.search(SearchQuery(words=("拒载",))) == SearchPage(hits=(), total=0)
        assert index.search(SearchQuery()) == SearchPage(hits=(), total=0)

    def test_a_document_comes_back_as_it_went_in(self, index: SearchIndex) -> None:
        index.upsert([full_doc()])
        (hit,) = index.search(SearchQuery(words=("拒载",))).hits
        assert hit.doc == full_doc()

    def test_writing_twice_is_writing_once(self, index: SearchIndex) -> None:
        for _ in range(2):
            assert not index.upsert([full_doc(), full_doc()])
        assert index.search(SearchQuery(words=("拒载",))).total == 1

    def test_a_changed_document_takes_the_place_of_the_old_one(self, index: SearchIndex) -> None:
        old = a_doc("出租车拒载", "taxi_refusal")
        new = replace(old, mention=replace(old.mention, text="地铁停运", revision=2), verdict=None)
        index.upsert([old])
        index.upsert([new])
        assert self.find(index, "拒载") == []
        assert self.find(index, categories=("taxi_refusal",), relevant=None) == []
        assert self.find(index, "停运", relevant=None) == ["地铁停运"]

    def test_a_removed_document_is_not_found(self, index: SearchIndex) -> None:
        index.upsert([a_doc("出租车拒载", "taxi_refusal"), a_doc("又拒载")])
        index.remove([digest("出租车拒载"), "unknown"])
        index.remove([digest("出租车拒载")])
        assert self.find(index, "拒载") == self.find(index) == ["又拒载"]
        assert self.find(index, categories=("taxi_refusal",)) == []

    def test_another_handle_sees_what_was_written(
        self, index: SearchIndex, open_index: OpenIndex
    ) -> None:
        index.upsert([a_doc("出租车拒载")])
        assert self.find(open_index(), "拒载") == ["出租车拒载"]

    # --- words ------------------------------------------------------------------------------------

    def test_any_part_of_the_text_is_found(self, index: SearchIndex) -> None:
        index.upsert([a_doc("天定山门口出租车拒载"), a_doc("冰雕很美")])
        for word in ("拒载", "天定山", "定山门", "口出租", "出租车", "车", "山门口出租车拒"):
            assert self.find(index, word) == ["天定山门口出租车拒载"], word

    def test_all_words_must_occur(self, index: SearchIndex) -> None:
        index.upsert([a_doc("天定山出租车拒载"), a_doc("机场出租车拒载"), a_doc("天定山雪很好")])
        assert self.find(index, "拒载", "天定山") == ["天定山出租车拒载"]
        assert self.find(index, "拒载", "雪乡") == []

    def test_a_word_is_not_found_across_other_characters(self, index: SearchIndex) -> None:
        index.upsert([a_doc("拒绝载客")])
        assert self.find(index, "拒载") == []

    def test_latin_words_are_found_whole_and_in_any_case_or_width(self, index: SearchIndex) -> None:
        index.upsert([a_doc("租了ATV雪地车，收300元"), a_doc("ATVX")])
        for word in ("atv", "ATV", "ＡＴＶ", "３００", "300元"):
            assert self.find(index, word) == ["租了ATV雪地车，收300元"], word
        assert self.find(index, "30") == []

    def test_the_title_is_searched_too(self, index: SearchIndex) -> None:
        index.upsert([full_doc()])
        assert self.find(index, "门口") == ["出租车拒载"]

    def test_a_title_and_a_text_do_not_grow_together(self, index: SearchIndex) -> None:
        index.upsert([full_doc()])
        assert self.find(index, "门口", "出租") and not self.find(index, "口出")

    def test_no_word_is_taken_for_a_command(self, index: SearchIndex) -> None:
        index.upsert([a_doc("天定山出租车拒载"), a_doc("雪很好")])
        for word in HOSTILE:
            page = index.search(SearchQuery(words=(word, "雪")))
            assert texts(page) in ([], ["雪很好"]) and page.total == len(page.hits), word
            assert index.search(SearchQuery(words=("拒载",))).total == 1, word

    def test_words_of_signs_alone_ask_for_nothing(self, index: SearchIndex) -> None:
        index.upsert([a_doc("雪很好"), a_doc("雪不好")])
        assert index.search(SearchQuery(words=("！", ""))).total == 2

    def test_signs_within_a_word_are_passed_over(self, index: SearchIndex) -> None:
        index.upsert([a_doc("拒！载，3.5元"), a_doc("拒绝载客 35元")])
        for word in ("拒载", "载3", "3.5", "5元"):
            assert self.find(index, word) == ["拒！载，3.5元"], word

    def test_single_characters_are_found_beside_anything(self, index: SearchIndex) -> None:
        index.upsert([a_doc("黑车300元一趟"), a_doc("车3次 a元b")])
        for word in ("元", "车3次", "a元", "元b", "元 b", "黑", "车300", "次a"):
            assert len(self.find(index, word)) == 1 + (word == "元"), word
        assert self.find(index, "300元") == ["黑车300元一趟"]

    def test_other_scripts_are_found_letter_by_letter(self, index: SearchIndex) -> None:
        index.upsert([a_doc("снег★カタカナ々 한국")])
        for word in ("нег", "★", "タカ", "ナ々", "국"):
            assert len(self.find(index, word)) == 1, word
        assert self.find(index, "гн") == self.find(index, "☆") == []

    def test_a_word_weighs_more_than_a_run_of_characters(self, index: SearchIndex) -> None:
        index.upsert([a_doc("在南门口等", hours=1), a_doc("云南门票很贵", hours=2)])
        assert self.find(index, "南门") == ["在南门口等", "云南门票很贵"]

    def test_a_picture_is_a_word(self, index: SearchIndex) -> None:
        index.upsert([a_doc("雪很好👍🏻"), a_doc("雪不好😡"), a_doc("🥺🥺")])
        assert self.find(index, "😡") == ["雪不好😡"]
        assert self.find(index, "🥺") == ["🥺🥺"]

    def test_any_text_can_be_stored(self, index: SearchIndex) -> None:
        odd = ["", "\x00\ud800拒载", "拒载" + "雪" * 100_000, "\u200b", "𠮷野家拒载"]
        index.upsert([a_doc(text) for text in odd])
        assert sorted(self.find(index)) == sorted(odd)
        assert index.search(SearchQuery(words=("拒载",))).total == 3
        assert self.find(index, "𠮷") == ["𠮷野家拒载"]

    # --- order and pages --------------------------------------------------------------------------

    def test_without_words_the_newest_come_first(self, index: SearchIndex) -> None:
        index.upsert([a_doc("二", hours=2), a_doc("三", hours=3), a_doc("一", hours=1)])
        assert self.find(index) == ["三", "二", "一"]

    def test_the_better_hit_comes_first_and_of_equal_ones_the_newer(
        self, index: SearchIndex
    ) -> None:
        long = "排了很久的队，" * 30 + "还有一次遇到拒载"
        index.upsert([a_doc(long, hours=9), a_doc("拒载甲", hours=1), a_doc("拒载乙", hours=2)])
        page = index.search(SearchQuery(words=("拒载",)))
        assert texts(page) == ["拒载乙", "拒载甲", long]
        assert [hit.score for hit in page.hits] == sorted(
            (hit.score for hit in page.hits), reverse=True
        )

    def test_pages_follow_each_other_and_know_the_total(self, index: SearchIndex) -> None:
        index.upsert([a_doc(f"拒载{n:02}", hours=n) for n in range(25)])
        for words in ((), ("拒载",)):
            pages = [
                index.search(SearchQuery(words=words, limit=10, offset=at)) for at in (0, 10, 20)
            ]
            assert [len(page.hits) for page in pages] == [10, 10, 5]
            assert {page.total for page in pages} == {25}
            assert len({text for page in pages for text in texts(page)}) == 25

    def test_every_hit_comes_however_many(self, index: SearchIndex) -> None:
        index.upsert([a_doc(f"拒载{n:04}", hours=n / 60) for n in range(1234)])
        index.upsert([a_doc("雪很好")])
        for words in ((), ("拒载",)):
            query = SearchQuery(words=words, limit=3, offset=5)
            hits = list(index.each(query))
            page = index.search(replace(query, limit=2000, offset=0))
            assert [hit.doc for hit in hits] == [hit.doc for hit in page.hits]
            assert len(hits) == page.total == 1235 - len(words)
        assert hits[0].snippet == "【拒载】1233"

    def test_who_takes_only_the_first_hits_can_stop(self, index: SearchIndex) -> None:
        index.upsert([a_doc(f"拒载{n}", hours=n) for n in range(9)])
        hits = index.each(SearchQuery(words=("拒载",)))
        assert next(hits).doc.mention.text == "拒载8"
        hits.close()
        index.upsert([a_doc("又拒载")])
        assert len(list(index.each(SearchQuery()))) == 10

    # --- filters ----------------------------------------------------------------------------------

    def test_times_are_from_since_to_before_until(self, index: SearchIndex) -> None:
        index.upsert([a_doc(str(n), hours=n) for n in range(4)])
        since, until = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
        assert self.find(index, since=since, until=until) == ["2", "1"]
        assert self.find(index, since=until) == ["3"]

    def test_every_filter_takes_any_of_its_values(self, index: SearchIndex) -> None:
        index.upsert([
            a_doc("甲 拒载", "taxi_refusal", platform="douyin", level=Level.RED,
                  departments=("住建局", "宣传部"), places=("天定山滑雪场", "龙嘉机场")),
            a_doc("乙 拒载", "toilet", "food_safety", level=Level.BLUE, departments=("城管局",),
                  places=("冰雪新天地",), polarity=Polarity.NEUTRAL),
            a_doc("丙 拒载", polarity=Polarity.POSITIVE),
        ])  # fmt: skip
        cases: tuple[tuple[dict[str, Any], str], ...] = (
            ({"platforms": ("douyin",)}, "甲"), ({"platforms": ("douyin", "weibo")}, "甲乙丙"),
            ({"categories": ("food_safety",)}, "乙"), ({"places": ("龙嘉机场",)}, "甲"),
            ({"places": ("龙嘉机场", "冰雪新天地")}, "甲乙"), ({"levels": (Level.RED,)}, "甲"),
            ({"levels": (Level.RED, Level.BLUE)}, "甲乙"), ({"departments": ("宣传部",)}, "甲"),
            ({"polarity": Polarity.POSITIVE}, "丙"), ({"platforms": ("tieba",)}, ""),
            ({"categories": ("toilet",), "platforms": ("douyin",)}, ""),
        )  # fmt: skip
        for filters, found in cases:
            for words in ((), ("拒载",)):
                names = {text[0] for text in self.find(index, *words, **filters)}
                assert names == set(found), filters

    def test_only_relevant_ones_unless_asked_otherwise(self, index: SearchIndex) -> None:
        unscored = SearchDoc(mention=a_mention("未评"), verdict=None)
        index.upsert([a_doc("相关"), a_doc("无关", relevant=False), unscored])
        assert self.find(index) == ["相关"]
        assert self.find(index, relevant=False) == ["无关"]
        assert sorted(self.find(index, relevant=None)) == ["无关", "未评", "相关"]

    def test_why_a_text_was_left_out_can_be_asked(self, index: SearchIndex) -> None:
        index.upsert([
            a_doc("长春莲花山公墓", relevant=False, reason="lookalike:莲花山公墓"),
            a_doc("哈尔滨黑车", relevant=False, reason="elsewhere:哈尔滨"),
            a_doc("太坑了", relevant=False, reason="undetermined"),
            a_doc("天定山很好", reason="place:天定山"),
        ])  # fmt: skip
        for reasons, found in (
            (("lookalike",), "长"), (("lookalike:莲花山公墓",), "长"), (("lookalike:别处",), ""),
            (("elsewhere", "undetermined"), "哈太"),
        ):  # fmt: skip
            texts = self.find(index, relevant=False, reasons=reasons)
            assert {text[0] for text in texts} == set(found), reasons
        assert self.find(index, reasons=("place",)) == ["天定山很好"]

    def test_hits_are_counted_by_everything_they_are_filtered_by(self, index: SearchIndex) -> None:
        index.upsert([
            a_doc("甲 拒载", "taxi_refusal", "parking", platform="douyin", level=Level.RED,
                  departments=("住建局", "宣传部"), places=("天定山滑雪场",)),
            a_doc("乙 拒载", "taxi_refusal", "taxi_refusal", polarity=Polarity.NEUTRAL),
            a_doc("丙 停车", "parking", level=Level.RED, departments=("住建局",)),
            SearchDoc(mention=a_mention("未评"), verdict=None),
        ])  # fmt: skip
        counted = index.facets(SearchQuery(limit=1, offset=2))
        assert {name: list(values.items()) for name, values in counted.items()} == {
            "platform": [("weibo", 2), ("douyin", 1)],
            "category": [("parking", 2), ("taxi_refusal", 2)],
            "place": [("天定山滑雪场", 1)],
            "level": [("红", 2)],
            "department": [("住建局", 2), ("宣传部", 1)],
            "polarity": [("negative", 2), ("neutral", 1)],
            "reason": [("place:天定山滑雪场", 3)],
        }
        refusals = index.facets(SearchQuery(words=("拒载",), categories=("taxi_refusal",)))
        assert (refusals["platform"], refusals["level"]) == ({"douyin": 1, "weibo": 1}, {"红": 1})
        assert index.facets(SearchQuery(relevant=None))["platform"] == {"weibo": 3, "douyin": 1}
        assert not any(index.facets(SearchQuery(words=("没有",))).values())

    # --- snippets ---------------------------------------------------------------------------------

    def snippet(self, index: SearchIndex, text: str, *words: str) -> str:
        index.upsert([a_doc(text)])
        (hit,) = index.search(SearchQuery(words=words)).hits
        return hit.snippet

    def test_a_snippet_marks_every_hit_in_it(self, index: SearchIndex) -> None:
        shown = self.snippet(index, "天定山的车拒载，ATV也拒载", "拒载", "atv")
        assert shown == "天定山的车【拒载】，【ATV】也【拒载】"

    def test_a_long_text_is_cut_around_the_first_hit(self, index: SearchIndex) -> None:
        shown = self.snippet(index, "雪" * 500 + "拒载" + "冰" * 500, "拒载")
        assert "【拒载】" in shown and shown.startswith("…雪") and shown.endswith("冰…")
        assert len(shown.strip("…").replace("【", "").replace("】", "")) <= 60

    def test_a_snippet_without_words_is_the_beginning(self, index: SearchIndex) -> None:
        index.upsert([a_doc("雪" * 100)])
        (hit,) = index.search(SearchQuery()).hits
        assert hit.snippet == "雪" * 60 + "…"

    # --- rebuilding -------------------------------------------------------------------------------

    def test_a_rebuild_replaces_everything(self, index: SearchIndex) -> None:
        index.upsert([a_doc("旧")])
        assert index.rebuild(iter([a_doc("新一"), a_doc("新二")])) == Rebuilt(count=2)
        assert sorted(self.find(index)) == ["新一", "新二"]
        assert index.rebuild(iter([])) == Rebuilt(count=0)
        assert self.find(index) == []

    def test_searches_answer_from_the_old_one_until_it_is_done(
        self, index: SearchIndex, open_index: OpenIndex
    ) -> None:
        index.upsert([a_doc("旧")])
        meanwhile: list[list[str]] = []

        def docs() -> Iterator[SearchDoc]:
            for n in range(1200):
                if n % 400 == 0:
                    meanwhile.append(self.find(open_index()))
                yield a_doc(f"新{n}")

        assert index.rebuild(docs()).count == 1200
        assert meanwhile == [["旧"]] * 3
        assert index.search(SearchQuery()).total == 1200

    def test_a_rebuild_that_fails_leaves_the_old_one(self, index: SearchIndex) -> None:
        index.upsert([a_doc("旧")])

        def docs() -> Iterator[SearchDoc]:
            yield from (a_doc(f"新{n}") for n in range(700))
            raise RuntimeError("the ledger is gone")

        with pytest.raises(RuntimeError, match="the ledger is gone"):
            index.rebuild(docs())
        assert self.find(index) == ["旧"]
        assert index.rebuild(iter([a_doc("新")])).count == 1
        assert self.find(index) == ["新"]

    def test_what_others_write_during_a_rebuild_is_not_lost(
        self, index: SearchIndex, open_index: OpenIndex
    ) -> None:
        """They wait, or are told to come again."""
        index.upsert([a_doc("旧")])
        acts = (lambda: open_index().upsert([a_doc("其间")]),
                lambda: open_index().remove([digest("新一")]))  # fmt: skip
        others = [Thread(target=_until_taken, args=(act,)) for act in acts]

        def docs() -> Iterator[SearchDoc]:
            yield a_doc("新一")
            for other in others:
                other.start()
                other.join(0.2)
            yield a_doc("新二")

        index.rebuild(docs())
        for other in others:
            other.join(60)
        assert sorted(self.find(index)) == ["其间", "新二"]

    def test_a_rebuilt_index_takes_further_documents(self, index: SearchIndex) -> None:
        index.rebuild(iter([a_doc("一", hours=1), a_doc("二", hours=2)]))
        index.upsert([a_doc("三", hours=3)])
        index.remove([digest("二")])
        assert self.find(index) == ["三", "一"]
