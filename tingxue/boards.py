"""The boards of this office: which prefix, whether a drill, and the pages of their preview."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import InputError
from index.elastic import connect
from index.kibana.asking import Asker
from index.kibana.boards import boards
from index.kibana.panels import Board
from index.kibana.preview import busiest, pages
from index.kibana.views import Views
from tingxue.app import App

CASE = "case_id"


@dataclass(frozen=True, slots=True)
class Office:
    """Data views and boards over the indices of one office."""

    views: Views
    boards: tuple[Board, ...]


def of(app: App) -> Office:
    """The boards over the search server of the settings. Raises InputError without one."""
    if app.plan.search.kind != "elastic":
        raise InputError("看板要用 Elasticsearch；请在 settings.yaml 里把 search.kind 改为 elastic")
    views = Views(app.plan.search.prefix, drill=app.ledger.drill)
    return Office(views, boards(views))


def preview(app: App, folder: Path, now: datetime, case_id: str | None) -> list[Path]:
    """Write every board's page, as of ``now``; the event's page is about ``case_id``, else about
    the case that is most reported. Raises SearchUnavailable, and InputError as ``of``."""
    office, client = of(app), connect(app.plan.search)
    try:
        asker = Asker(client, now)
        (event,) = (board for board in office.boards if board.controls[0].field == CASE)
        case = case_id or busiest(event, CASE, asker)
        chosen = {event.board_id: {CASE: case}} if case else {}
        made = pages(office.boards, asker, chosen)
    finally:
        client.close()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in made]
