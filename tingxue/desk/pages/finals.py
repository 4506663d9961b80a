"""报告 / 定稿: the clerk's own versions that were filed, and one more."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import BadForm, NoSuchPaper, NotPermitted, PaperError
from tingxue import finals
from tingxue.desk import access, screen
from tingxue.desk.pages.parts import SignedIn
from tingxue.desk.pages.reports import as_download, check_sees
from tingxue.desk.signin import Visit
from tingxue.desk.uploads import OwnPaper, Upload

ROUTES = APIRouter()
_MOST, _MOST_PAPERS = 200, 200
_NAME = "上传的文件.docx"
"""What a message calls it: no name from outside is shown or used."""


@ROUTES.get("/reports/finals")
def list_finals(request: Request, found: SignedIn) -> Response:
    """The newest first."""
    check_sees(found)
    return _page(request, found)


@ROUTES.get("/reports/finals/{no}")
def download_final(no: str, found: SignedIn) -> Response:
    """The file, as it was filed."""
    check_sees(found)
    if not (no.isascii() and no.isdigit() and len(no) < 10):
        raise NoSuchPaper("没有这一份定稿；请从“报告”页选择")
    return as_download(*finals.content(found.app, int(no)))


@ROUTES.post("/reports/finals")
def file_final(request: Request, upload: OwnPaper, found: SignedIn) -> Response:
    """Keep one more, under the checks of ``tingxue report file``; the same file again is one."""
    if not access.makes_papers(found.actor):
        raise NotPermitted("只有宣传部和管理员可以存定稿")
    try:
        filed = _filed(found, upload)
    except (BadForm, PaperError) as error:
        of = upload.form.get("of", "")
        return _page(request, found, said=str(error), of=of, status=400)
    return RedirectResponse(f"/reports/finals?marks={filed.identifiers}", status_code=303)


def _filed(found: Visit, upload: Upload) -> finals.Filed:
    """Raises BadForm or PaperError."""
    of = upload.form.get("of", "")
    if of not in _papers(found):
        raise BadForm("请选择是哪一份报告的定稿")
    if not upload.file:
        raise BadForm("请先选择定稿文件（.docx）")
    return finals.keep_final(found.app, _NAME, upload.file, found.actor, of=of)


def _papers(found: Visit) -> list[str]:
    """Names of the papers that there are, the newest first."""
    every = finals.known(found.app)
    return list(dict.fromkeys(one.of for one in reversed(every)))[:_MOST_PAPERS]


def _page(
    request: Request, found: Visit, *, said: str = "", of: str = "", status: int = 200
) -> Response:
    with found.app.ledger.read() as books:
        every = finals.filed(books)
    makes = access.makes_papers(found.actor)
    marks = request.query_params.get("marks", "")
    return screen.page(
        request, "finals.html", found=found, status=status, every=every[::-1][:_MOST],
        total=len(every), makes=makes, papers=_papers(found) if makes else [], said=said, of=of,
        marks=int(marks) if marks.isascii() and marks.isdigit() and len(marks) < 6 else None,
    )  # fmt: skip
