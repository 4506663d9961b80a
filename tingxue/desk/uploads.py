"""A form with one file in it: read whole, up to a small limit; what it is, only its content says.

The name that the browser gives the file is not even read.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from domain.errors import BadForm
from tingxue.desk import forms
from tingxue.desk.forms import Form
from tingxue.desk.multipart import CUT, Parts
from tingxue.desk.pages.parts import signed_in
from tingxue.desk.signin import Visit

ROSTER_BYTES, PAPER_BYTES = 2 * 1024 * 1024, 20 * 1024 * 1024
_OVERHEAD = 64 * 1024
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The fields of the form, and the file's bytes; b"" where none was chosen."""

    form: Form
    file: bytes


def own_upload(most: int, advice: str) -> Callable[[Request, Visit], Coroutine[Any, Any, Upload]]:
    """A dependency that reads a form with a file of at most ``most`` bytes, of this session's own
    page. advice: what to do about a larger one. Raises BadForm."""
    too_large = f"文件太大，最多 {most // 2**20} MB；{advice}"

    async def read(request: Request, found: Annotated[Visit, Depends(signed_in)]) -> Upload:
        forms.check_origin(request)
        kind = request.headers.get("content-type", "")
        upload = await _read(Parts(kind, request.stream(), most + _OVERHEAD, too_large))
        request.state.form = upload.form
        forms.check_token(upload.form, found.session.csrf)
        if len(upload.file) > most:
            raise BadForm(too_large)
        return upload

    return read


OwnRoster = Annotated[Upload, Depends(own_upload(ROSTER_BYTES, "请只留值班表一张表再上传"))]
OwnPaper = Annotated[
    Upload, Depends(own_upload(PAPER_BYTES, "请压缩图片后再存，或在主机上用 tingxue report file"))
]


async def _read(parts: Parts) -> Upload:
    fields: dict[str, str] = {}
    file, count = b"", 0
    while (head := await parts.head()) is not None:
        content = b"".join([piece async for piece in parts.pieces()])
        count += 1
        if not head.name or count >= _MOST_PARTS:
            raise BadForm(CUT)
        if head.name == "file":
            file = content
        else:
            fields[head.name] = forms.clean(content.decode("utf-8", "replace"))
    return Upload(form=fields, file=file)
