"""Read a text as serving does before it is cut into tokens: personal data out, then the normaliser.

A model has to meet `[URL]` and `[PHONE]` while it learns, for it never sees what stood there.
"""

from __future__ import annotations

from nlp_cx.alignment import Aligned
from nlp_cx.normalise import normalise
from nlp_cx.redact import Redactor

_redact = Redactor()


def as_served(text: Aligned) -> Aligned:
    """Take personal data out and normalise.

    Args:
        text: As a customer wrote it; edits are kept in the alignment.

    Returns:
        What the encoder gets, aligned to the source text.
    """
    redacted, _ = _redact(text)
    return normalise(redacted)
