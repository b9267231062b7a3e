"""Requests are gathered and cut, and none of them can tell."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_cx.api.gather import SHARE, TURN_TOKENS, Gather, tokens
from nlp_cx.errors import BusyError, UnavailableError
from nlp_cx.meters import Meters
from nlp_cx.records import Comment

TEXTS = ("giao hàng chậm quá", "nhân viên nhiệt tình", "giá rẻ", "the app crashes", "")


def comments(*texts: str) -> list[Comment]:
    return [Comment(id=str(number), text=text) for number, text in enumerate(texts, 1)]


@pytest.fixture
def gather(live):
    gather = Gather(live, Meters(), limit=10_000)
    yield gather
    gather.close()


@pytest.fixture
def held(live):
    """A gatherer whose model is busy until the fixture's event is set."""
    release, taken = threading.Event(), threading.Barrier(live.turns.slots + 1)

    def hold():
        with live.turns.take("now"):
            taken.wait()
            release.wait()

    holders = [threading.Thread(target=hold) for _ in range(live.turns.slots)]
    for holder in holders:
        holder.start()
    taken.wait()
    meters = Meters()
    gather = Gather(live, meters, limit=50)
    yield gather, meters, release
    release.set()
    gather.close()
    for holder in holders:
        holder.join()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(TEXTS), max_size=3 * SHARE), min_size=1, max_size=8))
def test_gathered_requests_get_what_they_would_get_alone(live, gather, requests):
    """Each request gets its own comments' analyses, in order, whoever else asks."""
    asked = [comments(*texts) for texts in requests]

    async def ask_together():
        return await asyncio.gather(*(gather.analyze(each) for each in asked))

    answers = asyncio.run(ask_together())

    alone = [live.analyzer()(each) for each in asked]
    assert [[(a.id, a.text, a.sentiment.label) for a in answer] for answer in answers] == [
        [(a.id, a.text, a.sentiment.label) for a in answer] for answer in alone
    ]


def test_many_small_requests_go_through_the_model_together(held):
    """While the model is busy, forty requests of one comment gather; then they take fewer turns than forty."""
    gather, meters, release = held

    async def ask():
        asked = [asyncio.ensure_future(gather.analyze(comments(TEXTS[number % 4]))) for number in range(40)]
        await asyncio.sleep(0.05)
        release.set()
        return await asyncio.gather(*asked)

    answers = asyncio.run(ask())

    turns = meters.registry.get_sample_value("nlp_cx_gathered_comments_count")
    assert len(answers) == 40
    assert meters.registry.get_sample_value("nlp_cx_gathered_comments_sum") == 40
    assert turns <= 2 * gather._live.turns.slots + 1  # each thread had taken one comment already


def test_a_large_request_does_not_hold_up_a_small_one(gather):
    """Ten comments that come after a thousand are answered before them."""
    order = []

    async def ask(name, count):
        await gather.analyze(comments(*(TEXTS[number % 4] for number in range(count))))
        order.append(name)

    async def ask_both():
        large = asyncio.ensure_future(ask("large", 1000))
        await asyncio.sleep(0)
        await asyncio.gather(large, ask("small", 10))

    asyncio.run(ask_both())

    assert order == ["small", "large"]


def test_a_full_queue_says_when_to_come_back(held):
    """Beyond the limit nothing is queued; a request that meets an empty queue is let in whatever its size."""
    gather, _, release = held
    slots = gather._live.turns.slots

    async def ask():
        first = [asyncio.ensure_future(gather.analyze(comments("x" * 4 * TURN_TOKENS))) for _ in range(slots)]
        await asyncio.sleep(0.05)
        large = asyncio.ensure_future(gather.analyze(comments(*["giá rẻ"] * 500)))
        await asyncio.sleep(0.05)
        with pytest.raises(BusyError, match="500 comments wait already") as caught:
            await gather.analyze(comments("giá rẻ"))
        release.set()
        return caught.value.retry_after, [len(answer) for answer in await asyncio.gather(*first, large)]

    retry_after, lengths = asyncio.run(ask())

    assert retry_after > 0
    assert lengths == [1] * slots + [500]


def test_a_caller_who_left_costs_nothing(held):
    """What nobody waits for any more is not analysed."""
    gather, meters, release = held
    slots = gather._live.turns.slots

    async def ask():
        first = [asyncio.ensure_future(gather.analyze(comments("x" * 4 * TURN_TOKENS))) for _ in range(slots)]
        await asyncio.sleep(0.05)
        left = asyncio.ensure_future(gather.analyze(comments(*["giá rẻ"] * 500)))
        await asyncio.sleep(0.05)
        left.cancel()
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(*first)

    asyncio.run(ask())
    gather.close()

    assert meters.registry.get_sample_value("nlp_cx_gathered_comments_sum") == slots
    assert meters.registry.get_sample_value("nlp_cx_queue_comments") == 0


def test_a_stopped_gatherer_finishes_what_waits_and_takes_no_more(live):
    """close() returns when all is answered; after it, callers are told to go elsewhere."""
    gather = Gather(live, Meters(), limit=10)

    async def ask():
        waiting = asyncio.ensure_future(gather.analyze(comments(*["giá rẻ"] * 300)))
        await asyncio.sleep(0)
        await asyncio.to_thread(gather.close)
        with pytest.raises(UnavailableError):
            await gather.analyze(comments("giá rẻ"))
        return await waiting

    assert len(asyncio.run(ask())) == 300


def test_no_comments_are_no_work(gather):
    """An empty request is answered at once."""
    assert list(asyncio.run(gather.analyze([]))) == []


@given(st.text(max_size=50_000))
def test_the_guess_of_tokens_is_bounded(text):
    """However long a comment is, it counts like what is read of it."""
    assert 8 <= tokens(Comment(id="1", text=text)) <= 2048
