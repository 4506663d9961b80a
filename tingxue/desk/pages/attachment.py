"""A file that came with a reply: to be saved, never shown by the desk itself."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from domain.attachments import TYPES
from domain.errors import NoSuchCase
from tingxue.attachments import path_of
from tingxue.desk.pages.case import visible
from tingxue.desk.pages.parts import SignedIn

ROUTES = APIRouter()


@ROUTES.get("/cases/{case_id}/attachments/{attachment_id}")
def download_attachment(case_id: str, attachment_id: str, found: SignedIn) -> Response:
    """The file, to whoever may see the case."""
    with found.app.ledger.read() as books:
        visible(books, case_id, found.actor)
        filed = books.attachments.find(case_id, attachment_id)
    if filed is None:
        raise NoSuchCase("这个案件没有这个附件")
    path, file = path_of(found.app.home, attachment_id), filed.attachment
    if not path.is_file():
        raise NoSuchCase("附件不在这台主机上，请告诉管理员（数据文件夹的 attachments）")
    name = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    return FileResponse(path, media_type=TYPES[file.kind], headers={"content-disposition": name})
