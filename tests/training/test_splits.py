"""A cut keeps copies and one person's answers on one side, and the labels' shares on both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data import ABSENT, NEGATIVE, THEMES, Example, fingerprint
from training.splits import split


def row(text: str, *, themes: tuple[int, ...] = (), sentiment: int = -1) -> Example:
    codes = tuple(NEGATIVE if number in themes else ABSENT for number in range(len(THEMES)))
    return Example(
        id=text, text=text, language="vi", source="s", split="train", themes=codes, sentiment=sentiment
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 4)), max_size=60),
    st.floats(0, 1),
    st.integers(0, 9),
)
def test_every_row_is_on_one_side_and_no_group_is_torn(drawn, share, seed):
    """Whatever the rows: a partition, copies together, one respondent's answers together, the same again by seed."""
    rows = [row(f"comment number {'abcdefghijklm'[text]}") for text, _ in drawn]
    people = [person for _, person in drawn]

    learnt, held = split(rows, share=share, seed=seed, groups=people)

    assert sorted(learnt + held) == list(range(len(rows)))
    assert not {fingerprint(rows[at].text) for at in learnt} & {fingerprint(rows[at].text) for at in held}
    assert not {people[at] for at in learnt if people[at] is not None} & {people[at] for at in held}
    assert (learnt, held) == split(rows, share=share, seed=seed, groups=people)


def test_a_copy_ties_two_people_together():
    """Lan and Minh wrote the same words once, so all that both wrote stays on one side."""
    rows = [row("giao hàng chậm"), row("Giao hàng chậm!!"), row("đắt quá trời"), row("nhân viên dễ thương")]

    learnt, held = split(rows, share=0.25, seed=0, groups=["lan", "minh", "minh", None])

    assert (learnt, held) == ([0, 1, 2], [3])


def test_rare_themes_keep_their_share_on_both_sides():
    """A quarter of 40 mentions, of 8 and of 4 is held out, which a blind draw would miss."""
    words = [
        f"{'abcdefghijklmnopqrstuvwxyz'[n % 26]}{'abcdefghijklmnopqrstuvwxyz'[n // 26]} comment" for n in range(200)
    ]
    rows = [
        row(word, themes=tuple(theme for theme, count in enumerate((40, 8, 4)) if n < count), sentiment=n % 3)
        for n, word in enumerate(words)
    ]

    _, held = split(rows, share=0.25, seed=1)

    mentions = np.array([rows[at].themes for at in held])[:, :3] > ABSENT
    assert mentions.sum(axis=0).tolist() == [10, 2, 1]
    assert len(held) == 50


@pytest.mark.parametrize(("share", "groups"), [(-0.1, None), (1.1, None), (0.5, ["lan", "minh"])])
def test_a_cut_that_makes_no_sense_is_refused(share, groups):
    """A share beyond 0 and 1, or groups for other rows."""
    with pytest.raises(ValueError, match=r"share|groups"):
        split([row("một dòng")], share=share, seed=0, groups=groups)
