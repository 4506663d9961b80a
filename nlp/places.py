"""Finds our places in a text by name and alias, and tells them from places that share a name.

A look-alike vetoes only the hit it stands beside: in "不是番禺那个莲花山，是长春的莲花山" the first
莲花山 is another hill and the second is ours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.plan import Lookalike, Place, Plan

# How far, in characters, a look-alike's word may stand from the shared name, on either side.
_BEFORE, _AFTER = 8, 8
# Between the two, these say that the writer merely comes from there.
_ORIGIN = re.compile(
    r"人|飞|到|来|出发|游客|开车|自驾|朋友|老乡|→|-|长春|东北|吉林|去|的同事|妈|宝宝"
)
_OURS = re.compile(r"(?:是|在)?(?:我们|咱们?)?(?:东北|吉林|长春)(?:的|那个|这个|市)?$")
_NOT_THAT = re.compile(r"^[^。!?;\n]{0,8}?(?:是|去的是)(?:咱们?|我们)?(?:东北|吉林|长春)")
_PRODUCT = re.compile(r"^(?:风|野生|人参|蓝莓|牌|味|同款|特产|矿泉|铁锅|的?(?:木耳|松子|菌))")
_SUFFIX = re.compile(r"(?:镇|乡|机场)$")
_COMPOUND = re.compile(r"^(?:的?(?:生态旅游度假区)?的?)(?:长春)?(?:冰雪)?新天地")


class Found(NamedTuple):
    """``ours``: canonical names in the order of first mention. ``others``: look-alikes and
    competitors named. ``hubs``: those of ``ours`` that lie outside the zone (the airport)."""

    ours: tuple[str, ...]
    others: tuple[str, ...]
    hubs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """The plan's places and look-alikes, compiled."""

    names: dict[str, Place]
    pattern: re.Pattern[str]
    others: dict[str, str]
    others_pattern: re.Pattern[str]
    lookalikes: tuple[Lookalike, ...]

    def find(self, text: str) -> Found:
        """The places a normalised text names."""
        others, visible = [], text
        for hit in self.others_pattern.finditer(text):
            start, end = hit.span()
            visible = visible[:start] + "\0" * (end - start) + visible[end:]
            if not _PRODUCT.match(text[end : end + 4]):
                others.append(self.others[hit.group()])
        ours: list[str] = []
        hubs: set[str] = set()
        for hit in self.pattern.finditer(visible):
            twin = self._twin(visible, hit)
            if twin:
                others.append(twin)
                continue
            place = self.names[hit.group()]
            if not self._part_of_next(visible, hit, place):
                ours.append(place.name)
                hubs.update({place.name} if place.kind == "hub" else ())
        return Found(
            ours=tuple(dict.fromkeys(ours)),
            others=tuple(dict.fromkeys(others)),
            hubs=frozenset(hubs),
        )

    def _twin(self, text: str, hit: re.Match[str]) -> str:
        """The look-alike this hit is, or ""."""
        before = text[max(0, hit.start() - _BEFORE) : hit.start()]
        after = text[hit.end() : hit.end() + _AFTER]
        if _OURS.search(before) or _NOT_THAT.match(after):
            return ""
        for twin in self.lookalikes:
            if twin.word and twin.word in hit.group() and _beside(twin.near, before, after):
                return twin.name
        return ""

    def _part_of_next(self, text: str, hit: re.Match[str], place: Place) -> bool:
        """ "莲花山冰雪新天地" names the park only."""
        return place.kind == "zone" and bool(_COMPOUND.match(text[hit.end() : hit.end() + 16]))


def gazetteer(plan: Plan) -> Gazetteer:
    """Compiles the plan's places. Longer names win over the shorter ones they contain."""
    names = {short: place for place in plan.places for short in _short_names(place)}
    names |= {plain(name): place for place in plan.places for name in (place.name, *place.aliases)}
    others = {plain(name): one.name for one in plan.lookalikes for name in one.names if name}
    for name in [name for name in others if name in names]:
        del others[name]
    return Gazetteer(
        names=names,
        pattern=_either(names),
        others=others,
        others_pattern=_either(others),
        lookalikes=plan.lookalikes,
    )


def _short_names(place: Place) -> list[str]:
    """People say 泉眼 and 龙嘉 for 泉眼镇 and 龙嘉机场. Not 四家 for 四家乡: "four houses"."""
    if place.kind not in {"town", "hub"}:
        return []
    short = _SUFFIX.sub("", plain(place.name))
    return [] if len(short) < 2 or short[0] in "一二两三四五六七八九十" else [short]


def plain(name: str) -> str:
    """A configured name in the form of a normalised text."""
    return name.strip().lower().replace("（", "(").replace("）", ")")


def _beside(near: tuple[str, ...], before: str, after: str) -> bool:
    for word in near:
        at = before.rfind(word)
        if at >= 0 and not _cut_off(before[at + len(word) :]):
            return True
        at = after.find(word)
        if at >= 0 and not _cut_off(after[:at]):
            return True
    return False


def _cut_off(between: str) -> bool:
    return bool(_ORIGIN.search(between) or re.search(r"[。!?;\n,]", between))


def _either(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
