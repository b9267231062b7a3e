"""Cut examples in two: copies and one person's answers on one side, themes and sentiments in the same shares on both.

Which rows belong together is told here and in training.feedback; how groups are dealt out, in training.split
(iterative stratification, Sechidis and others 2011). Neither iterative-stratification 0.1.9 nor scikit-multilearn 0.2.0
keeps groups whole, and the latter has had no release since 2018.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from training.data import Example, fingerprint
from training.feedback import group
from training.split import hold_out, label_matrix


def split(
    examples: Sequence[Example], *, share: float, seed: int = 0, groups: Sequence[Hashable | None] | None = None
) -> tuple[list[int], list[int]]:
    """Cut examples into a part to learn from and a part held out.

    Args:
        examples: Rows; copies of a text (training.data.fingerprint) are never torn.
        share: Wanted share of rows held out, 0 to 1; a group that cannot be torn may make it miss a little.
        seed: Decides ties; the same rows and seed give the same cut.
        groups: What else belongs together, as the respondent of each row; None for a row of nobody's.

    Returns:
        Positions of the rows to learn from and of those held out, each in order; together every position once.

    Raises:
        ValueError: If `share` is not between 0 and 1, or `groups` has another length than `examples`.

    Examples:
        >>> rows = [Example(id=str(n), text=f"comment {n % 5}", language="en", source="s", split="train")
        ...         for n in range(10)]
        >>> split(rows, share=0.4, seed=3)
        ([0, 2, 4, 5, 7, 9], [1, 3, 6, 8])
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}, it must be between 0 and 1")
    people = [None] * len(examples) if groups is None else [None if one is None else repr(one) for one in groups]
    if len(people) != len(examples):
        raise ValueError(f"{len(people)} groups for {len(examples)} examples")
    if not examples:
        return [], []
    together = group([fingerprint(example.text) for example in examples], people)
    held = hold_out(label_matrix(examples), together, share=share, seed=seed)
    return [int(at) for at in np.flatnonzero(~held)], [int(at) for at in np.flatnonzero(held)]
