"""The checks of places.yaml: one word may not stand for two places, ours or not ours.

Words are compared as a reader sees them: NFKC, without spaces, in lower case.
"""

import unicodedata
from collections.abc import Iterator
from itertools import chain

from config.files import Files
from config.models import LookalikeEntry
from domain.errors import ConfigError

FILE = "places.yaml"


def check_places(files: Files) -> Iterator[ConfigError]:
    """Everything wrong among places and lookalikes."""
    return chain(
        _one_owner(files), _strong_words(files), _belongs(files), _search(files), _lookalikes(files)
    )


def same(word: str) -> str:
    """The word as it is compared."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def _words(files: Files) -> Iterator[tuple[tuple[str | int, ...], str, int]]:
    """(path, word, number of the place) of every name and alias of ours."""
    for place, entry in enumerate(files.places.places):
        yield ("places", place, "name"), entry.name, place
        for key in ("aliases", "weak_aliases"):
            for number, word in enumerate(getattr(entry, key)):
                yield ("places", place, key, number), word, place


def _ours(files: Files) -> dict[str, int]:
    """Each word of ours as it is compared, and the first place that has it."""
    found: dict[str, int] = {}
    for _, word, place in _words(files):
        found.setdefault(same(word), place)
    return found


def _one_owner(files: Files) -> Iterator[ConfigError]:
    seen: set[str] = set()
    owner = _ours(files)
    for where, word, _ in _words(files):
        if same(word) in seen:
            name = files.places.places[owner[same(word)]].name
            yield files.error(FILE, *where, reason=f"「{word}」已经是「{name}」的叫法")
        seen.add(same(word))


def _strong_words(files: Files) -> Iterator[ConfigError]:
    shared = {same(entry.word) for entry in files.places.lookalikes if entry.word}
    for where, word, _ in _words(files):
        if where[2] == "aliases" and same(word) in shared:
            reason = f"「{word}」与别处同名（见 lookalikes），应放在 weak_aliases 里"
            yield files.error(FILE, *where, reason=reason)


def _belongs(files: Files) -> Iterator[ConfigError]:
    towns = {entry.name for entry in files.places.places if entry.kind == "town"}
    departments = files.department_names()
    for place, entry in enumerate(files.places.places):
        if entry.operator and entry.operator not in departments:
            reason = f"departments.yaml 里没有「{entry.operator}」这个部门"
            yield files.error(FILE, "places", place, "operator", reason=reason)
        if not entry.operator and entry.kind != "hub":
            reason = "缺少运营单位；只有区外的枢纽（hub）可以不写"
            yield files.error(FILE, "places", place, "operator", reason=reason)
        if entry.town and entry.town not in towns:
            reason = f"places 里没有「{entry.town}」这个乡镇"
            yield files.error(FILE, "places", place, "town", reason=reason)


def _search(files: Files) -> Iterator[ConfigError]:
    """A rule that finds nothing, or that finds the other places of that name."""
    shared = {same(entry.word) for entry in files.places.lookalikes if entry.word}
    for place, entry in enumerate(files.places.places):
        for number, rule in enumerate(entry.search):
            where: tuple[str | int, ...] = ("places", place, "search", number)
            if not rule.must and not rule.any:
                reason = "must 和 any 至少写一样，否则不知道搜什么"
                yield files.error(FILE, *where, reason=reason)
            if alone := [w for w in rule.any if same(w) in shared and not rule.must]:
                reason = f"「{alone[0]}」与别处同名（见 lookalikes），must 里要有长春、滑雪这样的词"
                yield files.error(FILE, *where, "any", reason=reason)
            asked = [same(word) for word in (*rule.must, *rule.any)]
            for at, word in enumerate(rule.exclude):
                if any(same(word) in one for one in asked):
                    reason = f"「{word}」同时是要找的词，这样什么也搜不到"
                    yield files.error(FILE, *where, "exclude", at, reason=reason)


def _lookalikes(files: Files) -> Iterator[ConfigError]:
    ours = _ours(files)
    seen: set[str] = set()
    for place, entry in enumerate(files.places.lookalikes):
        if entry.name in seen:
            reason = f"「{entry.name}」写了两次"
            yield files.error(FILE, "lookalikes", place, "name", reason=reason)
        seen.add(entry.name)
        for number, word in enumerate(entry.names):
            if same(word) in ours:
                reason = f"「{word}」是我们自己的地点"
                yield files.error(FILE, "lookalikes", place, "names", number, reason=reason)
        yield from _shared_word(files, place, entry, ours)


def _shared_word(
    files: Files, place: int, entry: LookalikeEntry, ours: dict[str, int]
) -> Iterator[ConfigError]:
    if entry.word and same(entry.word) not in ours:
        reason = f"「{entry.word}」不是我们任何地点的叫法，谈不上共有"
        yield files.error(FILE, "lookalikes", place, "word", reason=reason)
    if entry.word and not entry.near:
        reason = "有共有的词就必须写 near，否则分不清是哪一处"
        yield files.error(FILE, "lookalikes", place, "near", reason=reason)
    if not entry.word and not entry.names:
        reason = "没有共有的词，就必须写 names"
        yield files.error(FILE, "lookalikes", place, "names", reason=reason)
