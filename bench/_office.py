"""An office's ledger of a size, for the benches of the desk: cases, reports, verdicts, counts."""

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, insert, select
from world import MONDAY, World

from domain.plan import Plan
from domain.types import Counts, Level, State
from ledger import schema
from tingxue import dailies

OPEN_SHARE = 0.15
HOT_EVERY = 20
"""Of so many mentions one is a post whose counts a person should see again."""
STATES = (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)


def fill(world: World, plan: Plan, cases: int, mentions: int) -> None:
    """So many cases, three departments and three reports each; a part of them is open. What is in
    no case is no complaint. The days are counted, as ``tingxue watch`` keeps them."""
    world.say(1, ["taxi_refusal"], text="第一条", counts=Counts(likes=100))
    with world.app.ledger.write() as books:
        db = books.connection
        mention, verdict, counts, case, owed, event = (
            dict(db.execute(select(table)).mappings().first() or {})
            for table in (
                schema.mentions, schema.verdicts, schema.sightings, schema.cases,
                schema.obligations, schema.events,
            )
        )  # fmt: skip
        every = range(max(mentions, 3 * cases))
        apart = len(every) // (3 * cases)
        rows: list[tuple[Table, list[dict[str, Any]]]] = [
            (schema.mentions, [_mention(mention, n) for n in every]),
            (schema.verdicts, [_verdict(verdict, n, n % apart) for n in every]),
            (schema.sightings, [_counts(counts, n) for n in every if n % HOT_EVERY == 0]),
            *_cases(plan, case, owed, event, cases, apart),
        ]
        for table, some in rows:
            for start in range(0, len(some), 5_000):
                db.execute(insert(table), some[start : start + 5_000])
    dailies.keep_all(world.app)


def _mention(like: dict[str, Any], n: int) -> dict[str, Any]:
    seen = MONDAY - timedelta(minutes=n)
    return like | {
        "mention_id": f"{n:024x}", "native_id": f"n{n}", "first_seen_at": seen,
        "url": f"https://posts.example/{n}", "kind": "post",
        "counted_at": None if n % HOT_EVERY else seen,
    }  # fmt: skip


def _verdict(like: dict[str, Any], n: int, other: int) -> dict[str, Any]:
    """Of every other mention that is in no case: no complaint."""
    return like | {"mention_id": f"{n:024x}"} | ({"complaints": []} if other else {})


def _counts(like: dict[str, Any], n: int) -> dict[str, Any]:
    return like | {"mention_id": f"{n:024x}", "seen_at": MONDAY - timedelta(minutes=n)}


def _cases(
    plan: Plan, case: dict[str, Any], owed: dict[str, Any], event: dict[str, Any], count: int,
    apart: int,
) -> list[tuple[Table, list[dict[str, Any]]]]:  # fmt: skip
    chance, names, codes = Random(1), list(plan.departments), list(plan.categories)
    rows: dict[str, list[dict[str, Any]]] = {"cases": [], "owed": [], "members": [], "events": []}
    for n in range(count):
        opened = MONDAY - timedelta(minutes=15 * n)
        state = str(chance.choice(STATES) if n < count * OPEN_SHARE else State.CLOSED)
        about = {"case_id": f"LHS-20260101-{n:05d}"}
        rows["cases"].append(case | about | {
            "categories": [chance.choice(codes)], "place": chance.choice(plan.places).name,
            "level": str(chance.choice(list(Level))), "status": state, "opened_at": opened,
            "version": 1,
        })  # fmt: skip
        for position, name in enumerate(chance.sample(names, 3)):
            rows["owed"].append(owed | about | {
                "department": name, "position": position, "status": state,
                "duty": "support" if position else "lead",
                "ack_due": opened + timedelta(minutes=30), "acknowledged_at": opened,
                "replied_at": opened if state in (State.IN_REVIEW, State.CLOSED) else None,
                "reply_due": opened + timedelta(hours=48),
            })  # fmt: skip
        rows["members"] += [
            about | {"mention_id": f"{(3 * n + k) * apart:024x}", "position": k} for k in range(3)
        ]
        rows["events"].append(event | about)
    tables = (schema.cases, schema.obligations, schema.case_mentions, schema.events)
    return list(zip(tables, rows.values(), strict=True))
