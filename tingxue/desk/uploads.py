"""A form with one file in it: read whole, up to a small limit; what it is, only its content says.

The name that the browser gives the file is not even read.
"""

import re
from dataclasses import dataclass
from email.message import Message
from typing import Annotated

from fastapi import Depends, Request

from domain.errors import BadForm
from tingxue.desk import forms
from tingxue.desk.forms import Form
from tingxue.desk.pages.parts import signed_in
from tingxue.desk.signin import Visit

MOST_BYTES = 2 * 1024 * 1024
_OVERHEAD = 64 * 1024
_MOST_PARTS = 20
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")
_BROKEN = "表单没有传完整，请返回重试"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The fields of the form, and the file's bytes; b"" where none was chosen."""

    form: Form
    file: bytes


async def own_upload(request: Request, found: Annotated[Visit, Depends(signed_in)]) -> Upload:
    """A form with a file, of this session's own page. Raises BadForm."""
    forms.check_origin(request)
    boundary = _boundary(request.headers.get("content-type", ""))
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES + _OVERHEAD:
            raise BadForm(f"文件太大，最多 {MOST_BYTES // 2**20} MB；请只留值班表一张表再上传")
    upload = _parts(bytes(body), boundary)
    request.state.form = upload.form
    forms.check_token(upload.form, found.session.csrf)
    if len(upload.file) > MOST_BYTES:
        raise BadForm(f"文件太大，最多 {MOST_BYTES // 2**20} MB；请只留值班表一张表再上传")
    return upload


OwnUpload = Annotated[Upload, Depends(own_upload)]


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["content-type"] = content_type
    given = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(given, str):
        raise BadForm(_BROKEN)
    if _BOUNDARY.fullmatch(given) is None:
        raise BadForm(_BROKEN)
    return b"\r\n--" + given.encode("ascii")


def _parts(body: bytes, boundary: bytes) -> Upload:
    """Raises BadForm where the body does not keep to RFC 7578."""
    first, *parts = (b"\r\n" + body).split(boundary, _MOST_PARTS + 1)
    if first or not parts or not parts[-1].startswith(b"--") or len(parts) > _MOST_PARTS:
        raise BadForm(_BROKEN)
    fields: dict[str, str] = {}
    file = b""
    for part in parts[:-1]:
        head, gap, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = _name(head)
        if not gap or not name:
            raise BadForm(_BROKEN)
        if name == "file":
            file = content
        else:
            fields[name] = forms.clean(content.decode("utf-8", "replace"))
    return Upload(form=fields, file=file)


def _name(head: bytes) -> str:
    """The field's name; "" for a part without one."""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            header = Message()
            header["content-disposition"] = value.strip().replace("\n", " ").replace("\r", " ")
            name = header.get_param("name", header="content-disposition")
            return name if isinstance(name, str) else ""
    return ""
