"""All comments of a survey, summed up: builder <- quotes, terms <- passages <- a sample of fixed size."""

from nlp_cx.summarise.builder import SummaryBuilder
from nlp_cx.summarise.summary import Month, Summary, ThemeSummary

__all__ = ["Month", "Summary", "SummaryBuilder", "ThemeSummary"]
