"""Messages: what each receiver reads, and that no text is cut where it must not be."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import messages
from alerts.messages import Ask, CaseBrief, Late, Part, Step
from alerts.roster import Contact
from alerts.texts import clusters, cut_bytes, excerpt, inert, wellformed
from domain.types import Level

SEEN = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
BRIEF = CaseBrief(
    case_id="LHS-20261123-0012", level=Level.ORANGE, categories=("拒载", "绕道"),
    place="冰雪新天地", first_seen_at=SEEN, source="抖音",
    text="从1号门打车，司机一听去莲花山就摆手走了，电话***********没人接",
    url="https://example.com/p/1", leads=("住建局",), supports=("城管局", "交警大队"),
    contacts=(
        Contact(department="住建局", person="值班员甲", phone="0431-0000-0204"),
        Contact(department="城管局", person="", phone="0431-0000-0105"),
    ),
    reports=3,
)  # fmt: skip
LEAD = Ask(
    receiver="住建局", part=Part.LEAD, ack_due=SEEN + timedelta(minutes=15),
    reply_due=SEEN + timedelta(hours=24),
)  # fmt: skip


def test_the_lead_reads_everything_it_needs() -> None:
    title, body = messages.new_case(BRIEF, LEAD)
    assert title == "【橙色】新投诉：拒载、绕道（冰雪新天地） LHS-20261123-0012"
    assert body.splitlines() == [
        "编号：LHS-20261123-0012",
        "您的角色：牵头（住建局）",
        "请办：请于 11月23日 14:20 前签收，11月24日 14:05 前答复",
        "类别：拒载、绕道",
        "地点：冰雪新天地",
        "发现时间：11月23日 14:05，现有 3 条反映",
        "牵头：住建局；配合：城管局、交警大队",
        "值班：住建局 值班员甲 0431-0000-0204",
        "值班：城管局 🔴值班表无人，请打值班电话 0431-0000-0105",
        "原帖：https://example.com/p/1",
        "反映内容（抖音，未核实）：「从1号门打车，司机一听去莲花山就摆手走了，电话＊＊＊＊＊＊＊＊＊＊＊没人接」",
    ]


def test_what_nobody_has_confirmed_says_so_in_title_and_body() -> None:
    title, body = messages.new_case(replace(BRIEF, unverified=True), LEAD)
    assert title == "【橙色·待核实】新投诉：拒载、绕道（冰雪新天地） LHS-20261123-0012"
    assert "待核实：紧急程度由程序从文字读出，请先按此处置" in body
    assert "待核实" not in "".join(messages.new_case(BRIEF, LEAD))


def test_a_support_signs_and_replies_only_when_asked() -> None:
    ask = Ask(receiver="城管局", part=Part.SUPPORT, ack_due=LEAD.ack_due)
    _, body = messages.new_case(BRIEF, ask)
    assert "您的角色：配合（城管局）" in body
    assert "请办：请于 11月23日 14:20 前签收，配合住建局办理" in body
    assert "前答复" not in body


def test_a_copied_department_is_asked_nothing() -> None:
    _, body = messages.new_case(BRIEF, Ask(receiver="宣传部", part=Part.COPIED))
    assert "请办：请知悉，无需签收" in body


@pytest.mark.parametrize("level", [Level.RED, Level.ORANGE])
def test_red_and_orange_name_whom_to_ring_and_say_so_when_nobody_is_named(level: Level) -> None:
    brief = replace(BRIEF, level=level)
    assert "0431-0000-0204" in messages.new_case(brief, LEAD)[1]
    assert "请查值班表" in messages.new_case(replace(brief, contacts=()), LEAD)[1]


@pytest.mark.parametrize("level", [Level.YELLOW, Level.BLUE])
def test_yellow_and_blue_name_nobody(level: Level) -> None:
    assert "值班：" not in messages.new_case(replace(BRIEF, level=level), LEAD)[1]


def test_a_red_text_without_category_is_named_for_what_it_is() -> None:
    title, _ = messages.new_case(replace(BRIEF, categories=(), place=None), LEAD)
    assert title == "【橙色】新投诉：人身安全（未归类） LHS-20261123-0012"


def test_many_categories_do_not_flood_the_title() -> None:
    title, body = messages.new_case(replace(BRIEF, categories=tuple("甲乙丙丁戊")), LEAD)
    assert "甲、乙、丙等5类" in title
    assert "类别：甲、乙、丙、丁、戊" in body


def test_a_raised_level_says_from_what_and_why() -> None:
    title, body = messages.raised_level(
        BRIEF, LEAD, was=Level.BLUE, reasons=["2 小时内 3 个账号反映", "阅读播放 120000 次"]
    )
    assert title.startswith("【橙色】蓝色升级：")
    assert "级别：蓝色升为橙色，原因：2 小时内 3 个账号反映；阅读播放 120000 次" in body


@pytest.mark.parametrize(
    ("minutes", "words"), [(12, "还剩 3分钟"), (15, "已超时 0分钟"), (200, "已超时 3小时5分")]
)
def test_a_reminder_counts_down_and_then_up(minutes: int, words: str) -> None:
    due = SEEN + timedelta(minutes=15)
    title, body = messages.reminder(
        BRIEF, LEAD, step=Step.SIGN, due=due, now=SEEN + timedelta(minutes=minutes)
    )
    assert title.startswith("【橙色】催签收：")
    assert f"请办：请于 11月23日 14:20 前签收，{words}" in body


def test_an_escalation_names_who_is_late_and_by_how_much() -> None:
    late = Late(department="住建局", step=Step.REPLY, due=SEEN)
    title, body = messages.escalation(
        BRIEF, late, receiver="督查室", now=SEEN + timedelta(hours=50)
    )
    assert title.startswith("【橙色】住建局超时未答复：")
    assert "超时：住建局应于 11月23日 14:05 前答复，已超时 2天2小时" in body
    assert "请办：请督查室督促住建局立即答复" in body


def test_a_transfer_and_a_rework_carry_their_reason() -> None:
    _, moved = messages.transfer(BRIEF, LEAD, origin="城管局", reason="属出租车\n管理")
    assert "转办：由城管局转来，原因：属出租车 管理" in moved
    title, back = messages.rework(BRIEF, LEAD, reason="", times=2)
    assert title.startswith("【橙色】退回重办：")
    assert "退回：第 2 次退回重办，原因：未注明" in back
    assert "请办：请于 11月24日 14:05 前重新答复" in back


def _all(brief: CaseBrief) -> list[tuple[str, str]]:
    now = SEEN + timedelta(hours=1)
    late = Late(department="住建局", step=Step.SIGN, due=SEEN)
    return [
        messages.new_case(brief, LEAD),
        messages.raised_level(brief, LEAD, was=Level.BLUE, reasons=[]),
        messages.reminder(brief, LEAD, step=Step.SIGN, due=SEEN, now=now),
        messages.escalation(brief, late, receiver="督查室", now=now),
        messages.transfer(brief, LEAD, origin="城管局", reason="x"),
        messages.rework(brief, LEAD, reason="x", times=1),
    ]


def test_a_drill_says_so_in_every_title_and_body_and_real_life_in_none() -> None:
    for title, body in _all(replace(BRIEF, drill=True)):
        assert title.startswith("【演练】")
        assert body.startswith("【演练】")
    for title, body in _all(BRIEF):
        assert "演练" not in title + body


def test_every_message_carries_level_number_place_link_and_excerpt() -> None:
    for title, body in _all(BRIEF):
        assert "【橙色】" in title
        for piece in ("LHS-20261123-0012", "冰雪新天地", "https://example.com/p/1", "摆手走了"):
            assert piece in body


def test_a_visitors_words_cannot_ring_the_whole_group_or_forge_a_line() -> None:
    text = "<@all> [点我](http://bad)\n编号：LHS-0 `x` **醒目** \u202eabc"
    _, body = messages.new_case(replace(BRIEF, text=text, url="javascript:1"), LEAD)
    assert "<" not in body
    assert "[" not in body
    assert body.count("\n编号") == 0
    assert "原帖：无链接" in body


def test_a_link_keeps_its_meaning_and_loses_its_markup() -> None:
    _, body = messages.new_case(replace(BRIEF, url="https://e.com/冰?a=1&b=%20<@all>\n"), LEAD)
    assert "原帖：https://e.com/%E5%86%B0?a=1&b=%20%3C@all%3E%0A" in body


def test_an_excerpt_is_short_and_says_that_it_is_cut() -> None:
    assert excerpt("雪" * 60) == "雪" * 60
    assert excerpt("雪" * 61) == "雪" * 59 + "…"
    assert excerpt("  a \r\n\t b  ") == "a b"


def test_an_excerpt_never_breaks_a_mask() -> None:
    text = "雪" * 55 + "电话138****5678请回"
    assert excerpt(text) == "雪" * 55 + "电话…"


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e8\U0001f1f3"


@pytest.mark.parametrize(
    "last", [FAMILY, FLAG, "\U0001f3c2\U0001f3fd", "e\u0301", "❄\ufe0f"],
    ids=["family", "flag", "skin tone", "accent", "variation"],
)  # fmt: skip
def test_an_excerpt_never_breaks_a_character(last: str) -> None:
    for lead in range(50, 62):
        cut = excerpt("雪" * lead + last + "雪" * 20)
        assert cut.rstrip("…").endswith("雪") or cut.rstrip("…").endswith(last)


def test_clusters_keep_flags_apart() -> None:
    assert list(clusters(FLAG * 2 + "a")) == [FLAG, FLAG, "a"]


def test_broken_surrogates_become_whole_or_visible() -> None:
    assert wellformed("\ud83d\ude00") == "\U0001f600"
    assert wellformed("a\ud83db") == "a\ufffdb"


_TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("雪*＊<@>[]\u200d\u0301\ufe0f\U0001f1e8\U0001f3fd\U0001f468\u202e\n\x1b"),
        st.characters(categories=["Cs"]),
    ),
    max_size=300,
)


@given(_TEXTS)
def test_any_text_gives_a_short_clean_excerpt(text: str) -> None:
    cut = excerpt(text)
    assert len(cut) <= 60
    cut.encode()
    assert not set(cut) & set("<>[]`*\n\u202e")
    assert all(unicodedata.category(c) != "Cc" for c in cut)
    assert inert(text).startswith(cut.removesuffix("…").rstrip())


@given(_TEXTS, st.integers(0, 400))
def test_a_cut_by_bytes_is_a_whole_head_within_the_limit(text: str, limit: int) -> None:
    clean = wellformed(text)
    head = cut_bytes(clean, limit)
    assert len(head.encode()) <= limit
    assert clean.startswith(head)
    assert "".join(clusters(clean)) == clean
