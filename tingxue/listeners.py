"""The platforms that are listened to, as this office knows them: with its own sights and shops."""

from dataclasses import replace

import crawlers.platforms
from crawlers.listened import Listened, listened_platforms
from domain import plugins
from domain.errors import PluginError
from tingxue.app import App


def of(app: App, code: str) -> Listened:
    """The platform of this code. Raises PluginError for one that is not listened to."""
    plug_in = plugins.load(crawlers.platforms, code)
    if not hasattr(plug_in, "LISTENED"):
        raise PluginError(f"插件 {code} 不是可以听的平台")
    return _known(app, plug_in.LISTENED)


def every(app: App) -> tuple[Listened, ...]:
    """All of them. Loads every plug-in."""
    return tuple(_known(app, one) for one in listened_platforms())


def _known(app: App, listened: Listened) -> Listened:
    return replace(listened, ours=app.plan.ours.get(listened.code, frozenset()))
