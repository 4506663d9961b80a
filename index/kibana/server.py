"""Puts data views and boards into a Kibana, and says how what it has differs from ours.

Only two of its interfaces are used: data views, and the Dashboards HTTP API, which is there from
9.5 on (all tiers). Nothing is deleted: a board of somebody's own stays. Never yet run against a
real Kibana; the stub in the tests refuses what the documents say that Kibana refuses.
"""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from domain.errors import SearchUnavailable
from index.differing import differences
from index.kibana.bodies import Body, dashboard, data_view
from index.kibana.panels import Board, View

OLDEST = (9, 5)
_SAID = 300
_CHECK = "请检查 --url（或 TINGXUE_KIBANA_URL）"
_STATUS = {
    401: "Kibana 不认这个密钥；请检查 TINGXUE_KIBANA_KEY",
    403: "这个密钥没有权限；请管理员给它看板和数据视图的全部权限",
    404: f"Kibana 没有这个接口，看板接口从 9.5 起才有；{_CHECK}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One object that Kibana lacks or has otherwise. paths: where; () when it lacks it."""

    kind: str
    object_id: str
    title: str
    paths: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """For the person at the keyboard."""
        what = f"{len(self.paths)} 处不同：{'、'.join(self.paths[:5])}" if self.paths else "还没有"
        return f"{self.kind} {self.title}（{self.object_id}）：{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kibana:
    """One space of one Kibana. Every method raises SearchUnavailable."""

    client: httpx.Client = field(repr=False)
    space: str = ""

    def close(self) -> None:
        """No further calls."""
        self.client.close()

    def check(self) -> None:
        """Whether it is a Kibana, and new enough."""
        said = self._ask("GET", "/api/status", spaced=False)
        number = str((said or {}).get("version", {}).get("number", ""))
        parts = number.split(".")
        if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
            raise SearchUnavailable(f"这个地址上的不是 Kibana；{_CHECK}")
        if (int(parts[0]), int(parts[1])) < OLDEST:
            raise SearchUnavailable(f"Kibana 是 {number}，看板接口要 9.5 或更新；请先升级")

    def changes(self, views: Sequence[View], boards: Sequence[Board]) -> list[Change]:
        """What a push would write, data views first."""
        return [*self._view_changes(views), *self._board_changes(boards)]

    def _view_changes(self, views: Sequence[View]) -> Iterator[Change]:
        for view in views:
            ours = data_view(view)
            theirs = self._ask("GET", _view_path(view), missing=True)
            found = None if theirs is None else theirs.get("data_view", {})
            yield from _change("数据视图", view.view_id, view.name, ours, found)

    def _board_changes(self, boards: Sequence[Board]) -> Iterator[Change]:
        for board in boards:
            theirs = self._ask("GET", _board_path(board), missing=True)
            found = None if theirs is None else theirs.get("data", {})
            yield from _change("看板", board.board_id, board.title, dashboard(board), found)

    def push(self, views: Sequence[View], boards: Sequence[Board], wanted: Sequence[Change]) -> int:
        """Write what ``changes`` named, data views before the boards over them; how many."""
        ids = {(one.kind, one.object_id) for one in wanted}
        for view in views:
            if ("数据视图", view.view_id) in ids:
                body = {"data_view": data_view(view), "override": True}
                self._ask("POST", "/api/data_views/data_view", body)
        for board in boards:
            if ("看板", board.board_id) in ids:
                self._ask("PUT", _board_path(board), dashboard(board))
        return len(ids)

    def _ask(
        self, method: str, path: str, body: Body | None = None, *, missing: bool = False,
        spaced: bool = True,
    ) -> Body | None:  # fmt: skip
        """The answer's JSON; None where ``missing`` is allowed and it is."""
        where = f"/s/{quote(self.space, safe='')}{path}" if self.space and spaced else path
        try:
            answer = self.client.request(method, where, json=body)
        except httpx.ConnectError as error:
            certificate = isinstance(error.__cause__ and error.__cause__.__cause__, ssl.SSLError)
            if certificate or "CERTIFICATE" in str(error):
                raise SearchUnavailable("Kibana 的证书不可信；请用 --ca-file 指明") from error
            raise SearchUnavailable(f"连不上 Kibana；{_CHECK}，看它是否已启动") from error
        except httpx.TransportError as error:
            raise SearchUnavailable(f"Kibana 没有按时回答；请稍后再试，{_CHECK}") from error
        return _read(answer, missing=missing)


def connect(
    url: str, key: str, *, space: str = "", ca_file: str = "",
    transport: httpx.BaseTransport | None = None, seconds: float = 30.0,
) -> Kibana:  # fmt: skip
    """A Kibana at ``url``; ``key`` is an API key, "" where security is off. Raises
    SearchUnavailable for a CA file that cannot be read."""
    try:
        trusted = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise SearchUnavailable(f"证书文件 {ca_file} 读不出来；请检查 --ca-file") from error
    headers = {"kbn-xsrf": "true", "Elastic-Api-Version": "2023-10-31"}
    if key:
        headers["Authorization"] = f"ApiKey {key}"
    client = httpx.Client(base_url=url, headers=headers, timeout=seconds, verify=trusted,
                          transport=transport)  # fmt: skip
    return Kibana(client=client, space=space)


def _read(answer: httpx.Response, *, missing: bool) -> Body | None:
    if missing and answer.status_code == 404 and _names_an_object(answer):
        return None
    if answer.is_redirect:
        raise SearchUnavailable(f"Kibana 要求登录或换了地址；{_CHECK} 和 TINGXUE_KIBANA_KEY")
    if answer.status_code in _STATUS:
        raise SearchUnavailable(_STATUS[answer.status_code])
    said = _json(answer)
    if answer.status_code == 400:
        reason = str((said or {}).get("message", ""))[:_SAID]
        raise SearchUnavailable(f"Kibana 不接受这个看板（版本不合？）：{reason}")
    if not answer.is_success:
        raise SearchUnavailable(f"Kibana 出错（{answer.status_code}）；请稍后再试")
    if said is None:
        raise SearchUnavailable(f"这个地址上的不是 Kibana；{_CHECK}")
    return said


def _names_an_object(answer: httpx.Response) -> bool:
    """Whether the 404 is about the object; of an interface that is not there, Kibana only says
    "Not Found"."""
    said = _json(answer)
    return said is not None and said.get("message") not in (None, "Not Found")


def _json(answer: httpx.Response) -> Body | None:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _view_path(view: View) -> str:
    return f"/api/data_views/data_view/{quote(view.view_id, safe='')}"


def _board_path(board: Board) -> str:
    return f"/api/dashboards/{quote(board.board_id, safe='')}"


def _change(kind: str, object_id: str, title: str, ours: Body, found: Any) -> Iterator[Change]:
    if found is None:
        yield Change(kind=kind, object_id=object_id, title=title)
    elif paths := differences(ours, found):
        yield Change(kind=kind, object_id=object_id, title=title, paths=tuple(paths))
