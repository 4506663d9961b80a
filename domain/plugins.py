"""One file is one plug-in: lists and loads the modules of a plug-in folder by name."""

import importlib
import pkgutil
from types import ModuleType

from domain.errors import PluginError


def names(package: ModuleType) -> list[str]:
    """The plug-ins of a package such as ``alerts.channels``, sorted."""
    return sorted(info.name for info in pkgutil.iter_modules(package.__path__))


def load(package: ModuleType, name: str) -> ModuleType:
    """The plug-in module of that name. Raises PluginError naming what there is instead."""
    known = names(package)
    if name not in known:
        raise PluginError(f"没有名为 {name} 的插件（{package.__name__}）；现有：{'、'.join(known)}")
    return importlib.import_module(f"{package.__name__}.{name}")
