"""Papers on cases, and the clerk's final version, over a real ledger."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document
from openpyxl import load_workbook
from paperlayout import faults
from papermaking import ON_CASES, PHONE, paper_world, taxi
from world import World

from domain.errors import PaperError
from domain.types import Actor, Role
from domain.upkeep import PaperSpec
from tingxue import casepapers, drafts, finals, reporting
from tingxue.cli import main

CLERK = Actor(name="李文", role=Role.PUBLICITY)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with paper_world(tmp_path_factory.mktemp("papers")) as made:
        yield made


@pytest.fixture(scope="module")
def papers(world: World) -> dict[str, list[Path]]:
    return {kind: make(world) for kind, make in ON_CASES.items()}


def words(path: Path) -> str:
    body = Document(str(path)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p"))


@pytest.mark.parametrize("kind", ON_CASES)
def test_a_paper_on_a_case_is_laid_out_as_the_standard_says(
    papers: dict[str, list[Path]], kind: str
) -> None:
    assert faults(papers[kind][0].read_bytes()) == []


@pytest.mark.parametrize("kind", ON_CASES)
def test_no_paper_holds_an_identifier_or_a_judgement_or_a_head(
    papers: dict[str, list[Path]], kind: str
) -> None:
    said = words(papers[kind][0])
    sheets = load_workbook(papers[kind][1])
    cells = [str(v) for s in sheets for row in s.iter_rows(values_only=True) for v in row]
    assert PHONE not in said + " ".join(cells)
    assert "😡" not in said
    assert not re.search("造谣|恶意|无理|刁民|属实|甲", said.replace("值班员甲", ""))
    assert "内部资料" in said
    assert ("交班人：" if kind == "值班交接单" else "拟稿：") in said
    if kind in ("交办单", "督办单", "专报"):
        assert "网民反映（未核实）" in said
        assert "电话***********" in said


@pytest.mark.parametrize("kind", ON_CASES)
def test_every_figure_of_a_paper_on_cases_is_made_again_from_its_ids(
    world: World, papers: dict[str, list[Path]], kind: str
) -> None:
    book = load_workbook(papers[kind][1])
    ids: dict[str, list[str]] = {}
    for key, _, one in book["指标来源"].iter_rows(min_row=3, values_only=True):
        if one:
            ids.setdefault(str(key), []).append(str(one))
    duties = {
        f"{o.case_id}/{o.department}": o for c in world.cases() for o in world.case(c).obligations
    }
    how = {}
    for _, value, unit, way, key in book["汇总"].iter_rows(min_row=3, values_only=True):
        how[str(key)] = str(way)
        if way == "计数":
            assert value == len(set(ids.get(str(key), []))), key
        if str(key).startswith("past."):
            o = duties[ids[str(key)][0]]
            unanswered = o.reply_due < world.clock() and (o.duty == "lead" or o.reply_asked)
            limit = o.reply_due if unanswered else o.ack_due
            assert value == int((world.clock() - limit).total_seconds() // 3600), key
            assert unit == "小时"
    assert "计数" in how.values()
    if kind in ("督办单", "逾期事项清单"):
        assert any(key.startswith("past.") for key in how)


def test_the_numbers_in_the_words_are_those_of_the_figures(
    world: World, papers: dict[str, list[Path]]
) -> None:
    assert "相关信息3条，来自微博3条" in words(papers["专报"][0])
    assert "互动90次、浏览2700次" in words(papers["专报"][0])
    late = [o for o in world.case(taxi(world)).obligations if o.ack_due < world.clock()]
    assert f"仍有{len(late)}项逾期，现予督办" in words(papers["督办单"][0])


def test_an_assignment_names_its_department_role_and_limits(
    papers: dict[str, list[Path]],
) -> None:
    said = words(papers["交办单"][0])
    assert said.splitlines()[:2] == ["内部资料　注意保存", "莲花山生态旅游度假区网络舆情交办单"]
    assert "案件编号：LHS-20261123-0001　级别：黄色" in said
    assert "住建局：" in said
    assert "交你单位牵头办理" in said
    assert re.search(r"1\.请于2026年11月23日\d+时(\d+分)?前签收。", said)
    assert "回执（填写后退回）" in said


def test_each_department_gets_its_own_assignment_and_a_support_is_asked_to_help(
    world: World, papers: dict[str, list[Path]], tmp_path: Path
) -> None:
    case_id = taxi(world)
    made = casepapers.assign(world.app, case_id, folder=tmp_path)[::2]
    names = {o.department for o in world.case(case_id).obligations}
    assert {p.stem.split("-第")[0] for p in made} == {f"交办单-{case_id}-{d}" for d in names}
    helper = next(p for p in made if "城管局" in p.name)
    assert "请配合住建局办理" in words(helper)


def test_the_list_of_arrears_holds_everything_overdue_and_nothing_answered(
    world: World, papers: dict[str, list[Path]]
) -> None:
    rows = [
        (row.cells[0].text, row.cells[1].text)
        for row in Document(str(papers["逾期事项清单"][0])).tables[1].rows[1:]
    ]
    assert len(rows) == len(set(rows)) >= 4
    assert "应急局" not in {department for _, department in rows}


def test_nothing_overdue_makes_no_urging(world: World) -> None:
    case_id = taxi(world)
    with pytest.raises(PaperError, match="没有商务局的逾期事项"):
        casepapers.urge(world.app, case_id, "商务局")


def test_made_again_it_is_a_new_edition_beside_the_old_one(
    world: World, papers: dict[str, list[Path]]
) -> None:
    first = papers["专报"][0]
    before = first.read_bytes()
    again = ON_CASES["专报"](world)[0]
    assert again.name == f"{first.stem}-第2版.docx"
    assert first.read_bytes() == before
    with world.app.ledger.read() as books:
        noted = books.audit.about(drafts.PAPER, first.stem)
        assert books.audit.broken_at() is None
    assert hashlib.sha256(before).hexdigest() in noted[0].reason


@pytest.fixture(scope="module")
def paper_of_the_day(world: World) -> Path:
    return reporting.make(world.app, "day", world.case(taxi(world)).opened_at.date()).docx


def edited(source: Path, target: Path, added: str) -> Path:
    document = Document(str(source))
    document.paragraphs[-1].add_run(added)
    document.save(str(target))
    return target


def test_the_clerks_version_is_kept_beside_and_a_newer_edition_leaves_it(
    world: World, paper_of_the_day: Path, tmp_path: Path
) -> None:
    mine = edited(paper_of_the_day, tmp_path / paper_of_the_day.name, "经办人补充一句。")
    machine = paper_of_the_day.read_bytes()
    filed = finals.file_final(world.app, mine, CLERK)
    assert filed.path.name == f"{paper_of_the_day.stem}-定稿.docx"
    assert filed.path.parent == paper_of_the_day.parent
    assert filed.path.read_bytes() == mine.read_bytes()
    world.clock.move(1)
    newer = reporting.make(world.app, "day", world.case(taxi(world)).opened_at.date())
    assert newer.docx.name == f"{paper_of_the_day.stem}-第2版.docx"
    assert filed.path.read_bytes() == mine.read_bytes()
    assert paper_of_the_day.read_bytes() == machine
    with world.app.ledger.read() as books:
        noted = books.audit.about(finals.FINAL, filed.of)
        assert books.audit.broken_at() is None
    assert [line.reason for line in noted] == [f"{filed.path.name} sha256={filed.sha256}"]
    shown = [(one.what, one.files) for one in finals.known(world.app) if one.of == filed.of]
    assert [what for what, _ in shown] == ["第1版", "定稿", "第2版"]


def test_a_second_final_stands_beside_the_first(
    world: World, papers: dict[str, list[Path]], tmp_path: Path
) -> None:
    source = papers["交办单"][0]
    names = []
    for n in range(2):
        mine = edited(source, tmp_path / f"{source.stem}-第2版（改）.docx", f"第{n}处改动")
        names.append(finals.file_final(world.app, mine, CLERK).path.name)
    assert names == [f"{source.stem}-定稿.docx", f"{source.stem}-定稿2.docx"]


def test_identifiers_in_a_final_are_counted_for_a_warning(
    world: World, papers: dict[str, list[Path]], tmp_path: Path
) -> None:
    mine = edited(papers["督办单"][0], tmp_path / papers["督办单"][0].name, f"联系{PHONE}")
    assert finals.file_final(world.app, mine, CLERK).identifiers >= 1


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("日报-2026-11-23.docx", b"%PDF-1.4", "不是 .docx"),
        ("日报-2026-11-23.docx", "xlsx", "不是 Word"),
        ("会议纪要.docx", "docx", "--of 写明"),
    ],
)
def test_what_is_no_version_of_our_papers_is_refused(
    world: World, papers: dict[str, list[Path]], tmp_path: Path, name: str, content: bytes | str,
    why: str,
) -> None:  # fmt: skip
    path = tmp_path / name
    files = {"docx": papers["专报"][0], "xlsx": papers["专报"][1]}
    path.write_bytes(content if isinstance(content, bytes) else files[content].read_bytes())
    with pytest.raises(PaperError, match=why):
        finals.file_final(world.app, path, CLERK)


def test_a_due_paper_is_finished_although_no_pdf_can_be_made(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "")
    plan = replace(world.app.plan, papers=PaperSpec(pdf=True))
    day = world.case(taxi(world)).opened_at.date() - timedelta(days=3)
    made = reporting.make(replace(world.app, plan=plan), "day", day)
    assert made.docx.exists()
    assert made.pdf is None
    assert "LibreOffice" in caplog.text


def test_a_clerk_types_what_to_make_and_what_to_file(
    world: World, papers: dict[str, list[Path]], tmp_path: Path
) -> None:
    def typed(*words: str) -> Result:
        home = {"TINGXUE_HOME": str(world.app.home.path)}
        return CliRunner().invoke(main, ["report", *words], env=home, catch_exceptions=False)

    made = typed("special", taxi(world), "--to", str(tmp_path))
    assert made.exit_code == 0, made.output
    docx, xlsx = (Path(line) for line in made.stdout.split())
    assert docx.parent == xlsx.parent == tmp_path
    filed = typed("file", str(docx), "--by", "李文")
    assert filed.stdout.splitlines()[1].startswith(f"专报-{taxi(world)} 的定稿，校验值 ")
    assert f"专报-{taxi(world)}  定稿  专报-{taxi(world)}-定稿" in typed("list").stdout
    refused = typed("urge", taxi(world), "--department", "商务局")
    assert refused.exit_code == 2
    assert "没有商务局的逾期事项" in refused.output
