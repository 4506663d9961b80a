"""定稿 at the desk: filed under the checks of the command, listed, and handed out unchanged."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from deskclient import Office, Visitor, office
from docx import Document
from world import MONDAY

from domain.plan import DeskSpec, Plan
from domain.types import Role
from tingxue import finals, reporting
from tingxue.desk.uploads import PAPER_BYTES

PAPER = "日报-2026-11-23"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    wide = replace(plan, desk=DeskSpec(idle_minutes=10**6, session_hours=10**5))
    with office(tmp_path_factory.mktemp("desk"), wide) as made:
        made.world.say(1, ["parking"], places=("莲花山",), text="停车难")
        made.world.clock.now = MONDAY + timedelta(days=1)
        reporting.make(made.world.app, "day", MONDAY.date())
        yield made


@pytest.fixture(scope="module")
def clerk(desk: Office) -> Visitor:
    return desk.person("甲", Role.PUBLICITY, "宣传部")


def written(added: str) -> bytes:
    """A Word file of the clerk's."""
    document, into = Document(), io.BytesIO()
    document.add_paragraph(added)
    document.save(into)
    return into.getvalue()


def stored(desk: Office) -> list[finals.Final]:
    with desk.world.app.ledger.read() as books:
        return finals.filed(books)


def file(one: Visitor, content: bytes, of: str = PAPER) -> tuple[int, str]:
    one.get("/reports/finals")
    answer = one.upload("/reports/finals", {"csrf": one.csrf, "of": of}, content)
    return answer.status_code, answer.text + answer.headers.get("location", "")


def test_a_final_is_kept_beside_the_paper_and_handed_out_as_it_came(
    desk: Office, clerk: Visitor
) -> None:
    mine = written("经办人补充一句，联系13812345678。")
    for _ in range(2):  # a double tap
        assert file(clerk, mine) == (303, "/reports/finals?marks=1")
    [one] = stored(desk)
    assert (one.of, one.name, one.by) == (PAPER, f"{PAPER}-定稿.docx", "甲")
    assert one.sha256 == hashlib.sha256(mine).hexdigest()
    said = clerk.get("/reports/finals?marks=1").text
    assert "有 1 处像是姓名、电话" in said and one.name in said and one.sha256[:16] in said
    assert f"/reports/finals/{one.no}" in clerk.get("/reports/day/2026-11-23/1").text
    reader = desk.person("丁", Role.REVIEWER, "宣传部")
    got = reader.get(f"/reports/finals/{one.no}")
    assert (got.status_code, got.content) == (200, mine)
    assert got.headers["content-disposition"].startswith("attachment; filename*=utf-8''")
    assert file(clerk, written("又改了"))[0] == 303
    assert [one.name for one in stored(desk)][1] == f"{PAPER}-定稿2.docx"
    assert "存定稿" in clerk.get("/audit").text


def test_a_final_that_was_changed_or_moved_is_handed_to_nobody(
    desk: Office, clerk: Visitor
) -> None:
    file(clerk, written("改过的"))
    one = stored(desk)[-1]
    path = desk.world.app.home.reports / one.name
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    answer = clerk.get(f"/reports/finals/{one.no}")
    assert answer.status_code == 409 and "校验值不符" in answer.text
    path.unlink()
    assert "不在这台主机" in clerk.get(f"/reports/finals/{one.no}").text
    path.write_bytes(whole)
    for no in ("0", "999999", "x", "..%2f..%2fledger.db", "9" * 30):
        assert clerk.get(f"/reports/finals/{no}").status_code == 404, no


def _packed(*names: str, content: bytes = b"x") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as package:
        for name in names:
            package.writestr(name, content)
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "of", "says"),
    [(b"%PDF-1.4", PAPER, "不是 .docx 文件"), (_packed("xl/workbook.xml"), PAPER, "不是 Word 文件"),
     (_packed("word/document.xml", "word/vbaProject.bin"), PAPER, "带有宏"),
     (_packed("word/document.xml"), PAPER, "打不开"), (b"", PAPER, "请先选择定稿文件"),
     (b"PK" + b"0" * PAPER_BYTES, PAPER, "最多 20 MB"), (written("x"), "没有", "请选择是哪一份"),
     (written("x"), "<script>alert(1)</script>", "请选择是哪一份")],
    ids=["pdf", "excel", "macros", "broken", "none", "large", "unknown", "markup"],
)  # fmt: skip
def test_what_is_no_final_is_refused_and_nothing_is_kept(
    desk: Office, clerk: Visitor, content: bytes, of: str, says: str
) -> None:
    before = stored(desk), sorted(desk.world.app.home.reports.iterdir())
    status, text = file(clerk, content, of)
    assert (status, says in text, "<script>alert" in text) == (400, True, False), text
    assert (stored(desk), sorted(desk.world.app.home.reports.iterdir())) == before


def test_who_may_read_papers_sees_finals_and_who_makes_them_files_one(desk: Office) -> None:
    count = len(stored(desk))
    for name, role, at, sees, makes in (
        ("乙", Role.HANDLER, "住建局", 403, 403), ("己", Role.VIEWER, "城管局", 403, 403),
        ("戊", Role.INSPECTION, "督查室", 200, 403), ("丙", Role.ADMIN, "", 200, 303),
    ):  # fmt: skip
        one = desk.person(name, role, at)
        one.get("/settings")
        page = one.get("/reports/finals")
        assert page.status_code == sees, name
        assert bool(re.search("存为定稿", page.text)) == (makes == 303), name
        form = {"csrf": one.csrf, "of": PAPER}
        answer = one.upload("/reports/finals", form, written(f"{name}的一份"))
        assert answer.status_code == makes, name
    assert len(stored(desk)) == count + 1
    assert desk.stranger().get("/reports/finals").status_code == 303


def test_a_paper_s_pdf_is_handed_out_like_its_other_files(desk: Office, clerk: Visitor) -> None:
    app = desk.world.app
    pdf = app.home.reports / "日报-2026-11-24.pdf"
    pdf.write_bytes(b"%PDF-1.7 x")
    with app.ledger.write() as books:
        [edition] = books.reports.all()
        digest = hashlib.sha256(pdf.read_bytes()).hexdigest()
        start = edition.period_start + timedelta(days=1)
        books.reports.record(replace(edition, period_start=start, files=((pdf.name, digest),)))
    assert ">PDF</a>" in clerk.get("/reports").text
    got = clerk.get("/reports/day/2026-11-24/1/pdf")
    assert (got.content, got.headers["content-type"]) == (pdf.read_bytes(), "application/pdf")


def test_a_command_line_reads_the_same_finals(desk: Office, tmp_path: Path) -> None:
    listed = [one.files[0] for one in finals.known(desk.world.app) if one.what == "定稿"]
    assert listed == [one.name for one in stored(desk)]
