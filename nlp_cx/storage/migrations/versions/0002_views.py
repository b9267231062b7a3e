"""Make the views that BI tools read; on PostgreSQL each column carries its description."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

VIEWS = {
    "v_comments": """
        SELECT w.name AS workspace, c.id AS comment_id, b.id AS batch_id, c.created_on, c.created_at, c.saved_at,
               c.respondent_id, c.question, c.touchpoint, c.stage, c.language, c.standing,
               CASE WHEN c.standing = 'judged' THEN c.sentiment END AS sentiment,
               c.mixed, c.complaint, c.suggestion, c.needs_review, c.truncated, c.fixed IS NOT NULL AS human,
               c.text, c.model, c.taxonomy
        FROM comments c JOIN workspaces w ON w.number = c.workspace LEFT JOIN batches b ON b.number = c.batch
    """,
    "v_mentions": """
        SELECT w.name AS workspace, c.id AS comment_id, c.created_on, c.language, c.touchpoint, c.stage,
               m.theme, m.sentiment, m.confidence, c.fixed IS NOT NULL AS human, c.model, c.taxonomy
        FROM mentions m JOIN comments c ON c.place = m.comment JOIN workspaces w ON w.number = c.workspace
    """,
    "v_scores": """
        SELECT w.name AS workspace, c.id AS comment_id, c.created_on, c.language, c.touchpoint, c.stage,
               s.metric, s.value, s.min, s.max, s.direction
        FROM scores s JOIN comments c ON c.place = s.comment JOIN workspaces w ON w.number = c.workspace
    """,
    "v_segments": """
        SELECT w.name AS workspace, c.id AS comment_id, s.name, s.value
        FROM segments s JOIN comments c ON c.place = s.comment JOIN workspaces w ON w.number = c.workspace
    """,
    "v_theme_daily": """
        SELECT w.name AS workspace, d.day, d.language, d.theme, d.comments AS mentions, d.negative, d.neutral,
               d.positive, a.comments AS comments
        FROM daily d
        JOIN daily a ON a.workspace = d.workspace AND a.day = d.day AND a.language = d.language AND a.theme = ''
        JOIN workspaces w ON w.number = d.workspace
        WHERE d.theme <> ''
    """,
    "v_daily": """
        SELECT w.name AS workspace, d.day, d.language, d.comments, d.negative, d.neutral, d.positive
        FROM daily d JOIN workspaces w ON w.number = d.workspace
        WHERE d.theme = ''
    """,
}
_SHARED = {
    "workspace": "Workspace the comment belongs to",
    "comment_id": "Id of the comment within the workspace, as it was sent",
    "created_on": "Day the comment was written, by the clock of who sent it; empty if unknown",
    "language": "Language of the text: vi, en, mixed or other",
    "touchpoint": "Touchpoint as sent",
    "stage": "Journey stage as sent",
    "human": "Whether a person corrected the comment",
    "model": "Version of the model that read the comment",
    "taxonomy": "Version of the taxonomy of themes",
    "day": "Day the comments were written; those without a date are left out",
    "theme": "Id of the theme",
    "negative": "Of them, judged negative",
    "neutral": "Of them, judged neutral",
    "positive": "Of them, judged positive",
}
COLUMNS = {
    "v_comments": _SHARED
    | {
        "batch_id": "Batch that brought the comment; empty if it was analysed at once",
        "created_at": "Moment the comment was written as sent, ISO 8601",
        "saved_at": "Moment it was last kept, UTC",
        "respondent_id": "Respondent as sent",
        "question": "Survey question it answers",
        "standing": "judged; none: says nothing; unsupported: a language that is not read; blank: no text",
        "sentiment": "Overall judgement; empty unless standing is judged",
        "mixed": "Whether it praises one theme and blames another",
        "complaint": "Probability that it is a complaint",
        "suggestion": "Probability that it proposes a change",
        "needs_review": "Whether the model is unsure",
        "truncated": "Whether the text was too long to be read whole",
        "text": "The text, personal data taken out",
    },
    "v_mentions": _SHARED
    | {
        "sentiment": "How the comment judges the theme",
        "confidence": "Probability of the mention; 1 if a person says it",
    },
    "v_scores": _SHARED
    | {
        "metric": "nps, csat, ces, stars or another name",
        "value": "What was ticked",
        "min": "Lower end of the scale",
        "max": "Upper end of the scale",
        "direction": "higher_is_better or lower_is_better",
    },
    "v_segments": _SHARED | {"name": "Name of the segment", "value": "Its value"},
    "v_theme_daily": _SHARED
    | {
        "mentions": "Comments that mention the theme",
        "comments": "All comments with text of the same day and language: what shares are shares of",
    },
    "v_daily": _SHARED | {"comments": "Comments with text"},
}
"""View -> column -> what it holds; shared columns that a view does not have are of no account."""


def upgrade() -> None:
    """Make them."""
    connection = op.get_bind()
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
        if connection.dialect.name == "postgresql":
            for column in sa.inspect(connection).get_columns(name):
                text = COLUMNS[name][column["name"]].replace("'", "''")
                op.execute(f"COMMENT ON COLUMN {name}.{column['name']} IS '{text}'")
