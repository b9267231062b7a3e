"""Comments with analyses, made up in one line; for tests of what is done with them."""

from __future__ import annotations

from nlp_cx.records import POLARITIES, Analysis, Comment, Language, Score, Sentiment, Span, ThemeMention


def analysed(
    name="1", text="Giao hàng chậm", *, label="negative", sure=0.9, themes=None, nps=None, language="vi",
    model="2026.1", taxonomy="1", none=False, complaint=None, suggestion=0.0, mixed=False, review=False, **comment,
):  # fmt: skip
    """Make a comment and what was read in it; `themes` maps ids to judgements."""
    rest = (1 - sure) / 2
    judged = dict.fromkeys(POLARITIES, 1 / 3) if none else {one: sure if one == label else rest for one in POLARITIES}
    scores = comment.pop("scores", () if nps is None else (Score(metric="nps", value=nps, min=0, max=10),))
    mentions = tuple(
        ThemeMention(theme=theme, sentiment=how, confidence=0.9,
                     spans=(Span(start=0, end=len(text), text=text),) if text else ())
        for theme, how in (themes or {}).items()
    )  # fmt: skip
    analysis = Analysis(
        id=name, language=Language(code=language, confidence=0.9), sentiment=Sentiment(label=label, scores=judged),
        mixed=mixed, themes=mentions, none=none, suggestion=suggestion,
        complaint=(label == "negative") * 0.9 if complaint is None else complaint,
        needs_review=review, truncated=False, text=text, redactions=(), model=model,
        taxonomy=taxonomy,
    )  # fmt: skip
    return Comment(id=name, text=text, scores=scores, **comment), analysis
