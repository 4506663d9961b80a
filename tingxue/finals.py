"""The clerk's own version of a paper (定稿), kept beside the machine's.

It is copied, never changed and never replaced: a second one stands beside the first, and editions
that the program makes later have other names. Its hash goes into the audit, with who filed it.
"""

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import NoSuchPaper, PaperError
from domain.privacy import spans
from domain.types import Actor
from ledger.audit import AuditLine
from ledger.books import Books
from tingxue import disk, editions
from tingxue.app import App, check_open
from tingxue.drafts import PAPER

FINAL = "final"
"""Action of the audit line that records a 定稿."""
_LARGEST = 50 * 1024 * 1024
_LARGEST_UNPACKED = 256 * 1024 * 1024
_DOCUMENT = "word/document.xml"
_BROKEN = (
    KeyError, ValueError, SyntaxError, zipfile.BadZipFile, zlib.error, NotImplementedError,
    RuntimeError, AttributeError,
)  # fmt: skip
"""What a damaged or protected package makes its readers raise."""
_MACROS = "word/vbaProject.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A 定稿 that was filed. of: the paper it is the final of. identifiers: how many stretches of
    its text look like a phone number, a name or the like."""

    path: Path
    sha256: str
    of: str
    identifiers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """A 定稿 as the audit has it; ``no`` is the number of that line."""

    no: int
    of: str
    name: str
    sha256: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One line of the list of papers: an edition of the program's, or a 定稿."""

    of: str
    what: str
    at: datetime
    files: tuple[str, ...]


def file_final(app: App, source: Path, actor: Actor, *, of: str = "") -> Filed:
    """Keep the file as the 定稿 of the paper that its name begins with, or that ``of`` names.

    Raises as ``keep_final``, and PaperError for a file that cannot be read or is too large.
    """
    check_open(app)
    return keep_final(app, source.name, _read(source), actor, of=of)


def keep_final(app: App, name: str, data: bytes, actor: Actor, *, of: str = "") -> Filed:
    """The same of a file that was read already; ``name``: what a message calls it.

    The same file of the same paper again is the one that is kept already. Raises PaperError: no
    Word file, with macros, or of no paper that was made here; LedgerError on an archive.
    """
    check_open(app)
    _check(name, data)
    marks = len(spans(_text(name, data)))
    digest = hashlib.sha256(data).hexdigest()
    with app.ledger.read() as books:
        paper = _paper(books, of or Path(name).stem)
        before = filed(books, paper)
    known = next((one.name for one in before if one.sha256 == digest), "")
    number = len(before) + 1
    kept = known or f"{paper}-定稿{number if number > 1 else ''}.docx"
    target = app.home.reports / kept
    _keep(target, data)
    if not known:
        with app.ledger.write() as books:
            books.audit.write(app.clock(), actor, FINAL, paper, f"{kept} sha256={digest}")
    return Filed(path=target, sha256=digest, of=paper, identifiers=marks)


def filed(books: Books, paper: str = "") -> list[Final]:
    """Every 定稿 (of that paper), the oldest first."""
    found = []
    for line in books.audit.about(FINAL, paper):
        name, _, digest = line.reason.partition(" sha256=")
        found.append(Final(
            no=line.no, of=line.subject, name=name, sha256=digest, at=line.at, by=line.actor,
        ))  # fmt: skip
    return found


def content(app: App, no: int) -> tuple[str, bytes]:
    """Name and bytes of the one with this number. Raises NoSuchPaper where it is not on this
    machine, Conflict where it is not what was filed."""
    with app.ledger.read() as books:
        final = next((one for one in filed(books) if one.no == no), None)
    if final is None:
        raise NoSuchPaper("没有这一份定稿；请从“报告”页选择")
    return editions.recorded(app, final.name, final.sha256)


def finals_of(books: Books, paper: str) -> list[str]:
    """Names of the files filed as 定稿 of the paper, the oldest first."""
    return [one.name for one in filed(books, paper)]


def known(app: App) -> list[Known]:
    """Every paper, by the time it was made or filed."""
    with app.ledger.read() as books:
        every = [
            Known(of=stem(e.files[0][0]), what=f"第{e.edition}版", at=e.made_at,
                  files=tuple(name for name, _ in e.files))
            for e in books.reports.all()
        ]  # fmt: skip
        for action, what in ((PAPER, "编制"), (FINAL, "定稿")):
            for line in books.audit.about(action):
                named = tuple(n for n in _named(line) if not n.startswith("."))
                every.append(Known(of=line.subject, what=what, at=line.at, files=named))
    return sorted(every, key=lambda one: (one.at, one.of))


def _paper(books: Books, name: str) -> str:
    """The paper whose name the file's begins with, the longest such."""
    made = {stem(e.files[0][0]) for e in books.reports.all()}
    made |= {line.subject for line in books.audit.about(PAPER)}
    fitting = [paper for paper in made if name == paper or name.startswith(f"{paper}-")]
    if not fitting:
        fitting = [paper for paper in made if name.startswith(paper)]
    if not fitting:
        raise PaperError(
            f"看不出 {name} 是哪一份报告的定稿：请让文件名以原报告的名字开头，或用 --of 写明，"
            "例如 --of 日报-2026-11-23；tingxue report list 列出全部"
        )
    return max(fitting, key=len)


def stem(file: str) -> str:
    """``日报-2026-11-23`` of ``日报-2026-11-23-演练-第2版.docx``."""
    return Path(file).stem.split("-第")[0].removesuffix("-演练")


def _named(line: AuditLine) -> list[str]:
    return [part.partition(" sha256=")[0] for part in line.reason.split("；")]


def _read(source: Path) -> bytes:
    try:
        if source.stat().st_size > _LARGEST:
            raise PaperError(f"{source.name} 超过 50 MB：请压缩图片后再存")
        return source.read_bytes()
    except OSError as error:
        raise PaperError(f"{source.name} 读不了：{error.strerror}") from error


def _check(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            unpacked = sum(part.file_size for part in package.infolist())
    except OSError as error:
        raise PaperError(f"{name} 读不了：{error.strerror}") from error
    except zipfile.BadZipFile:
        raise PaperError(f"{name} 不是 .docx 文件：请在 Word 里另存为 .docx") from None
    if unpacked > _LARGEST_UNPACKED:
        raise PaperError(f"{name} 解开后大得不正常，没有打开：请另存一份再试")
    if _DOCUMENT not in names:
        raise PaperError(f"{name} 不是 Word 文件：请在 Word 里另存为 .docx")
    if _MACROS in names:
        raise PaperError(f"{name} 带有宏：请另存为不带宏的 .docx")


def _text(name: str, data: bytes) -> str:
    from docx import Document  # only when a file is filed
    from docx.opc.exceptions import OpcError
    from docx.oxml.ns import qn

    try:
        body = Document(io.BytesIO(data)).element.body
    except (*_BROKEN, OpcError):
        raise PaperError(f"{name} 打不开，可能没有存完整：请在 Word 里另存一份再试") from None
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))


def _keep(target: Path, data: bytes) -> None:
    """Only where nothing else stands: what a crash left of the same file is no other."""
    if target.exists() and target.read_bytes() != data:
        raise PaperError(f"{target.name} 已经存在，内容不同：请先移开它，再存一次")
    disk.replace(target, data)
