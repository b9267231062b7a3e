"""Old rows beside new ones."""

from __future__ import annotations

from training.data import fingerprint, load_authored
from training.replay import gather


def test_what_ships_with_the_code_is_replayed_without_what_must_be_kept_out():
    """Without a data folder the authored comments are drawn from; a text that is held out is not among them."""
    authored = load_authored()
    kept_out = fingerprint(authored[0].text)

    replay = gather({"authored": 1.0}, data=None, keep_out={kept_out}, most=10_000)

    assert set(replay.pools) == {"authored"}
    assert replay.wanted == {"authored": 1.0}
    assert {one.id for one in replay.pools["authored"]} == {
        one.id for one in authored if fingerprint(one.text) != kept_out
    }
    assert replay.dev == ()
