"""The PDF: what LibreOffice makes of every paper, and what becomes of a LibreOffice that fails."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from paperlayout import CHARS, LINES, LOOKS, paragraphs
from papermaking import ON_CASES, PAPERS, made, paper_world

from domain.errors import PaperError
from tingxue.reports.paper import Paper, Para, Span
from tingxue.reports.pdf import fonts_conf, make_pdf
from tingxue.reports.word import word_bytes

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TOOLS = ("soffice", "pdftotext", "pdffonts", "pdfinfo", "fc-list")


@pytest.fixture(scope="module")
def office() -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing and "CI" in os.environ:
        pytest.fail(f"CI needs {missing}: libreoffice-writer-nogui, poppler-utils, fontconfig")
    if missing:
        pytest.skip(f"no {missing} here: PDFs are not looked at")


def tool(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def tight(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module", params=[*PAPERS, *ON_CASES])
def pdf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, office: None
) -> tuple[str, Path, Path]:
    """Name, Word file, PDF."""
    name: str = request.param
    docx = tmp_path_factory.mktemp("pdf") / f"{name}.docx"
    if name in PAPERS:
        docx.write_bytes(made(name))
    else:
        with paper_world(docx.parent) as world:
            shutil.copy(ON_CASES[name](world)[0], docx)
    return name, docx, make_pdf(docx)


MOST = {
    "周报": 12,
    "雪季总结": 5,
    "更正日报": 4,
    "日报": 2,
    "最忙日报": 2,
    "签字日报": 2,
    "空日报": 1,
}


def pages_of(path: Path) -> list[str]:
    return tool("pdftotext", "-layout", path, "-").split("\f")[:-1]


def _covered() -> set[int]:
    """Every sign that one of the two fonts standing in for the office's can draw."""
    found: set[int] = set()
    for family in ("Noto Serif CJK SC", "Noto Sans CJK SC"):
        for span in tool("fc-list", "-f", "%{charset} ", f":family={family}").split():
            first, _, last = span.partition("-")
            found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


@pytest.mark.full
def test_a_paper_comes_out_as_it_was_meant(pdf: tuple[str, Path, Path]) -> None:
    name, docx, path = pdf
    pages = pages_of(path)
    assert 1 <= len(pages) <= MOST.get(name, 2)
    for number, page in enumerate(pages, 1):
        assert re.search(rf"—\s*{number}\s*—\s*$", page.rstrip()), number
    text = tight("".join(re.sub(r"—\s*\d+\s*—\s*$", "", page.rstrip()) for page in pages))
    document = Document(str(docx))
    for paragraph in document.paragraphs:  # the figures in the words among them
        assert tight(paragraph.text) in text, paragraph.text
    missing = {ord(c) for c in "".join(p.text for p in paragraphs(document)) if not c.isspace()}
    assert missing <= _covered(), [chr(c) for c in missing - _covered()]
    assert "�" not in text
    fonts = tool("pdffonts", path).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert "Noto" in font, font
        assert " yes yes " in font, font  # embedded, a subset


@pytest.mark.full
@pytest.mark.parametrize("paper", ["周报", "日报"])
def test_a_table_that_goes_on_begins_each_page_with_its_whole_header(
    tmp_path: Path, office: None, paper: str
) -> None:
    docx = tmp_path / f"{paper}.docx"
    docx.write_bytes(made(paper))
    table = Document(str(docx)).tables[-1 if paper == "周报" else 0]
    header = "".join(tight(cell.text) for cell in table.rows[0].cells)
    pages = [tight(page) for page in pages_of(make_pdf(docx))]
    repeated = [page for page in pages if header in page]
    assert len(repeated) >= 2
    assert all(page.startswith(header) for page in repeated[1:])


@pytest.mark.full
def test_a_page_holds_22_lines_of_28_characters(tmp_path: Path, office: None) -> None:
    line = Para(line=(Span("雪" * CHARS * LINES * 2),))
    docx = tmp_path / "calibration.docx"
    docx.write_bytes(
        word_bytes(Paper(title=(), subtitle=(), header="", blocks=(line,)), made_at=NOW)
    )
    first, *_ = pages_of(make_pdf(docx))
    lines = [tight(one) for one in first.splitlines() if "雪" in one]
    assert len(lines) == LINES
    assert [len(one) for one in lines] == [CHARS - 2, *[CHARS] * (LINES - 1)]


def script(folder: Path, body: str) -> str:
    path = folder / "office"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def word(tmp_path: Path) -> Path:
    path = tmp_path / "日报.docx"
    path.write_bytes(b"not read by a stand-in")
    return path


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("exit 0", "没有做出"),
        ("exit 77", "没有做出"),
        ("sleep 30 & echo $! >$0.child; wait", "停掉"),
    ],
)
def test_an_office_that_fails_or_hangs_leaves_no_pdf_and_says_so(
    tmp_path: Path, word: Path, body: str, why: str
) -> None:
    with pytest.raises(PaperError, match=why):
        make_pdf(word, seconds=0.5, office=script(tmp_path, body))
    assert not word.with_suffix(".pdf").exists()
    child = tmp_path / "office.child"
    if child.exists():
        with pytest.raises(ProcessLookupError):
            _wait_for_end(int(child.read_text()))


def _wait_for_end(pid: int) -> None:
    """Returns only while the process lives; a killed orphan is gone within a moment."""
    for _ in range(200):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            raise ProcessLookupError
        subprocess.run(["sleep", "0.02"], check=True)


def test_the_office_gets_a_profile_of_its_own_that_is_gone_afterwards(
    tmp_path: Path, word: Path
) -> None:
    says = (
        'echo "$@" >"$0.said"; while [ "$1" != --outdir ]; do shift; done; '
        'echo %PDF-1.7 >"$2/日报.pdf"'
    )
    assert make_pdf(word, office=script(tmp_path, says)).read_text() == "%PDF-1.7\n"
    said = (tmp_path / "office.said").read_text()
    profile = re.search(r"-env:UserInstallation=file://(\S+)", said)
    assert profile is not None
    assert not Path(profile[1]).parent.exists()


def test_without_an_office_the_paper_says_what_to_install(
    word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PaperError, match="请安装 libreoffice-writer"):
        make_pdf(word)


def test_every_font_a_paper_names_has_a_stand_in() -> None:
    conf = fonts_conf("/etc/fonts/fonts.conf")
    for look in LOOKS.values():
        assert f"<family>{look.font}</family><accept>" in conf
