"""The pages: what they show, what a form does once, and what a refusal keeps."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from deskclient import Office, Visitor, hidden, office
from hypothesis import given
from hypothesis import strategies as st
from world import MONDAY

from domain.actions import RULES
from domain.plan import Plan
from domain.types import ComplaintTag, Evidence, Role, State
from tingxue import indexing
from tingxue.desk.casefile import Piece, pieces

MARKUP = "<script>alert('雪')</script><img src=x onerror=alert(1)>\"'"
FIELDS = ("note", "to", "until", "level", "department", "version", "token", "csrf", "category",
          "reports", "name", "password", "next", "again", "old")  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        made.world.say(
            1, ["taxi_refusal"], text=f"天定山门口出租车拒载{MARKUP}", places=("天定山",)
        )
        made.world.say(2, ["food_safety"], text="食堂饭菜有异味", places=("冰雪新天地",))
        made.world.say(3, ["taxi_refusal"], text="大概又是拒载", places=("莲花山",), sure=0.3)
        made.world.say(4, ["parking"], text="停车收费大概不对", places=("莲花山",), sure=0.3)
        made.world.app.index().rebuild(iter(()))
        yield made


@pytest.fixture
def visitor(desk: Office) -> Visitor:
    """Somebody of 宣传部, an hour later than whoever came before."""
    desk.world.clock.move(60)
    with desk.world.app.ledger.read() as books:
        new = books.users.find("甲") is None
    return desk.person("甲", Role.PUBLICITY, "宣传部", new=new)


# --- 现在 and 案件


def test_now_lists_what_is_unsigned_and_then_what_is_late(desk: Office, visitor: Visitor) -> None:
    taxi = desk.world.cases()[0]
    page = visitor.get("/").text
    unsigned = page[page.index('id="h-unsigned"') :]
    assert f'href="/cases/{taxi}"' in unsigned and "还剩" in unsigned
    assert int(re.findall(r'data-waiting="(\d+)"', page)[0]) > 0
    assert "待研判 <span" in page
    fragment = visitor.get("/now/fragment").text
    assert fragment.lstrip().startswith("<div data-count=") and "<html" not in fragment
    desk.world.clock.move(9 * 3600)
    assert visitor.sign_in("甲").status_code == 303
    page = visitor.get("/").text
    assert f'href="/cases/{taxi}"' in page[page.index('id="h-overdue"') :]
    assert "已超" in page
    desk.world.clock.now = MONDAY + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", "12"), ("level=红", ""), ("status=待签收", "12"), ("department=市场监管分局", "2"),
     ("category=taxi_refusal", "1"), ("category=taxi%25refusal", ""), ("place=冰雪新天地", "2"),
     ("since=2026-11-23&until=2026-11-23", "12"), ("since=2026-11-24", ""), ("until=没有", "12"),
     ("page=2", ""), ("page=999999999", "12"), ("level=红&department=住建局&page=-1", ""),
     ("since=0001-01-01&until=9999-12-31", "12")],
)  # fmt: skip
def test_the_list_is_narrowed_by_what_is_asked(
    desk: Office, visitor: Visitor, query: str, shown: str
) -> None:
    answer = visitor.get(f"/cases?{query}")
    assert answer.status_code == 200
    found = [
        n for n, case_id in enumerate(desk.world.cases()[:2], 1) if f"/{case_id}" in answer.text
    ]
    assert "".join(map(str, found)) == shown


def test_words_and_numbers_find_cases(desk: Office, visitor: Visitor) -> None:
    indexing.rebuild(desk.world.app)
    taxi, food = desk.world.cases()[:2]
    page = visitor.get("/cases?q=异味").text
    assert (f"/cases/{food}" in page, f"/cases/{taxi}" in page) == (True, False)
    mine = desk.person("钱住建", Role.HANDLER, "住建局")
    assert f"/cases/{taxi}" in mine.get("/cases?q=拒载").text
    assert f"/cases/{food}" not in mine.get("/cases?q=异味").text
    page = visitor.get(f"/cases?q={taxi.lower()}").text
    assert (f"/cases/{food}" in page, f"/cases/{taxi}" in page) == (False, True)
    assert "没有符合条件的案件" in visitor.get("/cases?q=根本没有的词").text


def test_evidence_is_marked_in_the_words_and_markup_in_them_is_only_words(
    desk: Office, visitor: Visitor
) -> None:
    page = visitor.get(f"/cases/{desk.world.cases()[0]}").text
    assert "<script>alert" not in page and "onerror=alert(1)&gt;" in page
    tag = ComplaintTag(category="x", confidence=1.0, evidence=(
        Evidence(start=1, end=3, text="bc", why="甲"),
        Evidence(start=2, end=4, text="cd", why="乙"),
        Evidence(start=4, end=6, text="ef", why="model:1"),
        Evidence(start=5, end=99, text="", why=""),
    ))  # fmt: skip
    cut = list(pieces("abcdefg", tag.evidence))
    assert [piece.text for piece in cut] == ["a", "bc", "d", "ef", "g"]
    assert [bool(piece.why) for piece in cut] == [False, True, False, True, False]
    assert list(pieces("", ())) == list[Piece]()


# --- actions


def test_a_form_sent_twice_does_one_thing(desk: Office, visitor: Visitor) -> None:
    case_id = desk.world.cases()[1]
    form = hidden(visitor.get(f"/cases/{case_id}").text, f"/cases/{case_id}/note") | {
        "note": "看过"
    }
    answers = [visitor.post(f"/cases/{case_id}/note", form) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    with desk.world.app.ledger.read() as books:
        assert [e.note for e in books.cases.events(case_id)].count("看过") == 1


def test_one_token_serves_every_form_of_a_page(desk: Office, visitor: Visitor) -> None:
    """A page left open: its second form must not be taken for the first one again."""
    case_id = desk.world.say(50, ["street_lighting", "traffic_jam"], text="路灯不亮还堵车")
    for row in desk.world.case(case_id).obligations:
        desk.world.do(case_id, "ack", row.department)
        desk.world.do(case_id, "reply", row.department)
    page = visitor.get(f"/cases/{case_id}").text
    for department in ("住建局", "交警大队"):
        form = hidden(page, f"/cases/{case_id}/accept", department)
        version = str(desk.world.case(case_id).version)
        answer = visitor.post(f"/cases/{case_id}/accept", form | {"version": version})
        assert answer.status_code == 303
    assert desk.world.case(case_id).status is State.CLOSED


def test_who_comes_second_is_told_who_was_first_and_loses_no_word(
    desk: Office, visitor: Visitor
) -> None:
    case_id = desk.world.say(51, ["street_lighting"], text="路灯坏了")
    first = desk.person("王住建", Role.HANDLER, "住建局")
    second = desk.person("李住建", Role.HANDLER, "住建局")
    page = second.get(f"/cases/{case_id}").text
    decline = hidden(page, f"/cases/{case_id}/decline", "住建局") | {"note": f"归{MARKUP}管"}
    ack = hidden(page, f"/cases/{case_id}/ack", "住建局")
    assert first.act(case_id, "ack", department="住建局").status_code == 303
    answer = second.post(f"/cases/{case_id}/ack", ack)
    assert answer.status_code == 409
    assert "王住建“签收”" in answer.text
    answer = second.post(f"/cases/{case_id}/decline", decline)
    assert answer.status_code == 409
    assert f"归{MARKUP}管" in unescape(answer.text) and MARKUP not in answer.text
    again = hidden(answer.text, f"/cases/{case_id}/decline", "住建局")
    answer = second.post(f"/cases/{case_id}/decline", again | {"note": "归城管局管"})
    assert answer.status_code == 303
    assert desk.world.case(case_id).obligations[0].status is State.NOT_OURS


def test_one_more_report_keeps_nobody_from_signing(desk: Office, visitor: Visitor) -> None:
    case_id = desk.world.say(52, ["street_lighting"], text="景区路灯不亮", places=("泉眼镇",))
    signer = desk.person("赵住建", Role.HANDLER, "住建局")
    form = hidden(signer.get(f"/cases/{case_id}").text, f"/cases/{case_id}/ack", "住建局")
    again = desk.world.say(53, ["street_lighting"], text="路灯还是不亮呢", places=("泉眼镇",))
    assert again == case_id and desk.world.case(case_id).version > int(form["version"])
    assert signer.post(f"/cases/{case_id}/ack", form).status_code == 303


def test_what_a_person_types_is_masked_before_it_is_kept(desk: Office, visitor: Visitor) -> None:
    case_id = desk.world.cases()[1]
    assert visitor.act(case_id, "note", note="游客电话 13812345678").status_code == 303
    page = visitor.get(f"/cases/{case_id}").text
    assert "13812345678" not in page and "游客电话" in page


@pytest.mark.parametrize(
    ("action", "fields", "says"),
    [("reply", {"note": ""}, "须填写说明"), ("extend", {"until": "明天"}, "时间没有看懂"),
     ("extend", {"until": "9999-12-31T23:59"}, "时间没有看懂"), ("level", {"level": "紫"}, "级别"),
     ("transfer", {"to": "没有局"}, "没有“没有局”这个部门"),
     ("note", {"note": "长" * 2001}, "太长"),
     ("ack", {"version": "x"}, "刷新"), ("ack", {"token": ""}, "刷新"),
     ("shred", {}, "没有这个操作"), ("merge", {"to": "LHS-20000101-0001"}, "没有编号")],
)  # fmt: skip
def test_a_wrong_form_says_in_chinese_what_is_wrong(
    desk: Office, visitor: Visitor, action: str, fields: dict[str, str], says: str
) -> None:
    case_id = desk.world.cases()[0]
    visitor.get("/password")
    lead = desk.world.case(case_id).obligations[0].department
    whole = {"csrf": visitor.csrf, "token": "t" * 20, "version": "1", "department": lead,
             "note": "说明", "to": "城管局", "until": "2027-01-31T17:00",
             "level": "红"}  # fmt: skip
    if action == "reply":
        visitor = desk.person("孙住建", Role.HANDLER, "住建局")
        whole["csrf"] = visitor.csrf
    before = desk.world.case(case_id).version
    answer = visitor.post(f"/cases/{case_id}/{action}", whole | fields)
    assert 400 <= answer.status_code < 500 and says in answer.text
    assert desk.world.case(case_id).version == before


def test_originals_are_shown_for_a_reason_only_and_every_look_is_on_record(
    desk: Office, visitor: Visitor
) -> None:
    case_id = desk.world.say(54, ["street_lighting"], text="路灯不亮，打我电话13912345678")
    page = visitor.get(f"/cases/{case_id}").text
    assert "13912345678" not in page
    form = hidden(page, f"/cases/{case_id}/original")
    refused = visitor.post(f"/cases/{case_id}/original", form | {"note": "  "})
    assert refused.status_code == 403 and "须填写理由" in refused.text
    shown = visitor.post(f"/cases/{case_id}/original", form | {"note": "回电核实"})
    assert "13912345678" in shown.text and shown.headers["cache-control"] == "no-store"
    assert desk.audited("original").count(case_id) == 1
    support = desk.person("城管员", Role.HANDLER, "城管局")
    taxi = desk.world.cases()[0]
    assert "查看原文" not in support.get(f"/cases/{taxi}").text
    form = {"csrf": support.csrf, "note": "想看"}
    assert support.post(f"/cases/{taxi}/original", form).status_code == 403
    assert taxi not in desk.audited("original")


# --- 待研判


def test_one_tap_confirms_or_dismisses_and_the_second_to_come_is_told(
    desk: Office, visitor: Visitor
) -> None:
    page = visitor.get("/reviews").text
    first, second = dict.fromkeys(re.findall(r"YP-\d{8}-\d{4}", page))
    forms = {(one, do): hidden(page, f"/reviews/{one}/{do}") for one in (first, second)
             for do in ("confirm", "dismiss")}  # fmt: skip
    watcher = desk.person("督查员", Role.INSPECTION, "督查室")
    seen = watcher.get("/reviews").text
    assert first in seen and '<button class="main"' not in seen
    form = forms[first, "confirm"] | {"csrf": watcher.csrf}
    assert watcher.post(f"/reviews/{first}/confirm", form).status_code == 403
    cases = len(desk.world.cases())
    for _ in range(2):
        done = visitor.post(f"/reviews/{first}/confirm", forms[first, "confirm"])
        assert done.status_code == 303
    assert len(desk.world.cases()) == cases + 1
    other = desk.person("审核员", Role.REVIEWER, "宣传部")
    late = other.post(f"/reviews/{first}/dismiss", forms[first, "dismiss"] | {"csrf": other.csrf})
    assert late.status_code == 409 and "已由甲处理" in late.text
    unseen = forms[second, "dismiss"] | {"reports": "0"}
    assert "新的反映" in visitor.post(f"/reviews/{second}/dismiss", unseen).text
    assert visitor.post(f"/reviews/{second}/dismiss", forms[second, "dismiss"]).status_code == 303
    assert "没有待研判" in visitor.get("/reviews").text


# --- whatever is typed


PATHS = st.sampled_from(
    ["/login", "/logout", "/password", "/cases/{case}/original",
     "/reviews/YP-20261123-0001/confirm",
     "/reviews/%00/dismiss", "/l/abc.def", "/cases/%00/note", "/cases/{case}/%F0%9F"]
    + [f"/cases/{{case}}/{action}" for action in RULES]
)  # fmt: skip
TYPED = st.one_of(
    st.text(max_size=40), st.just(MARKUP), st.just("2026-11-23T10:00"), st.just("\x00\ud83d"),
    st.integers().map(str), st.just("x" * 3000), st.sampled_from(["红", "住建局", "../..", "%00"]),
)  # fmt: skip


@given(path=PATHS, typed=st.dictionaries(st.sampled_from(FIELDS), TYPED, max_size=8))
def test_no_form_breaks_the_desk_or_comes_back_as_markup(
    desk: Office, path: str, typed: dict[str, str]
) -> None:
    fuzzer = _fuzzer(desk)
    fields = {"csrf": fuzzer.csrf, "version": "1", "token": "t" * 20} | {
        name: value.encode("utf-8", "replace").decode() for name, value in typed.items()
    }
    answer = fuzzer.post(path.replace("{case}", desk.world.cases()[0]), fields)
    assert answer.status_code < 500, (path, typed)
    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text


_FUZZERS: list[Visitor] = []


def _fuzzer(desk: Office) -> Visitor:
    """A handler, who cannot close the cases of the other tests."""
    desk.world.clock.move(0.001)
    if not _FUZZERS or _FUZZERS[0].get("/").status_code != 200:
        with desk.world.app.ledger.read() as books:
            new = books.users.find("模糊") is None
        desk.world.clock.move(16 * 60)
        _FUZZERS[:] = [desk.person("模糊", Role.HANDLER, "教卫健局", new=new)]
    return _FUZZERS[0]


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b"a=1&" * 100, b"note=" + b"x" * 70_000, b"%zz", b"", b"csrf=%80%81"],
)  # fmt: skip
def test_a_body_that_is_no_form_is_refused(desk: Office, visitor: Visitor, body: bytes) -> None:
    path = f"/cases/{desk.world.cases()[0]}/note"
    headers = {"origin": "http://desk.test", "content-type": "application/x-www-form-urlencoded"}
    answer = visitor._run.run(visitor._http.post(path, content=body, headers=headers))
    assert answer.status_code == 400


def test_nothing_but_the_desks_own_files_is_served(visitor: Visitor) -> None:
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/", "/server.py"):
        answer = visitor.get(path)
        assert answer.status_code == 404 and "import" not in answer.text
