"""Reads a mention and says what it is: the steps in order, one module each.

    1 normalise    one plain form, with the way back        4 sentiment   the author's attitude
    2 relevance    ours or not, and why (places)            5 complaints  tags with evidence
    3 stance       how the author stands to it              6 urgency     by consequence

Rules do 1 to 3 and say what they find for 4 to 6; learned models (nlp/learned.py) weigh that with
what they know themselves, and nlp/verdicts.py decides. Evidence offsets are characters of
`document(mention)`, which is what a screen must underline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.plan import Plan
from domain.ports import Analyser
from domain.types import Mention, Verdict
from nlp import complaints, learned, relevance, stance, urgency
from nlp.clauses import clauses, sentences
from nlp.complaints import Hit
from nlp.gate import opened
from nlp.learned import Inputs
from nlp.ngrams import reading_clauses
from nlp.normalise import Normal, normalise
from nlp.places import Gazetteer, gazetteer
from nlp.relevance import Relevance
from nlp.rulebook import complaint_rules
from nlp.sentiment import Scorer, scorer
from nlp.signs import rule_rows, signs
from nlp.stance import Reading
from nlp.verdicts import decide

RULES_VERSION = "rules-2"
BATCH = 256


def document(mention: Mention) -> str:
    """The text that is analysed, and that evidence offsets count in: the mention's text, preceded
    by its title and a line break unless the text already begins with the title (or there is none).
    """
    if not mention.title or mention.text.startswith(mention.title):
        return mention.text
    return f"{mention.title}\n{mention.text}"


class Prepared(NamedTuple):
    """A mention after the rules have read it. ``hits``: by category, also muted ones.
    ``deadly``: why a life is at risk now, or ""."""

    words: str
    normal: Normal
    about: Relevance
    reading: Reading
    hits: dict[str, list[Hit]]
    deadly: str
    inputs: Inputs


def prepare(mention: Mention, places: Gazetteer) -> Prepared:
    """What the rules find. Reads the first normalise.READ_LIMIT characters."""
    return prepare_many([mention], places)[0]


def prepare_many(mentions: Sequence[Mention], places: Gazetteer) -> list[Prepared]:
    """What the rules find in each. Step by step over all, for what a step needs stays in the
    processor's caches then: text by text a whole batch takes an eighth longer."""
    words = [document(one) for one in mentions]
    normals = [normalise(one) for one in words]
    texts = [one.text for one in normals]
    abouts = [
        relevance.judge(text, one.context, one.kind, places)
        for text, one in zip(texts, mentions, strict=True)
    ]
    parts = [clauses(text) for text in texts]
    ables = [opened(text) for text in texts]
    readings = [
        stance.read(text, one.platform, one.kind, own, able)
        for text, one, own, able in zip(texts, mentions, parts, ables, strict=True)
    ]
    hits = [
        complaints.find(text, sentences(text), reading, able)
        for text, reading, able in zip(texts, readings, ables, strict=True)
    ]
    codes = tuple(complaint_rules())
    inputs = [
        Inputs(
            text=text,
            parts=reading_clauses(own),
            rules=rule_rows(found, reading, codes, about.relevant),
            signs=signs(text, own, reading, one.platform, one.kind, about, able),
        )
        for one, text, about, own, able, reading, found in zip(
            mentions, texts, abouts, parts, ables, readings, hits, strict=True
        )
    ]
    deadly = [
        urgency.life_at_risk(text, reading, able)
        for text, reading, able in zip(texts, readings, ables, strict=True)
    ]
    return list(map(Prepared, words, normals, abouts, readings, hits, deadly, inputs))


@dataclass(frozen=True, slots=True, kw_only=True)
class LayeredAnalyser:
    """domain.ports.Analyser by rules and models. Many at once are much cheaper than one by one.
    Rules and weights load when the first text is read: most commands read none."""

    sentiment: str
    gazetteer: Gazetteer
    scorer: Scorer | None

    @property
    def version(self) -> str:
        """Of rules, weights and scorer."""
        return f"{RULES_VERSION}+{learned.shipped().version}+{self.sentiment}"

    def analyse(self, mention: Mention, scored_at: datetime) -> Verdict:
        """The verdict on one mention. Never raises for what a text holds."""
        return self.analyse_many([mention], scored_at)[0]

    def analyse_many(self, mentions: Sequence[Mention], scored_at: datetime) -> list[Verdict]:
        """One verdict a mention, in order; the same as one by one."""
        model, version, verdicts = learned.shipped(), self.version, []
        for start in range(0, len(mentions), BATCH):
            batch = mentions[start : start + BATCH]
            prepared = prepare_many(batch, self.gazetteer)
            answers = model.read([one.inputs for one in prepared])
            for mention, one, answer in zip(batch, prepared, answers, strict=True):
                number = self.scorer(one.normal.text) if self.scorer else None
                verdict = decide(one, answer, model.limits, number)
                verdicts.append(
                    Verdict(
                        mention_id=mention.mention_id,
                        relevant=one.about.relevant,
                        reason=one.about.reason,
                        places=one.about.places,
                        stance=verdict.stance,
                        sentiment=verdict.sentiment,
                        polarity=verdict.polarity,
                        complaints=verdict.complaints,
                        urgency=verdict.urgency,
                        version=version,
                        scored_at=scored_at,
                    )
                )
        return verdicts


def build(plan: Plan) -> Analyser:
    """The analyser for a plan. Raises PluginError for a ``plan.sentiment`` that is no scorer."""
    number = scorer(plan.sentiment)
    return LayeredAnalyser(sentiment=plan.sentiment, gazetteer=gazetteer(plan), scorer=number)
