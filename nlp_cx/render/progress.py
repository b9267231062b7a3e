"""How far a run is: comments done, comments per second, time left."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from nlp_cx.render.terminal import number
from nlp_cx.words import Tongue, say


class _Speed(ProgressColumn):
    """Comments per second."""

    def __init__(self, lang: Tongue) -> None:
        super().__init__()
        self._lang: Tongue = lang

    def render(self, task: Task) -> Text:
        """Show the speed, once there is one."""
        speed = task.finished_speed or task.speed
        return Text(say("print.speed", self._lang, speed=number(speed, self._lang)) if speed else "")


class _Done(ProgressColumn):
    """Comments done, of how many."""

    def __init__(self, lang: Tongue) -> None:
        super().__init__()
        self._lang: Tongue = lang

    def render(self, task: Task) -> Text:
        """Show the counts."""
        total = f" / {number(task.total, self._lang)}" if task.total else ""
        return Text(say("print.done", self._lang, done=f"{number(task.completed, self._lang)}{total}"))


def progress_bar(console: Console, lang: Tongue, *, hidden: bool = False) -> Progress:
    """Make the bar: comments done, comments per second, time left; it goes away when all is done.

    Args:
        console: On standard error; one that is no terminal gets no bar.
        lang: Language of its words.
        hidden: Whether to show nothing at all.
    """
    return Progress(
        TextColumn(say("print.reading", lang)), BarColumn(), _Done(lang), _Speed(lang), TimeRemainingColumn(),
        console=console, transient=True, disable=hidden or not console.is_terminal,
    )  # fmt: skip
