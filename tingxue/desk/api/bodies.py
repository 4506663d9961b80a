"""What the API is sent: JSON of a known shape, from our own page's session and no other site.

A body is read only for somebody who is signed in, and no more of it than of a form.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from domain.attachments import MOST_BYTES, MOST_FILES
from domain.errors import BadForm
from domain.types import Level
from tingxue.desk import forms
from tingxue.desk.forms import HEADER, LONGEST_NOTE, LONGEST_WORD, Form
from tingxue.desk.pages.act import LONGEST_TOKEN, SHORTEST_TOKEN
from tingxue.desk.pages.parts import SignedIn

Word = Annotated[str, Field(max_length=LONGEST_WORD)]
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def form(self) -> Form:
        """The same as the pages send it."""
        return {
            name: forms.clean(value if isinstance(value, str) else str(value))
            for name, value in self.model_dump().items()
        }


class ActionBody(_Body):
    """An action on a case. token: of the client's own making, a new one for each wish; the same one
    again does nothing a second time. version: of the case that the person looked at. until: time in
    Changchun, ``2026-11-23 17:00``."""

    token: Annotated[
        str, Field(min_length=SHORTEST_TOKEN, max_length=LONGEST_TOKEN, pattern="^[!-~]*$")
    ]
    version: Annotated[int, Field(ge=0, le=9_999_999)]
    department: Word = ""
    note: Note = ""
    to: Word = ""
    until: Annotated[
        str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$")
    ] = ""
    level: Literal[Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE, ""] = ""


class ConfirmBody(_Body):
    """It is a complaint. category: "" for those that the program saw. reports: how many texts of
    the item the person has looked at."""

    reports: Annotated[int, Field(ge=0, le=9_999_999)]
    category: Word = ""


class DismissBody(_Body):
    """It is no complaint."""

    reports: Annotated[int, Field(ge=0, le=9_999_999)]
    note: Note = ""


class CorrectBody(_Body):
    """A person's word on one mention."""

    complaint: bool
    categories: Annotated[tuple[Word, ...], Field(max_length=20)] = ()


B = TypeVar("B", bound=_Body)


def own_body(model: type[B]) -> Callable[[Request, SignedIn], Coroutine[Any, Any, B]]:
    """A dependency that reads a body of this shape. Raises BadForm or RequestValidationError."""

    async def read(request: Request, found: SignedIn) -> B:
        forms.check_origin(request)
        forms.check_token({"csrf": request.headers.get(HEADER, "")}, found.session.csrf)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise BadForm("请用 application/json 提交")
        body = await forms.read_body(request)
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_input=False)) from None

    return read


def described(model: type[_Body]) -> dict[str, Any]:
    """For OpenAPI: the body, and the header that goes with it."""
    return _described({"application/json": {"schema": _schema(model)}})


def described_with_files() -> dict[str, Any]:
    """The same of a reply that brings files, as a form of a browser's."""
    schema = _schema(ActionBody)
    fields = {
        name: schema["properties"][name] for name in ("token", "version", "department", "note")
    }
    fields["files"] = {
        "type": "array", "maxItems": MOST_FILES, "items": {"type": "string", "format": "binary"},
        "description": f"jpg png pdf docx xlsx，按内容认，每个最多 {MOST_BYTES // 2**20} MB",
    }  # fmt: skip
    whole = {"type": "object", "required": ["token", "version"], "properties": fields}
    return _described({"multipart/form-data": {"schema": whole}})


def _schema(model: type[_Body]) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema.pop("title", None)
    return schema


def _described(content: dict[str, Any]) -> dict[str, Any]:
    header = {
        "name": HEADER, "in": "header", "required": True, "schema": {"type": "string"},
        "description": "GET /api/me 给出的 csrf",
    }  # fmt: skip
    return {"requestBody": {"required": True, "content": content}, "parameters": [header]}


def misread(error: RequestValidationError) -> str:
    """Which fields are wrong, without their content."""
    said = (".".join(map(str, one["loc"])) or "正文" for one in error.errors())
    return f"内容不对，请检查：{'、'.join(dict.fromkeys(said))}（见 /api/openapi.json）"
