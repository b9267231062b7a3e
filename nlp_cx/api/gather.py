"""Gathers what many requests want analysed at the same time into common batches, and cuts what one wants much of.

Requests queue up; each turn takes a small share from each of them in their order, up to so many tokens, so that ten
comments never wait for a thousand. The model runs in threads of its own, as many as it computes side by side.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from nlp_cx.errors import BusyError, UnavailableError
from nlp_cx.live import Live
from nlp_cx.logs import places
from nlp_cx.meters import Meters
from nlp_cx.records import Analysis, Comment

TURN_TOKENS = 1024
"""About so many tokens go through the model together."""
SHARE = 16
"""Comments that one request may have in a turn before the next request is asked."""
_LONGEST = 2048
"""Tokens that are read of a comment at most, about."""
_SPEED = 15_000.0
"""Tokens a second, for the first guess of how long a queue takes."""

_log = structlog.get_logger("nlp_cx.gather")


def tokens(comment: Comment) -> int:
    """Guess how many tokens a comment has.

    Examples:
        >>> tokens(Comment(id="1", text="Giao hàng chậm")), tokens(Comment(id="1", text="x" * 1_000_000))
        (11, 2048)
    """
    return min(8 + len(comment.text) // 4, _LONGEST)


@dataclass(eq=False, slots=True)
class _Ask:
    """What one request wants, and how far it is."""

    comments: Sequence[Comment]
    done: Callable[[Sequence[Analysis | None]], None]
    since: float = field(default_factory=time.monotonic)
    taken: int = 0
    left: int = 0
    results: list[Analysis | None] = field(default_factory=list)
    dropped: bool = False


@dataclass(slots=True)
class _Turn:
    """What goes through the model together: comments, and where each came from."""

    comments: list[Comment] = field(default_factory=list)
    origins: list[tuple[_Ask, int]] = field(default_factory=list)
    tokens: int = 0


class Gather:
    """Analyses comments for many requests at once."""

    def __init__(self, live: Live, meters: Meters, *, limit: int) -> None:
        """Start the threads.

        Args:
            live: The live model.
            meters: What is counted.
            limit: Comments that may wait; what comes on top is refused.
        """
        self._live, self._meters, self._limit = live, meters, limit
        self._asks: deque[_Ask] = deque()
        self._waiting = self._waiting_tokens = 0
        self._speed = _SPEED
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"gather-{number}", daemon=True)
            for number in range(live.turns.slots)
        ]
        for thread in self._threads:
            thread.start()

    async def analyze(self, comments: Sequence[Comment]) -> Sequence[Analysis | None]:
        """Analyse the comments of one request.

        Args:
            comments: Any number; ids may repeat.

        Returns:
            An analysis per comment, in their order; None for one that broke something, which the log tells.

        Raises:
            BusyError: If too many comments wait already.
            UnavailableError: If the service is stopping.
        """
        if not comments:
            return []
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[Analysis | None]] = loop.create_future()

        def finish(results: Sequence[Analysis | None]) -> None:
            if not future.done():
                future.set_result(results)

        ask = _Ask(comments, lambda results: _call_soon(loop, finish, results))
        self._enter(ask)
        try:
            return await future
        finally:
            ask.dropped = True  # nobody waits any more, if it was not done

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _enter(self, ask: _Ask) -> None:
        """Queue up, if there is room; a request is let in whole when nobody waits."""
        ask.left = len(ask.comments)
        ask.results = [None] * ask.left
        wanted = sum(map(tokens, ask.comments))
        with self._changed:
            if self._stopping:
                raise UnavailableError("the service is stopping; try again in a moment")
            if self._waiting and self._waiting + ask.left > self._limit:
                raise BusyError(
                    f"{self._waiting} comments wait already and no more than {self._limit} may: try again later, "
                    "or send large amounts as a batch",
                    retry_after=(self._waiting_tokens + wanted) / self._speed,
                )
            self._asks.append(ask)
            self._wait(ask.left, wanted)
            self._changed.notify()

    def _wait(self, comments: int, tokens: int) -> None:
        """Count what waits."""
        self._waiting += comments
        self._waiting_tokens += tokens
        self._meters.waiting.set(self._waiting)

    def _work(self) -> None:
        """Take turns until told to stop and nothing waits."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asks or self._stopping)
                if not self._asks:
                    return
                turn = self._next()
            if turn.comments:
                self._answer(turn)

    def _next(self) -> _Turn:
        """Put a turn together: a share of each request, round and round, until it is full."""
        turn, now = _Turn(), time.monotonic()
        while self._asks and turn.tokens < TURN_TOKENS:
            ask = self._asks.popleft()
            if ask.dropped:
                rest = ask.comments[ask.taken :]
                self._wait(-len(rest), -sum(map(tokens, rest)))
                continue
            if not ask.taken:
                self._meters.delay.observe(now - ask.since)
            start, before = ask.taken, turn.tokens
            while ask.taken < min(start + SHARE, len(ask.comments)) and turn.tokens < TURN_TOKENS:
                turn.comments.append(ask.comments[ask.taken])
                turn.origins.append((ask, ask.taken))
                turn.tokens += tokens(ask.comments[ask.taken])
                ask.taken += 1
            self._wait(start - ask.taken, before - turn.tokens)
            if ask.taken < len(ask.comments):
                self._asks.append(ask)
        return turn

    def _answer(self, turn: _Turn) -> None:
        """Run the model and hand out what it says; a comment that breaks it costs no other its answer."""
        started = time.perf_counter()
        self._meters.gathered.observe(len(turn.comments))
        try:
            results: Sequence[Analysis | None] = self._live.analyzer("now")(turn.comments)
        except Exception:  # noqa: BLE001  # whatever it is, requests must not hang; each is tried alone
            results = [self._alone(comment) for comment in turn.comments]
        self._meters.count((result for result in results if result is not None), "now")
        seconds = time.perf_counter() - started
        with self._changed:
            self._speed = 0.9 * self._speed + 0.1 * len(self._threads) * turn.tokens / max(seconds, 1e-3)
            finished = []
            for (ask, position), result in zip(turn.origins, results, strict=True):
                ask.results[position] = result
                ask.left -= 1
                if not ask.left:
                    finished.append(ask)
        for ask in finished:
            ask.done(ask.results)

    def _alone(self, comment: Comment) -> Analysis | None:
        """Analyse one comment by itself; None if it is what breaks things."""
        try:
            return self._live.analyzer("now")([comment])[0]
        except Exception as error:  # noqa: BLE001  # told in the log, answered as an error of its own
            _log.error("comment_failed", characters=len(comment.text), **places(error))
            self._meters.failed.labels("internal").inc()
            return None


def _call_soon(
    loop: asyncio.AbstractEventLoop,
    finish: Callable[[Sequence[Analysis | None]], None],
    results: Sequence[Analysis | None],
) -> None:
    """Answer in the loop of the request, if it still runs."""
    try:
        loop.call_soon_threadsafe(finish, results)
    except RuntimeError:  # the loop was closed: nobody is there to be answered
        _log.info("answer_dropped", comments=len(results))
