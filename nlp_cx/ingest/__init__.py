"""Survey files of many kinds, read row by row into comments; what cannot be read keeps its row number and a reason.

    file -`formats`, `encoding`-> `delimited` | `workbook` | `calamine` | `json_lines` | `parquet`
         -`sheets`, `header`, `fields`-> Table -`columns`: suggest-> ColumnPlan -`comments`-> Comment | Rejected

What a cell means is read by `scales` (scores), `dates` and `lexicon` (the words of `columns.toml`). Memory stays flat
as files grow: rows are read in blocks, and of the ids only 8 bytes each are kept.

    >>> from nlp_cx.ingest import open_survey
    >>> survey = open_survey("survey.csv")                                     # doctest: +SKIP
    >>> for row in survey.rows(): ...                                          # doctest: +SKIP
"""

from nlp_cx.ingest.columns import ColumnPlan, ColumnRole, Overrides
from nlp_cx.ingest.comments import MAX_TEXT
from nlp_cx.ingest.rejected import Rejected
from nlp_cx.ingest.scales import ScoreColumn, parse_score
from nlp_cx.ingest.survey import Survey, open_survey, open_tables

__all__ = [
    "MAX_TEXT",
    "ColumnPlan",
    "ColumnRole",
    "Overrides",
    "Rejected",
    "ScoreColumn",
    "Survey",
    "open_survey",
    "open_tables",
    "parse_score",
]
