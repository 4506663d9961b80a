"""Files of replies: what is taken, where it lies, who gets it, and that no other stays."""

import asyncio
import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from deskclient import Office, Visitor, hidden, office
from hypothesis import given
from hypothesis import strategies as st

from domain.attachments import MOST_BYTES, shown_name
from domain.errors import BadForm
from domain.plan import Plan
from domain.types import Role, State
from tingxue import attachments, schedule
from tingxue.attachments import Batch
from tingxue.desk.multipart import Parts
from tingxue.filekinds import kind_of

JPG = b"\xff\xd8\xff\xe0" + b"\x00" * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.7\n%%EOF"
DRAFT = "已补灯两盏"


def archive(*names: str, method: int = zipfile.ZIP_DEFLATED, content: bytes = b"x") -> bytes:
    """A zip archive of files of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as out:
        for name in names:
            out.writestr(name, content)
    return made.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
HUGE = archive("[Content_Types].xml", "word/document.xml", content=b"\0" * (64 << 20))
LOCKED = DOCX.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
KINDS = {
    "jpg": (JPG, "jpg"), "png": (PNG, "png"), "pdf": (PDF, "pdf"), "docx": (DOCX, "docx"),
    "xlsx": (XLSX, "xlsx"), "a bomb, not unpacked": (HUGE, "docx"), "empty": (b"", None),
    "a page": (b"<html><script>alert(1)</script>", None), "svg": (b"<svg onload='x'>", None),
    "a program": (b"MZ" + JPG, None), "a script": (b"#!/bin/sh\n", None),
    "text before a picture": (b" " + PNG, None), "old Word": (b"\xd0\xcf\x11\xe0" * 9, None),
    "any archive": (archive("a.txt"), None), "a cut archive": (DOCX[:-30], None),
    "no list of types": (archive("word/document.xml"), None),
    "both": (archive("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"), None),
    "macros": (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
    "a password": (LOCKED, None), "too many names": (archive(*map(str, range(5_001))), None),
    "only its end": (b"PK\x03\x04" + b"PK\x05\x06" + b"\xff" * 18, None),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_what_its_content_says(tmp_path: Path, name: str) -> None:
    content, kind = KINDS[name]
    (tmp_path / "a.exe").write_bytes(content)
    tracemalloc.start()
    assert kind_of(tmp_path / "a.exe") == kind
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("given", "shown"),
    [("现场.JPG", "现场.png"), ("..\\..\\a/b/照片.x.exe", "照片.x.png"), ("", "附件.png"),
     ("../..", "附件.png"), ("电话13812345678.png", "电话___________.png"),
     ("a\r\nb\u202e%\".png", "a__b___.png"), ("长" * 300, "长" * 80 + ".png")],
)  # fmt: skip
def test_a_name_is_shown_without_folders_numbers_and_tricks(given: str, shown: str) -> None:
    assert shown_name(given, "png") == shown


# --- the form, piece by piece


@given(
    st.lists(st.binary(max_size=300) | st.just(b"\r\n--b\r\n--bound"), min_size=1, max_size=4),
    st.integers(1, 60),
)
def test_parts_are_the_same_however_they_arrive(contents: list[bytes], size: int) -> None:
    line = b"--bound-ary"
    contents = [one.replace(line, b"") for one in contents]
    body = b"".join(
        line + b'\r\nContent-Disposition: form-data; name="f"; filename="%22.png"\r\n\r\n' + one
        + b"\r\n" for one in contents
    ) + line + b"--\r\n"  # fmt: skip
    got = asyncio.run(_read(body, size))
    assert got == [("f", '".png', one) for one in contents]


async def _read(body: bytes, size: int) -> list[tuple[str, str | None, bytes]]:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    parts, got = Parts("multipart/form-data; boundary=bound-ary", stream(), 10**6), []
    while (head := await parts.head()) is not None:
        got.append((head.name, head.filename, b"".join([p async for p in parts.pieces()])))
    return got


def test_a_large_file_passes_through_little_memory() -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'
        for _ in range(800):
            yield b"\r\n" * 32_768
        yield b"\r\n--b--\r\n"

    async def read() -> int:
        parts = Parts("multipart/form-data; boundary=b", stream(), 1 << 30)
        await parts.head()
        return sum([len(piece) async for piece in parts.pieces()])

    tracemalloc.start()
    assert asyncio.run(read()) == 800 * 65_536
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [b"", b"--b", b"--b\r\n\r\n\r\n", b"x" * 100, b"--b\r\nA: b\r\n\r\nx\r\n--b--",
     b"--b\r\n" + b"y" * 9_000, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'],
)  # fmt: skip
def test_a_form_that_is_cut_or_bent_is_refused(body: bytes) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield body

    async def read() -> None:
        parts = Parts("multipart/form-data; boundary=b", stream(), 1 << 20)
        while await parts.head() is not None:
            async for _ in parts.pieces():
                pass

    with pytest.raises(BadForm):
        asyncio.run(read())


# --- on the desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        yield made


_NUMBERS = count(1)


def signed(desk: Office) -> str:
    """A new case that 住建局 has signed."""
    n = next(_NUMBERS)
    case_id = desk.world.say(n, ["street_lighting"], text=f"第{n}盏路灯不亮", places=(f"第{n}处",))
    desk.world.do(case_id, "ack", "住建局")
    return case_id


def person(desk: Office, name: str, role: Role, department: str) -> Visitor:
    with desk.world.app.ledger.read() as books:
        new = books.users.find(name) is None
    return desk.person(name, role, department, new=new)


@pytest.fixture
def handler(desk: Office) -> Visitor:
    return person(desk, "张住建", Role.HANDLER, "住建局")


def lying(desk: Office) -> set[str]:
    """Names of the files that lie in the home."""
    folder = desk.world.app.home.attachments
    return (
        {path.name for path in folder.iterdir() if path.name[0] != "."}
        if folder.is_dir()
        else set()
    )


def replied(visitor: Visitor, case_id: str, *files: tuple[str, bytes]) -> httpx.Response:
    form = hidden(visitor.get(f"/cases/{case_id}").text, f"/cases/{case_id}/reply")
    return visitor.post(f"/cases/{case_id}/reply", form | {"note": DRAFT}, files=files)


def test_files_come_with_a_reply_and_go_to_whoever_may_see_the_case(
    desk: Office, handler: Visitor
) -> None:
    case_id, other, before = signed(desk), signed(desk), lying(desk)
    answer = replied(handler, case_id, ("灯 1.jpg", PNG), ("../清单.exe", XLSX), ("", b""))
    assert answer.status_code == 303
    assert desk.world.case(case_id).obligations[0].status is State.IN_REVIEW
    new = lying(desk) - before
    with desk.world.app.ledger.read() as books:
        event = books.cases.events(case_id)[-1]
        filed = books.attachments.of(case_id)
    said = event.data["attachments"]
    assert isinstance(said, list) and {one["id"] for one in said} == new
    assert [f.attachment.name for f in filed] == ["清单.xlsx", "灯 1.png"]
    assert {one["sha256"] for one in said} == {f.attachment.sha256 for f in filed}
    assert "灯" not in str(event.data)
    folder = desk.world.app.home.attachments
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())

    reviewer = person(desk, "审核员", Role.REVIEWER, "宣传部")
    page = unescape(reviewer.get(f"/cases/{case_id}").text)
    path = f"/cases/{case_id}/attachments/{filed[1].attachment.attachment_id}"
    assert path in page and "灯 1.png" in page
    got = reviewer.get(path)
    assert (got.status_code, got.content) == (200, PNG)
    assert got.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('灯 1.png')}"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert (got.headers["content-type"], got.headers["cache-control"]) == ("image/png", "no-store")
    assert reviewer.get(path.replace(case_id, other)).status_code == 404
    assert reviewer.get(f"/cases/{case_id}/attachments/{'0' * 32}").status_code == 404
    assert reviewer.get(f"/cases/{case_id}/attachments/..%2f..%2fledger.db").status_code == 404
    assert person(desk, "外人", Role.HANDLER, "教卫健局").get(path).status_code == 404
    assert desk.stranger().get(path).status_code == 303


@pytest.mark.parametrize(
    ("files", "says"),
    [([("a.jpg", b"<html>")], "不是能收的文件"),
     ([("a.jpg", JPG), ("照片.png", PNG + b"\0" * MOST_BYTES)], "超过 10 MB"),
     ([(f"{n}.jpg", JPG) for n in range(6)], "最多 5 个")],
    ids=["kind", "size", "number"],
)  # fmt: skip
def test_a_file_that_is_not_taken_costs_no_typed_word_and_leaves_nothing(
    desk: Office, handler: Visitor, files: list[tuple[str, bytes]], says: str
) -> None:
    case_id, before = signed(desk), lying(desk)
    version = desk.world.case(case_id).version
    answer = replied(handler, case_id, *files)
    assert answer.status_code == 400 and says in answer.text
    assert f">{DRAFT}</textarea>" in answer.text
    assert (desk.world.case(case_id).version, lying(desk)) == (version, before)
    form = hidden(answer.text, f"/cases/{case_id}/reply") | {"note": DRAFT}
    sent = handler.post(f"/cases/{case_id}/reply", form, files=[("a.jpg", JPG)])
    assert sent.status_code == 303 and len(lying(desk) - before) == 1


def test_a_form_sent_twice_keeps_one_file_and_a_refused_one_none(
    desk: Office, handler: Visitor
) -> None:
    case_id, before = signed(desk), lying(desk)
    form = hidden(handler.get(f"/cases/{case_id}").text, f"/cases/{case_id}/reply")
    form |= {"note": DRAFT}
    for _ in range(2):
        sent = handler.post(f"/cases/{case_id}/reply", form, files=[("a.pdf", PDF)])
        assert sent.status_code == 303
    late = handler.post(
        f"/cases/{case_id}/reply", form | {"token": "t" * 20}, files=[("a.pdf", PDF)]
    )
    assert late.status_code == 409
    assert len(lying(desk) - before) == 1
    note = handler.post(f"/cases/{case_id}/note", form, files=[("a.pdf", PDF)])
    assert note.status_code == 400 and len(lying(desk) - before) == 1


@pytest.mark.parametrize(
    ("change", "status"), [({"csrf": "x"}, 400), ({"csrf": ""}, 400), (None, 401)]
)
def test_nothing_is_written_for_a_stranger(
    desk: Office, handler: Visitor, change: dict[str, str] | None, status: int
) -> None:
    case_id, before = signed(desk), lying(desk)
    form = hidden(handler.get(f"/cases/{case_id}").text, f"/cases/{case_id}/reply")
    sender = handler if change is not None else desk.stranger()
    answer = sender.post(
        f"/cases/{case_id}/reply", form | {"note": DRAFT} | (change or {}), files=[("a.jpg", JPG)]
    )
    assert answer.status_code == status and DRAFT in answer.text
    from_elsewhere = handler.post(
        f"/cases/{case_id}/reply", form, origin="http://evil.test", files=[("a.jpg", JPG)]
    )
    assert from_elsewhere.status_code == 400
    assert lying(desk) == before


# --- by the API


def sent(visitor: Visitor, case_id: str, *files: tuple[str, bytes], **more: str) -> httpx.Response:
    """A reply with files, as a program sends it. more: fields in the place of the right ones."""
    seen = visitor.get(f"/api/cases/{case_id}")
    version = str(seen.json()["version"]) if seen.status_code == 200 else "1"
    form = {"token": "t" * 20 + case_id, "version": version, "department": "住建局", "note": DRAFT}
    token = more.pop("csrf", visitor.csrf)
    path = f"/api/cases/{case_id}/reply/files"
    return visitor.post(path, form | more, files=files, x_csrf_token=token)


def test_a_program_replies_with_files_once(desk: Office, handler: Visitor) -> None:
    case_id, before = signed(desk), lying(desk)
    answer = sent(handler, case_id, ("灯 1.jpg", PNG), ("清单.xlsx", XLSX))
    assert answer.status_code == 200, answer.text
    assert sorted(one["name"] for one in answer.json()["attachments"]) == ["清单.xlsx", "灯 1.png"]
    assert desk.world.case(case_id).obligations[0].status is State.IN_REVIEW
    version = str(answer.json()["version"] - 1)
    assert sent(handler, case_id, ("灯 1.jpg", PNG), version=version).status_code == 200
    assert len(lying(desk) - before) == 2
    other = signed(desk)
    assert sent(handler, other).status_code == 200  # no file is no mistake
    assert desk.world.case(other).obligations[0].status is State.IN_REVIEW


@pytest.mark.parametrize(
    ("files", "more", "says"),
    [([("a.jpg", b"<html>")], {}, "不是能收的文件"),
     ([("a.jpg", JPG), ("照片.png", PNG + b"\0" * MOST_BYTES)], {}, "超过 10 MB"),
     ([(f"{n}.jpg", JPG) for n in range(6)], {}, "最多 5 个"),
     ([("a.jpg", JPG)], {"csrf": "x"}, "页面已过期"),
     ([("a.jpg", JPG)], {"csrf": ""}, "页面已过期"),
     ([("a.jpg", JPG)], {"version": "x"}, "没有传完整"),
     ([("a.jpg", JPG)], {"token": "t"}, "没有传完整")],
    ids=["kind", "size", "number", "forged", "without", "version", "token"],
)  # fmt: skip
def test_what_a_program_may_not_send_is_a_problem_and_leaves_nothing(
    desk: Office, handler: Visitor, files: list[tuple[str, bytes]], more: dict[str, str], says: str
) -> None:
    case_id, before = signed(desk), lying(desk)
    version = desk.world.case(case_id).version
    answer = sent(handler, case_id, *files, **more)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert says in answer.json()["detail"]
    assert (desk.world.case(case_id).version, lying(desk)) == (version, before)


def test_a_stranger_and_a_neighbour_reply_with_no_file(desk: Office) -> None:
    case_id, before = signed(desk), lying(desk)
    assert sent(desk.stranger(), case_id, ("a.jpg", JPG)).status_code == 401
    other = person(desk, "外人", Role.HANDLER, "教卫健局")
    assert sent(other, case_id, ("a.jpg", JPG)).status_code == 404
    assert lying(desk) == before


# --- afterwards


def test_leftovers_are_swept_unless_somebody_is_sending(desk: Office) -> None:
    app, before = desk.world.app, lying(desk)
    batch = Batch(app.home)
    batch.begin("a.jpg").add(JPG)
    (left,) = lying(desk) - before
    assert attachments.sweep(app) == 0 and left in lying(desk)
    (app.home.attachments / ("f" * 32)).write_bytes(JPG)  # not of this ledger: stays
    batch.settle(app)
    assert lying(desk) - before == {"f" * 32}
    (app.home.attachments / ("e" * 32 + ".new")).write_bytes(JPG)
    assert attachments.sweep(app) == 1
    assert lying(desk) - before == {"f" * 32}


def test_a_kill_after_the_reply_was_kept_loses_no_file(desk: Office, handler: Visitor) -> None:
    case_id, before = signed(desk), lying(desk)
    assert replied(handler, case_id, ("a.pdf", PDF)).status_code == 303
    (name,) = lying(desk) - before
    file = desk.world.app.home.attachments / name
    file.rename(file.with_name(name + ".new"))  # as it was before the last step
    assert handler.get(f"/cases/{case_id}/attachments/{name}").content == PDF
    attachments.sweep(desk.world.app)
    assert file.read_bytes() == PDF


def test_the_purge_takes_the_files_with_the_case(desk: Office, handler: Visitor) -> None:
    case_id, before = signed(desk), lying(desk)
    assert replied(handler, case_id, ("a.pdf", PDF)).status_code == 303
    desk.world.do(case_id, "accept", "住建局")
    (name,) = lying(desk) - before
    began = desk.world.clock.now
    desk.world.clock.now = began + timedelta(days=desk.world.app.plan.retention.cases + 1)
    counts = schedule.purge(desk.world.app)
    desk.world.clock.now = began
    assert counts["attachments"] == 1 and name not in lying(desk)
    with desk.world.app.ledger.read() as books:
        assert not books.attachments.released() and not books.attachments.of(case_id)
