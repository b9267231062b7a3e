"""The roles of survey columns, under their earlier name: they live in `nlp_cx.ingest`."""

from nlp_cx.ingest.columns import ColumnPlan, ColumnRole, Overrides
from nlp_cx.ingest.scales import ScoreColumn, parse_score

__all__ = ["ColumnPlan", "ColumnRole", "Overrides", "ScoreColumn", "parse_score"]
