"""What the office has said of its papers and its backups; a part of ``domain.plan.Plan``."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRule:
    """warn_days: how old the last backup may be before the doctor complains; 0: another program
    makes them, and nobody complains."""

    warn_days: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSpec:
    """What stands on every paper beside its content. signing: the names of an empty line to sign
    on (拟稿, 审核, 签发), () for none. mark: words above the title (内部资料), "" for none. pdf:
    whether LibreOffice makes a PDF beside each Word file. to: receivers of the daily and weekly
    papers, () for nobody, at day_at and on Mondays at week_at (Changchun); attach_mb: most of one
    mail's files together, MB."""

    signing: tuple[str, ...] = ()
    mark: str = ""
    pdf: bool = False
    to: tuple[str, ...] = ()
    day_at: time = time(8, 40)
    week_at: time = time(8, 40)
    attach_mb: int = 5
