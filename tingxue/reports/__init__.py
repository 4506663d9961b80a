"""Daily and weekly papers from plain facts.

``make`` writes the files; ``figures_of`` only counts.
"""

from tingxue.reports.edition import MadeReport, file_stem, make
from tingxue.reports.figure import Facts, Figure, Figures
from tingxue.reports.figures import figures_of

__all__ = ["Facts", "Figure", "Figures", "MadeReport", "figures_of", "file_stem", "make"]
