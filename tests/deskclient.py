"""A browser's part of HTTP against the desk in this process: cookies, forms, the Origin header."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
from world import World, opened_world

from domain.plan import Plan
from domain.types import Actor, Role
from ledger.users import User
from tingxue.desk import accounts, passwords
from tingxue.desk.server import desk

HOST = "http://desk.test"
PASSWORD = "雪地里三只蓝色的茶壶跑了"
ADMIN = Actor(name="命令行", role=Role.ADMIN)


class Visitor:
    """One browser. ``run`` drives the application; several visitors may share it."""

    def __init__(self, web: object, run: asyncio.Runner, address: str = "10.0.0.1") -> None:
        transport = httpx.ASGITransport(app=web, client=(address, 5000), raise_app_exceptions=False)  # type: ignore[arg-type]
        self._http = httpx.AsyncClient(transport=transport, base_url=HOST)
        self._run = run
        self.csrf = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._keep(self._run.run(self._http.get(path, headers=headers)))

    def post(
        self, path: str, data: Mapping[str, str], origin: str = HOST,
        files: Sequence[tuple[str, bytes]] = (), **more: str,
    ) -> httpx.Response:  # fmt: skip
        """Not followed: a redirect is part of the answer. files: name and content. more: headers,
        with _ for -."""
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        headers |= {"origin": origin} if origin else {}
        sent = [("files", file) for file in files] or None
        answer = self._http.post(path, data=dict(data), headers=headers, files=sent)
        return self._keep(self._run.run(answer))

    def upload(self, path: str, data: Mapping[str, str], file: bytes) -> httpx.Response:
        """A form with a file."""
        files, headers = {"file": ("名字不算数.exe", file)}, {"origin": HOST}
        sent = self._http.post(path, data=dict(data), files=files, headers=headers)
        return self._keep(self._run.run(sent))

    def send(
        self, path: str, body: object, *, origin: str = HOST, csrf: str | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:  # fmt: skip
        """JSON to the API. csrf: None for the one of this session. content: instead of a body."""
        headers = {"origin": origin, "content-type": "application/json"}
        headers["x-csrf-token"] = self.csrf if csrf is None else csrf
        sent = json.dumps(body).encode() if content is None else content
        return self._run.run(self._http.post(path, content=sent, headers=headers))

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    def sign_in(self, name: str, secret: str = PASSWORD, **more: str) -> httpx.Response:
        return self.post("/login", {"name": name, "password": secret, **more})

    def act(self, case_id: str, action: str, **fields: str) -> httpx.Response:
        """The form of the case's page, filled in."""
        page = self.get(f"/cases/{case_id}")
        form = hidden(page.text, f"/cases/{case_id}/{action}", fields.get("department"))
        return self.post(f"/cases/{case_id}/{action}", form | fields)


def hidden(html: str, action: str, department: str | None = None) -> dict[str, str]:
    """The hidden fields of the form with this action (for this department)."""
    for form in re.findall(r"<form[^>]*>.*?</form>", html, re.S):
        if f'action="{action}"' in form:
            pairs = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
            found = {name: unescape(value) for name, value in pairs}
            if department in (None, found.get("department")):
                return found
    return {}


def offered(html: str) -> set[tuple[str, str]]:
    """(action, department) of every form about a case on the page."""
    found = set[tuple[str, str]]()
    for form in re.findall(r"<form[^>]*>.*?</form>", html, re.S):
        action = re.search(r'action="/cases/[^/"]+/([a-z-]+)"', form)
        department = re.search(r'name="department" value="([^"]*)"', form)
        if action and action[1] != "original":
            found.add((action[1], department[1] if department else ""))
    return found


class Office:
    """A world with a desk and people who have set their passwords."""

    def __init__(self, world: World, run: asyncio.Runner, *, allow_http: bool = True) -> None:
        self.world, self._run = world, run
        self.web = desk(world.app, allow_http=allow_http)

    def person(self, name: str, role: Role, department: str = "", *, new: bool = True) -> Visitor:
        """Somebody signed in."""
        visitor = self.stranger()
        if new:
            self.account(name, role, department)
        assert visitor.sign_in(name).status_code == 303
        visitor.get("/password")
        return visitor

    def account(self, name: str, role: Role, department: str = "") -> None:
        account(self.world, name, role, department)

    def stranger(self, address: str = "10.0.0.1") -> Visitor:
        return Visitor(self.web, self._run, address)

    def audited(self, action: str) -> list[str]:
        with self.world.app.ledger.read() as books:
            return [str(one["subject"]) for one in books.audit.lines() if one["action"] == action]


def account(world: World, name: str, role: Role, department: str = "") -> None:
    """Somebody who has set ``PASSWORD``."""
    user = User(name=name, role=role, department=department, created_at=world.clock())
    accounts.add(world.app, user, ADMIN)
    with world.app.ledger.write() as books:
        books.users.set_password(name, _kept())


_KEPT: list[str] = []


def _kept() -> str:
    """One hash for all people of a run: making each would take a second a file."""
    if not _KEPT:
        _KEPT.append(passwords.made(PASSWORD))
    return _KEPT[0]


@contextmanager
def office(folder: Path, plan: Plan, *, allow_http: bool = True) -> Iterator[Office]:
    """An office whose clock stands at ``world.MONDAY``."""
    with opened_world(folder, plan) as world, asyncio.Runner() as run:
        yield Office(world, run, allow_http=allow_http)
