"""From values to a page: the templates, and how levels, times and names are written there.

Everything is escaped by the templates; nothing here marks a text as safe.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from alerts.messages import span
from domain.actions import RULES, SYSTEM_ACTIONS
from domain.times import on_screen, shanghai
from domain.types import Duty, Level, Role
from tingxue.app import App
from tingxue.desk import access
from tingxue.desk.signin import Visit
from tingxue.names import DELIVERIES

HERE = Path(__file__).parent
STATIC = HERE / "static"
LEVELS = {
    Level.RED: ("red", "◆"), Level.ORANGE: ("orange", "▲"),
    Level.YELLOW: ("yellow", "■"), Level.BLUE: ("blue", "●"),
}  # fmt: skip
"""A word, a shape and a colour: who sees no colour sees the other two."""


ROLES = {
    Role.VIEWER: "查看", Role.HANDLER: "经办", Role.REVIEWER: "审核", Role.PUBLICITY: "宣传部",
    Role.INSPECTION: "督查室", Role.ADMIN: "管理员", Role.SYSTEM: "系统",
}  # fmt: skip


def environment(app: App) -> Environment:
    """The templates, with what all of them write the same way."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    filters: dict[str, Callable[..., object]] = {
        "when": on_screen,
        "moment": lambda at: f"{shanghai(at):%Y-%m-%d %H:%M:%S}",
        "local": lambda at: f"{shanghai(at):%Y-%m-%dT%H:%M}",
        "categories": lambda codes: categories(app, codes),
        "platform": lambda code: app.plan.platform_names.get(code, code),
        "delivery": lambda state: DELIVERIES.get(state, state),
        "action": action_name,
        "mark": lambda level: LEVELS[level][1],
        "hue": lambda level: LEVELS[level][0],
        "size": size,
        "part": lambda duty: "牵头" if duty is Duty.LEAD else "配合",
    }
    made.filters.update(filters)
    made.globals |= {
        "zone": app.plan.zone, "drill": app.ledger.drill, "static": _versions(),
        "left": left, "levels": list(Level), "role_names": ROLES,
    }  # fmt: skip
    return made


def _versions() -> dict[str, str]:
    """Address of each static file, new when its content is."""
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:12] for p in STATIC.iterdir()}
    return {name: f"/static/{name}?v={digest}" for name, digest in digests.items()}


def categories(app: App, codes: Sequence[str]) -> str:
    """Names of categories; a red text may fit none."""
    known = app.plan.categories
    return "、".join(known[c].name if c in known else c for c in codes) or "人身安全（未归类）"


def action_name(action: str) -> str:
    """Of what a person or the program does to a case."""
    return RULES[action].name if action in RULES else SYSTEM_ACTIONS.get(action, action)


def size(count: int) -> str:
    """``12 KB``, ``3.4 MB``."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(1, count // 1024)} KB"


def left(due: datetime, now: datetime) -> str:
    """``还剩 2小时5分``, ``已超 15分钟``."""
    return f"还剩 {span(due - now)}" if due > now else f"已超 {span(now - due)}"


def page(
    request: Request, template: str, *, found: Visit | None = None, status: int = 200,
    **values: object,
) -> HTMLResponse:  # fmt: skip
    """The page; ``found`` is who looks at it."""
    desk = request.app.state.desk
    actor = found.actor if found else None
    html = desk.screen.get_template(template).render(
        actor=actor,
        csrf=found.session.csrf if found else "",
        ready=bool(found and found.session.user.password),
        here=request.url.path,
        allow_http=desk.allow_http,
        now=desk.app.clock(),
        may_lead=bool(actor and access.sees_everything(actor)),
        further=access.further(actor) if actor else [],
        may_review=bool(actor and access.sees_reviews(actor)),
        **values,
    )
    return HTMLResponse(html, status_code=status)
