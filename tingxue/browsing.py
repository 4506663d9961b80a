"""Joins the browser's room with the ledger: who listens, what it may know and where it keeps.

Loaded only where a browser is needed; nothing else in the hall imports Playwright.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain, islice

from crawlers import programs
from crawlers.ear import Ear, KeepExchange
from crawlers.listened import Exchange, Listened
from crawlers.pictures import KeepPicture, Picture
from crawlers.turns import looked_at
from crawlers.visits import BrowserSource
from domain.collection import MAY_OPEN, RAISED
from domain.errors import NotConfigured, PluginError
from domain.plan import SourceSpec
from domain.ports import Intake
from domain.types import Mode
from tingxue import exchanges, listeners, names, pictures, refresh, sourcing
from tingxue.app import App

_MOST_POSTS = 20
"""Of one run; the daily cap holds for them too."""


def source(
    app: App, spec: SourceSpec, listened: Listened, marks: Mapping[str, str]
) -> BrowserSource:
    """The program goes through the platform's pages itself, and where it may, opens the posts whose
    counts are to be seen again and whose comments are to be read. Raises NotConfigured where nobody
    has logged in: such a round would only meet the site's wall."""
    folder = app.home.profile(listened.code)
    if not folder.is_dir():
        raise NotConfigured(f"{spec.title}：还没有人登录过；{sourcing.log_in(app, spec)}")
    return BrowserSource(
        spec=spec, listened=listened, clock=app.clock, pseudonym=app.pseudonym,
        folder=folder, environ=app.environ, marks=marks,
        keep=_keeping(app, spec.name, listened), knows=_knowing(app),
        picture=_picturing(app, spec.name), posts=partial(_posts, app, spec, listened, marks),
    )  # fmt: skip


def _posts(
    app: App, spec: SourceSpec, listened: Listened, marks: Mapping[str, str]
) -> Mapping[str, str]:
    """What is to be opened by itself, by mention id: hot posts, then those with a thread to read.
    Asked after the searches, when what they found may have its verdict."""
    if spec.mode not in MAY_OPEN:
        return {}
    looked = looked_at(marks)
    due = refresh.due(app, [listened.code], looked), refresh.threads(app, listened.code, looked)
    found = {one.post.mention_id: one.post.url for one in chain(*due)}
    return dict(islice(found.items(), _MOST_POSTS))


def ear(app: App, spec: SourceSpec, listened: Listened, intake: Intake) -> Ear:
    """For a window in which a person goes through them."""
    return Ear(
        platform=listened, pseudonym=app.pseudonym, clock=app.clock, intake=intake,
        keep=_keeping(app, spec.name, listened), own=spec.mode is Mode.OWN, knows=_knowing(app),
        picture=_picturing(app, spec.name),
    )  # fmt: skip


def in_window(app: App, code: str, *modes: Mode) -> tuple[SourceSpec, Listened]:
    """The enabled source of this platform for which a window may be opened. Raises NotConfigured
    with what to do when there is none, or no window can be shown here."""
    title = app.plan.platform_names[code]
    wanted = modes or tuple(RAISED)
    found = [
        spec for mode in wanted for spec in app.plan.sources
        if spec.platform == code and spec.enabled and spec.mode is mode
    ]  # fmt: skip
    if not found:
        said = "、".join(names.MODES[mode] for mode in wanted)
        raise NotConfigured(
            f"{title}没有启用“{said}”的来源；请照 docs/sources.md 在 sources.yaml 里写好账号和评估"
        )
    try:
        listened = listeners.of(app, found[0].kind)
    except PluginError:
        raise NotConfigured(f"来源 {found[0].name} 的插件 {found[0].kind} 不用浏览器") from None
    if not programs.has_screen(app.environ):
        raise NotConfigured(
            "这台机器没有显示屏，打不开窗口；请在有显示屏的电脑上运行，或在浏览器里把网络记录存成"
            " HAR 文件，拿到这里用 tingxue import 导入（见 docs/browser.md）"
        )
    return found[0], listened


def _keeping(app: App, name: str, listened: Listened) -> KeepExchange:
    def keep(exchange: Exchange, reason: str) -> None:
        exchanges.keep(app, name, listened, exchange, reason)

    return keep


def _picturing(app: App, name: str) -> KeepPicture | None:
    """None where the office has not said that pictures are to be kept."""

    def keep(one: Picture) -> None:
        pictures.keep(
            app, name, one.jpeg, url=one.url, taken_at=one.taken_at, mention_ids=one.mention_ids
        )

    return keep if app.plan.screenshots else None


def _knowing(app: App) -> Callable[[str], bool]:
    """Whether the ledger has a mention of this id."""

    def knows(mention: str) -> bool:
        with app.ledger.read() as books:
            return bool(books.mentions.many([mention]))

    return knows
