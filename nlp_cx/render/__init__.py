"""What a person reads in the terminal, in English or Vietnamese."""

from nlp_cx.render.columns import show_columns
from nlp_cx.render.models import show_comparison, show_history, show_models, show_quality, show_verdict
from nlp_cx.render.progress import progress_bar
from nlp_cx.render.summary import show_summary
from nlp_cx.render.terminal import make_console

__all__ = [
    "make_console",
    "progress_bar",
    "show_columns",
    "show_comparison",
    "show_history",
    "show_models",
    "show_quality",
    "show_summary",
    "show_verdict",
]
