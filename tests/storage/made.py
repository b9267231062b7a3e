"""Comments made up for tests of the store."""

from __future__ import annotations

from nlp_cx.records import Analysis, Comment, Language, Score, Sentiment, Span, ThemeMention

EQUAL = {"negative": 1 / 3, "neutral": 1 / 3, "positive": 1 / 3}


def nps(value):
    """An answer to "how likely are you to recommend us"."""
    return Score(metric="nps", value=value, min=0, max=10)


def made(id, text="giao hàng chậm", *, themes=None, tone="negative", sure=0.9, raw=None, **given):
    """A comment, what was read in it, and its raw text; by default one that blames delivery."""
    of_analysis = {
        name: given.pop(name)
        for name in ("mixed", "none", "complaint", "suggestion", "needs_review", "truncated", "model")
        if name in given
    }
    code = given.pop("code", "vi")
    unsupported = given.pop("unsupported", False)
    mentions = ({"delivery": tone} if text.strip() else {}) if themes is None else themes
    rest = (1 - sure) / 2
    probabilities = EQUAL if unsupported else {"negative": rest, "neutral": rest, "positive": rest} | {tone: sure}
    analysis = Analysis(
        id=id,
        language=Language(code=code, confidence=0.95),
        sentiment=Sentiment(label=tone, scores=probabilities),
        themes=tuple(
            ThemeMention(theme=theme, sentiment=judged, confidence=sure, spans=(Span(start=0, end=4, text=text[:4]),))
            for theme, judged in mentions.items()
        ),
        text=text,
        redactions=(),
        taxonomy="1",
        **{
            "mixed": {"negative", "positive"} <= set(mentions.values()),
            "none": not text.strip(),
            "complaint": 0.8 if tone == "negative" else 0.1,
            "suggestion": 0.1,
            "needs_review": False,
            "truncated": False,
            "model": "m1",
        }
        | of_analysis,
    )
    return Comment(id=id, text=text, **given), analysis, raw
