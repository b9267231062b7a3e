"""Which answers belong to one questionnaire."""

from __future__ import annotations

from nlp_cx.records import Comment


def response_key(comment: Comment) -> tuple[object, ...] | None:
    """Name the questionnaire of a comment: its row, or its respondent and date.

    Args:
        comment: An answer to an open question.

    Returns:
        The same for comments that may belong together; None if it cannot be known to have other answers.
    """
    if comment.question and comment.id.endswith(f"/{comment.question}"):
        return "row", comment.id[: -len(comment.question) - 1]
    if comment.question and comment.respondent_id:
        return "respondent", comment.respondent_id, comment.created_at
    return None
