"""How urgent a text is, by the consequence it tells of, never by how loud it is.

Red needs no complaint category: a lost child is nobody's complaint, and still cannot wait. Yellow
is the rule for a complaint; blue is a small one inside a kind text, a joke or a suggestion.
"""

from domain.types import Polarity, Urgency
from nlp.clauses import Span
from nlp.rulebook import Rule, urgency_rules
from nlp.stance import SILENCES, Reading, points


def judge(text: str, clauses: list[Span], reading: Reading, complains: bool,
          polarity: Polarity) -> Urgency:  # fmt: skip
    """Urgency of a relevant normalised text."""
    rules = urgency_rules()
    if reading.stance not in SILENCES or points(text, rules["now"]) >= 1:
        if _found(text, rules["red"], reading):
            return Urgency.RED
        if complains and _found(text, rules["orange"], reading):
            return Urgency.ORANGE
    if not complains:
        return Urgency.NONE
    kind = polarity is not Polarity.NEGATIVE
    mild = points(text, rules["mild"]) + (1 if kind else 0) - points(text, rules["serious"])
    return Urgency.BLUE if mild >= 1 else Urgency.YELLOW


def _found(text: str, rules: tuple[Rule, ...], reading: Reading) -> bool:
    for rule in rules:
        for hit in rule.when.finditer(text):
            sentence = _sentence_of(text, hit.start(), hit.end())
            if rule.unless and rule.unless.search(sentence):
                continue
            if not reading.mutes(hit.start(), hit.end()):
                return True
    return False


def _sentence_of(text: str, start: int, end: int) -> str:
    first = max(text.rfind(mark, 0, start) for mark in "。!?;\n") + 1
    ends = [at for mark in "。!?;\n" if (at := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]
