"""Decides whether a text speaks of this resort, and says why.

A text that names no place of ours and points nowhere else is ours only by where it was found:
under the resort's own channel, under a post that names a place of ours, or on the hotline. Else it
is "undetermined": not relevant, but searchable.
"""

from typing import NamedTuple

from domain.types import Context, Kind
from nlp.normalise import normalise
from nlp.places import Found, Gazetteer
from nlp.rulebook import any_elsewhere, elsewhere_rules


class Relevance(NamedTuple):
    """``reason`` as in domain.types.Verdict; ``places`` are those the text itself names."""

    relevant: bool
    reason: str
    places: tuple[str, ...]


def judge(text: str, context: Context, kind: Kind, gazetteer: Gazetteer) -> Relevance:
    """Relevance of a normalised text found in ``context``."""
    found = gazetteer.find(text)
    relevant, reason = _decide(text, found, context, kind, gazetteer)
    return Relevance(relevant=relevant, reason=reason, places=found.ours)


def _decide(
    text: str, found: Found, context: Context, kind: Kind, gazetteer: Gazetteer
) -> tuple[bool, str]:
    in_zone = [name for name in found.ours if name not in found.hubs]
    away = "" if in_zone else _elsewhere(text, found)
    if away:
        return False, away
    if context.own_channel:
        return True, "own_channel"
    if found.ours:
        return True, f"place:{(in_zone or list(found.ours))[0]}"
    parent = gazetteer.find(normalise(context.parent_text).text) if context.parent_text else None
    if parent and parent.ours:
        return True, f"parent:{parent.ours[0]}"
    if context.source_kind == "hotline" or kind is Kind.CALL:
        return True, "hotline"
    return False, "undetermined"


def _elsewhere(text: str, found: Found) -> str:
    """ "lookalike:<name>" or "elsewhere:<name>" when the text is set in another place, else ""."""
    named = _named_elsewhere(text)
    if found.others:
        compares = elsewhere_rules()["here"].search(text) and not named
        return "" if compares else f"lookalike:{found.others[0]}"
    if named and not elsewhere_rules()["here"].search(text):
        return f"elsewhere:{named}"
    return ""


def _named_elsewhere(text: str) -> str:
    """The first other place that is neither the writer's home nor a comparison."""
    if not any_elsewhere().search(text):
        return ""
    rules = elsewhere_rules()
    for hit in rules["elsewhere"].finditer(text):
        before = text[max(0, hit.start() - 6) : hit.start()]
        after = text[hit.end() : hit.end() + 6]
        if rules["origin_before"].search(before) or rules["origin_after"].match(after):
            continue
        return hit.group()
    return ""
