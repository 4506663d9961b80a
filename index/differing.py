"""Where an object that a server gives back is not what we put there."""

from collections.abc import Mapping
from typing import Any


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """As paths ("panels[0].config.title"). What a server adds by itself (defaults, of which every
    version may have more) is no difference."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        found = []
        for name, one in ours.items():
            found += differences(one, theirs.get(name), f"{path}.{name}" if path else str(name))
        return found
    if isinstance(ours, list) and isinstance(theirs, list):
        found = []
        if len(ours) != len(theirs):
            found.append(f"{path}（{len(theirs)} 项，应为 {len(ours)} 项）")
        for n, (mine, its) in enumerate(zip(ours, theirs, strict=False)):
            found += differences(mine, its, f"{path}[{n}]")
        return found
    same = ours == theirs or (ours in ("", [], {}) and theirs is None)
    return [] if same else [path]
