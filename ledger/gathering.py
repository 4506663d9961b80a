"""Many cases at once: three questions for five hundred of them, where one by one each asks three.

A case that was read or written in its present version before is not read again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, select

from domain.types import Case, Obligation
from ledger import schema
from ledger.caserows import OWED, to_case, to_obligation
from ledger.folds import Folds
from ledger.rows import chunks

_C, _O, _IN = schema.cases.c, schema.obligations.c, schema.case_mentions.c
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_VERSIONS = select(_C.case_id, _C.version).where(_C.case_id.in_(_IDS))
_CASES = select(schema.cases).where(_C.case_id.in_(_IDS))
_MEMBERS = (
    select(_IN.case_id, _IN.mention_id)
    .where(_IN.case_id.in_(_IDS))
    .order_by(_IN.case_id, _IN.position)
)
_OWED = select(*OWED).where(_O.case_id.in_(_IDS)).order_by(_O.case_id, _O.position)


def gathered(db: Connection, folds: Folds, case_ids: Iterable[str]) -> Iterator[Case]:
    """Those of the cases that exist, as they stand, in no order."""
    for part in chunks(list(case_ids)):
        unread = []
        for case_id, version in db.execute(_VERSIONS, {"ids": part}):
            case = folds.get(case_id, version)
            if case is None:
                unread.append(case_id)
            else:
                yield case
        if unread:
            yield from _read(db, unread)


def _read(db: Connection, case_ids: Sequence[str]) -> Iterator[Case]:
    members: dict[str, list[str]] = defaultdict(list)
    for case_id, mention_id in db.execute(_MEMBERS, {"ids": case_ids}):
        members[case_id].append(mention_id)
    owed: dict[str, list[Obligation]] = defaultdict(list)
    for row in db.execute(_OWED, {"ids": case_ids}):
        obligation = to_obligation(row)
        owed[obligation.case_id].append(obligation)
    for one in db.execute(_CASES, {"ids": case_ids}).mappings():
        case_id = one["case_id"]
        yield to_case(one, tuple(members[case_id]), tuple(owed[case_id]))
