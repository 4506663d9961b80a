"""What the rules read of a text's consequence: never how loud it is, only what happened.

Red needs no complaint category: a lost child is nobody's complaint, and still cannot wait.
"""

from collections.abc import Sequence

from nlp.gate import Opened
from nlp.rulebook import Rule
from nlp.stance import SILENCES, Reading, points


def life_at_risk(text: str, reading: Reading, opened: Opened) -> str:
    """Why a life is in danger or a crowd out of hand, told as happening and not as drill or
    hearsay; "" if it is not."""
    able = opened["urgency"]
    if reading.stance in SILENCES and points(text, able.get("now", ())) < 1:
        return ""
    return found(text, able.get("red", ()), reading)


def found(text: str, rules: Sequence[Rule], reading: Reading) -> str:
    """The reason of the first rule that holds outside muted clauses, or ""."""
    for rule in rules:
        if not rule.anywhere.search(text):
            continue
        for hit in rule.when.finditer(text):
            sentence = _sentence_of(text, hit.start(), hit.end())
            if rule.unless and rule.unless.search(sentence):
                continue
            if not reading.mutes(hit.start(), hit.end()):
                return rule.why
    return ""


def _sentence_of(text: str, start: int, end: int) -> str:
    first = max(text.rfind(mark, 0, start) for mark in "。!?;\n") + 1
    ends = [at for mark in "。!?;\n" if (at := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]
