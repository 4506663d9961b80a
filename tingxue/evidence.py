"""The evidence pack of one case: a zip that proves itself with python3 alone, wherever it is.

Texts are masked; the originals go in only through the door (``tingxue.door``), with its rules. No
author goes in, a pseudonym neither. What the pack's own hashes cannot show (that all of it was
made anew) the ledger can: the pack's sha256 and the end of the chain stand in the audit.
"""

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from domain.actions import RULES, SYSTEM_ACTIONS
from domain.casefold import broken_at
from domain.errors import InputError, LedgerError
from domain.times import on_screen, shanghai
from domain.types import Actor, Case, CaseEvent, Mention
from ledger.books import Books
from tingxue import casejson, disk, door, evidence_check, pictures
from tingxue.app import App, check_open
from tingxue.names import DELIVERIES

_HERE = Path(__file__).parent
_README = """{case_id} 证据材料（内部资料，注意保存）

index.html        给人看的全文：反映、部门、经过、通知
case.json         案件和每一条经过，带校验链
mentions.json     反映：文字（{words}）、链接、时间、每次看到的数量、判读
deliveries.json   发给谁、何时送达{pictures}
SHA256SUMS        每个文件的 SHA-256
verify.py         核对程序，不联网，不写任何文件

核对（任何装有 Python 3 的电脑，先解压到一个空文件夹）：

    python3 verify.py

它核对每个文件与清单是否一致，逐条核对经过的校验链。整包重做的人也能重做清单；要证明这一包就是当时制作的，
请与听雪台账核对：审计（案件 {case_id} 的 case-pack）里记有整个压缩包的 SHA-256 和下面这个值。

链末校验值 {chain_head}
"""


def pack(app: App, case_id: str, into: Path, actor: Actor, reason: str = "") -> Path:
    """Write the pack into a folder; its path. ``reason``: with the originals, and the screenshots
    that were taken of them. On record. Raises
    NoSuchCase, NotPermitted, or LedgerError where the case's chain does not hold."""
    check_open(app)
    originals = door.originals(app, case_id, actor, reason) if reason else []
    now = app.clock()
    with app.ledger.read() as books:
        case, events = books.cases.get(case_id), books.cases.events(case_id)
        if (broken := broken_at(events)) is not None:
            raise LedgerError(
                f"案件 {case_id} 第 {broken} 条经过与校验链不符，不能作证据；请先查明"
            )
        told = [
            asdict(line) | {"state_name": DELIVERIES.get(line.state, line.state)}
            for line in books.worklists.told(case_id)
        ]
        mentions = [_mention(app, books, one) for one in books.mentions.many(case.mention_ids)]
    said = _case(app, case, events, now, actor)
    shown = pictures.of(app.home, case.mention_ids) if reason else []
    files = _files(said, mentions, told, [asdict(one) for one in originals], shown)
    target = into / f"{case_id}-{shanghai(now):%Y%m%d-%H%M%S}.zip"
    _write(target, files, now)
    whole = hashlib.sha256(target.read_bytes()).hexdigest()
    with app.ledger.write() as books:
        subject = f"{case_id}{' 含原文' if reason else ''}"
        subject += f"、截图 {len(shown)} 张" if shown else ""
        says = f"证据材料，sha256 {whole}，链末 {said['chain_head']}"
        books.audit.write(now, actor, "case-pack", subject, says)
    return target


def _case(
    app: App, case: Case, events: Sequence[CaseEvent], now: datetime, actor: Actor
) -> dict[str, Any]:
    return {
        **asdict(case),
        "categories": [app.plan.categories[c].name if c in app.plan.categories else c
                       for c in case.categories],
        "drill": app.ledger.drill,
        "made_at": now,
        "made_by": actor.name,
        "events": [_event(one) for one in events],
        "chain_head": events[-1].hash,
    }  # fmt: skip


def _event(one: CaseEvent) -> dict[str, Any]:
    """With the moment as the chain's hash has it."""
    rule = RULES.get(one.action)
    return {
        "case_id": one.case_id, "no": one.no, "at": one.at.isoformat(), "actor": one.actor.name,
        "role": one.actor.role, "actor_department": one.actor.department, "action": one.action,
        "department": one.department, "from_state": one.from_state, "to_state": one.to_state,
        "note": one.note, "data": one.data, "prev_hash": one.prev_hash, "hash": one.hash,
        "action_name": rule.name if rule else SYSTEM_ACTIONS.get(one.action, one.action),
    }  # fmt: skip


def _mention(app: App, books: Books, one: Mention) -> dict[str, Any]:
    verdict = books.mentions.verdicts([one.mention_id]).get(one.mention_id)
    seen = books.mentions.sightings(one.mention_id)
    return {
        "mention_id": one.mention_id, "platform": one.platform,
        "platform_name": app.plan.platform_names.get(one.platform, one.platform),
        "kind": one.kind, "native_id": one.native_id, "title": one.title, "text": one.text,
        "url": one.url, "published_at": one.published_at, "first_seen_at": one.first_seen_at,
        "sightings": [{"seen_at": s.seen_at, "source": s.source, **asdict(s.counts)} for s in seen],
        "verdict": asdict(verdict) if verdict else None,
    }  # fmt: skip


def _files(
    case: Mapping[str, Any], mentions: Sequence[Mapping[str, Any]],
    deliveries: Sequence[Mapping[str, Any]], originals: Sequence[Mapping[str, Any]],
    shown: Sequence[pictures.Kept],
) -> dict[str, bytes]:  # fmt: skip
    words = "个人信息已遮挡；原文在 originals.json" if originals else "个人信息已遮挡"
    screens = {f"pictures/{one.jpeg.name}": one for one in shown}
    lists = (
        "\npictures.json     截图：何时、哪一页、哪些反映；图在 pictures，未脱敏" if shown else ""
    )
    texts = {
        "README.txt": _README.format_map({**case, "words": words, "pictures": lists}),
        "index.html": _page(case, mentions, deliveries, originals, screens),
        "case.json": _json(case),
        "mentions.json": _json(mentions),
        "deliveries.json": _json(deliveries),
        **({"originals.json": _json(originals)} if originals else {}),
        **({"pictures.json": _json(list(map(_shown, screens.items())))} if screens else {}),
        "verify.py": Path(evidence_check.__file__).read_text("utf-8"),
    }
    files = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    files |= {name: one.jpeg.read_bytes() for name, one in screens.items()}
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return {**files, evidence_check.SUMS: "".join(sums).encode()}


def _shown(named: tuple[str, pictures.Kept]) -> dict[str, Any]:
    name, one = named
    return {"file": name, "taken_at": one.taken_at, "url": one.url, "source": one.source,
            "sha256_when_taken": one.sha256, "mention_ids": one.mention_ids}  # fmt: skip


def _page(
    case: Mapping[str, Any], mentions: Sequence[Mapping[str, Any]],
    deliveries: Sequence[Mapping[str, Any]], originals: Sequence[Mapping[str, Any]],
    screens: Mapping[str, pictures.Kept],
) -> str:  # fmt: skip
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["at"] = _at
    environment.filters["count"] = lambda n: "—" if n is None else str(n)
    page = environment.from_string((_HERE / "evidence.html").read_text("utf-8"))
    return page.render(
        case=case,
        mentions=mentions,
        deliveries=deliveries,
        originals=bool(originals),
        screens=screens,
    )


def _at(moment: datetime | str | None) -> str:
    if moment is None:
        return "—"
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{shanghai(at).year}年{on_screen(at)}"


def _json(value: object) -> str:
    return casejson.written(value, indent=1) + "\n"


def _write(target: Path, files: Mapping[str, bytes], now: datetime) -> None:
    draft = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with draft.open("wb") as out:
            draft.chmod(0o600)
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
                for name, data in files.items():
                    info = zipfile.ZipInfo(name, shanghai(now).timetuple()[:6])
                    info.external_attr = 0o600 << 16
                    bundle.writestr(info, data, zipfile.ZIP_DEFLATED)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
        disk.sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"{target} 写不进去（{error.strerror}）；请检查路径和权限") from error
    finally:
        draft.unlink(missing_ok=True)
