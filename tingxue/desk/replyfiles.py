"""A reply with files: the form as any other, the files straight to the disk, within limits.

Nothing is written for a stranger: the session and its token are checked before the first file. A
file that cannot be taken is a ``problem``, told together with everything that was typed.
"""

from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from domain.attachments import MOST_BYTES, MOST_FILES, Attachment
from domain.errors import BadForm, InputError, TingxueError
from tingxue.attachments import Batch, Writing
from tingxue.desk import forms, signin
from tingxue.desk.forms import Form
from tingxue.desk.multipart import Head, Parts, is_multipart
from tingxue.desk.signin import Visit

_MOST_TYPED = 64 * 1024
_MOST_FIELDS = 40
_MOST_SENT = 4 * MOST_FILES * MOST_BYTES
"""More than we keep: a browser reads no answer before it has sent everything."""


@dataclass(slots=True, kw_only=True)
class Upload:
    """A form of somebody's own, with the files that came with it. problem: "" when all is well."""

    found: Visit
    form: Form
    attached: list[Attachment] = field(default_factory=list)
    batch: Batch | None = None
    problem: str = ""

    def settle(self) -> None:
        """When the form has had its effect, or none: keep the files that belong to it."""
        if self.batch is not None:
            self.batch.settle(self.found.app)


async def own_upload(request: Request) -> Upload:
    """The form, whether it has files or not; its token in a field, or of a program in the header.
    Raises BadForm or NotSignedIn; then no file stays."""
    kind = request.headers.get("content-type", "")
    if not is_multipart(kind):
        form = await forms.posted(request)
        return Upload(found=await run_in_threadpool(_admit, request, form), form=form)
    forms.check_origin(request)
    reading = _Reading(request, Parts(kind, request.stream(), _MOST_SENT))
    try:
        return await reading.whole()
    except TingxueError:
        await reading.give_up()
        await reading.parts.rest()
        raise
    except BaseException:  # the browser has gone away
        await reading.give_up()
        raise


def _admit(request: Request, form: Form) -> Visit:
    found = signin.settled(request)
    given = request.headers.get(forms.HEADER) or form.get("csrf", "")
    forms.check_token({"csrf": given}, found.session.csrf)
    return found


class _Reading:
    """One form on its way in."""

    def __init__(self, request: Request, parts: Parts) -> None:
        self._request, self.parts = request, parts
        self._typed: dict[str, str] = {}
        self._upload: Upload | None = None
        self._size = 0
        request.state.form = self._typed  # a refusal shows what was typed

    async def whole(self) -> Upload:
        while (head := await self.parts.head()) is not None:
            if head.filename is None:
                await self._field(head.name)
            else:
                await self._file(head)
        return await self._admitted()

    async def give_up(self) -> None:
        if self._upload is not None:
            await run_in_threadpool(self._upload.settle)

    async def _admitted(self) -> Upload:
        if self._upload is None:
            found = await run_in_threadpool(_admit, self._request, self._typed)
            self._upload = Upload(found=found, form=self._typed)
        return self._upload

    async def _field(self, name: str) -> None:
        kept = bytearray()
        async for piece in self.parts.pieces():
            kept += piece
            self._size += len(piece)
            if self._size > _MOST_TYPED or len(self._typed) >= _MOST_FIELDS:
                raise BadForm("内容太长，请缩短后再提交")
        self._typed[name] = forms.clean(kept.decode("utf-8", "replace"))

    async def _file(self, head: Head) -> None:
        upload, writing = await self._admitted(), None
        async for piece in self.parts.pieces():
            if writing is None and not upload.problem:
                writing = await run_in_threadpool(_begin, upload, head.filename or "")
            if writing is not None and not upload.problem:
                _add(upload, writing, piece)
        if writing is not None and not upload.problem:
            await run_in_threadpool(_end, upload, writing)


def _begin(upload: Upload, name: str) -> Writing | None:
    if len(upload.attached) >= MOST_FILES:
        upload.problem = f"附件最多 {MOST_FILES} 个，请去掉几个再提交"
        return None
    try:
        upload.batch = upload.batch or Batch(upload.found.app.home)
        return upload.batch.begin(name)
    except OSError:
        upload.problem = "附件存不进数据文件夹，请告诉管理员；不带附件可以先提交"
        return None


def _add(upload: Upload, writing: Writing, piece: bytes) -> None:
    try:
        writing.add(piece)
    except InputError as error:
        upload.problem = str(error)


def _end(upload: Upload, writing: Writing) -> None:
    try:
        upload.attached.append(writing.done())
    except InputError as error:
        upload.problem = str(error)
