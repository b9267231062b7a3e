"""The whole path of a comment on one page: redact, language, normalise, encode, classify, decide.

>>> from nlp_cx import Analyzer
>>> (analysis,) = Analyzer.load()(["Giao hàng chậm nhưng nhân viên dễ thương"])
>>> sorted((mention.theme, mention.sentiment) for mention in analysis.themes)
[('delivery', 'negative'), ('staff', 'positive')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from nlp_cx.alignment import Aligned
from nlp_cx.artifacts import ModelFolder, open_model
from nlp_cx.classify import Classifier, OpenVinoClassifier, TorchClassifier
from nlp_cx.decide import Calibration, Decision, decide
from nlp_cx.encode import WINDOW, Encoder
from nlp_cx.language import detect
from nlp_cx.normalise import NORMALISER, normalise
from nlp_cx.records import (
    POLARITIES,
    Analysis,
    Comment,
    Encoded,
    Language,
    Prediction,
    Redaction,
    Sentiment,
    Span,
    ThemeMention,
)
from nlp_cx.redact import Redactor
from nlp_cx.tokenise import join_syllables

CHUNK = 2048
"""Comments in flight at once: enough to sort by length, few enough to keep memory flat."""
UNSUPPORTED_CONFIDENCE = 0.6
"""From here on a text counts as written in a language the model does not know."""
_UNDECIDED = Sentiment(label="neutral", scores=dict.fromkeys(POLARITIES, 1 / 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A chunk of comments on its way to the transformer."""

    comments: Sequence[Comment]
    aligned: Sequence[Aligned]
    redactions: Sequence[tuple[Redaction, ...]]
    languages: Sequence[Language]
    redacted: Sequence[str]
    windows: Sequence[Encoded]
    truncated: Sequence[bool]


def make_encoder(folder: ModelFolder) -> Encoder:
    """Make the encoder that a model folder asks for: its tokenizer, its window, segmented words or not."""
    segment = join_syllables if folder.manifest.get("segmentation") == "underthesea" else None
    return Encoder(folder.tokenizer, window=folder.manifest.get("window", WINDOW), segment=segment)


class Analyzer:
    """Reads comments: sentiment, themes, evidence, complaint, suggestion, language; personal data taken out."""

    def __init__(self, folder: ModelFolder, classifier: Classifier, *, redactor: Redactor | None = None) -> None:
        """Put the parts together; `load` is the usual way.

        Args:
            folder: A checked model folder.
            classifier: What runs its transformer.
            redactor: What takes personal data out; the default kinds when None.
        """
        self.folder = folder
        self._classifier = classifier
        self._redact = redactor or Redactor()
        self._encoder = make_encoder(folder)
        self._calibration = Calibration.from_manifest(folder.manifest["calibration"])
        self._themes: Sequence[str] = folder.manifest["themes"]
        self._taxonomy = str(folder.manifest["taxonomy"])

    @classmethod
    def load(
        cls, model: str | Path | None = None, *, device: str = "cpu", redactor: Redactor | None = None
    ) -> Analyzer:
        """Load a model and everything around it.

        Args:
            model: A version or the path of a model folder; the default model when None.
            device: "cpu" runs OpenVINO; anything else is a torch device such as "cuda" and needs the `gpu` extra.
            redactor: What takes personal data out; the default kinds when None.

        Returns:
            An analyzer, ready to call.

        Raises:
            ModelNotFoundError: If there is no such model.
            ModelMismatchError: If the parts of its folder disagree with each other or with this version.
            MissingExtraError: If the device needs an extra that is not installed.
        """
        folder = open_model(model, normaliser=NORMALISER)
        classifier: Classifier = (
            OpenVinoClassifier(folder) if device == "cpu" else TorchClassifier(folder, device=device)
        )
        return cls(folder, classifier, redactor=redactor)

    def __call__(self, comments: Sequence[str | Comment]) -> list[Analysis]:
        """Analyse comments at once.

        Args:
            comments: Texts, or comments with question, language and the rest.

        Returns:
            One analysis per comment, in their order; texts get their position as id, from "1".
        """
        records = (
            Comment(id=str(number), text=comment) if isinstance(comment, str) else comment
            for number, comment in enumerate(comments, 1)
        )
        return [analysis for _, analysis in self.stream(records)]

    def stream(self, comments: Iterable[Comment], *, chunk: int = CHUNK) -> Iterator[tuple[Comment, Analysis]]:
        """Analyse any number of comments in flat memory.

        While decisions are taken on one chunk, the transformer works on the next and the one after is prepared.

        Args:
            comments: Read as they are needed, in another thread.
            chunk: Comments handled at once.

        Yields:
            Each comment with its analysis, in the order they came.
        """
        source = iter(comments)
        with ThreadPoolExecutor(1, "prepare") as preparing, ThreadPoolExecutor(1, "predict") as predicting:
            coming = predicting.submit(self._predict, preparing.submit(self._prepare_next, source, chunk))
            behind = preparing.submit(self._prepare_next, source, chunk)
            while True:
                prepared, predictions = coming.result()
                if not prepared.comments:
                    return
                coming = predicting.submit(self._predict, behind)
                behind = preparing.submit(self._prepare_next, source, chunk)
                yield from zip(prepared.comments, self._analyses(prepared, predictions), strict=True)

    def _predict(self, coming: Future[_Prepared]) -> tuple[_Prepared, list[Prediction]]:
        """Wait for a chunk and run the transformer on it."""
        prepared = coming.result()
        return prepared, self._classifier.predict(prepared.windows)

    def _prepare_next(self, source: Iterator[Comment], chunk: int) -> _Prepared:
        """Take the next chunk off the source and bring it to token ids."""
        comments = list(islice(source, chunk))
        pairs = [self._redact(Aligned.of(comment.text)) for comment in comments]
        aligned = [normalise(redacted) for redacted, _ in pairs]
        windows, truncated = self._encoder.encode(
            [item.text for item in aligned], [comment.question for comment in comments]
        )
        return _Prepared(
            comments=comments,
            aligned=aligned,
            redactions=[redactions for _, redactions in pairs],
            languages=[
                Language(code=comment.language, confidence=1.0) if comment.language else detect(comment.text)
                for comment in comments
            ],
            redacted=[redacted.text for redacted, _ in pairs],
            windows=windows,
            truncated=truncated,
        )

    def _analyses(self, prepared: _Prepared, predictions: Sequence[Prediction]) -> Iterator[Analysis]:
        """Decide on each comment of a chunk."""
        at = 0
        for number in range(len(prepared.comments)):
            end = at
            while end < len(prepared.windows) and prepared.windows[end].comment == number:
                end += 1
            decision = decide(prepared.windows[at:end], predictions[at:end], self._calibration)
            yield self._analysis(prepared, number, decision)
            at = end

    def _analysis(self, prepared: _Prepared, number: int, decision: Decision) -> Analysis:
        """Put one comment's record together; what cannot be read gets no forced label."""
        comment, language, aligned = prepared.comments[number], prepared.languages[number], prepared.aligned[number]
        redactions = prepared.redactions[number]
        empty = not any(letter.isalnum() or letter == "[" for letter in aligned.text)
        foreign = language.code == "other" and language.confidence >= UNSUPPORTED_CONFIDENCE and not empty
        unread = empty or foreign
        mentions = () if unread else tuple(
            ThemeMention(
                theme=self._themes[theme],
                sentiment=polarity,
                confidence=probability,
                spans=tuple(_span(comment.text, aligned, stretch, redactions) for stretch in stretches),
            )
            for theme, polarity, probability, stretches in decision.themes
        )  # fmt: skip
        judged = {mention.sentiment for mention in mentions}
        return Analysis(
            id=comment.id,
            language=language,
            sentiment=_UNDECIDED if unread else decision.sentiment,
            mixed={"negative", "positive"} <= judged,
            themes=mentions,
            none=empty or (decision.none and not foreign),
            complaint=0.0 if unread else decision.complaint,
            suggestion=0.0 if unread else decision.suggestion,
            needs_review=foreign or (decision.uncertain and not empty),
            truncated=prepared.truncated[number],
            text=prepared.redacted[number],
            redactions=redactions,
            model=self.folder.version,
            taxonomy=self._taxonomy,
        )


def _span(source: str, aligned: Aligned, stretch: tuple[int, int], redactions: Sequence[Redaction]) -> Span:
    """Map evidence back to the text as sent; personal data inside it is shown as its placeholder."""
    start, end = aligned.source_span(*stretch)
    pieces, read = [], start
    for redaction in redactions:
        if redaction.start < end and redaction.end > start:
            pieces += [source[read : max(read, redaction.start)], f"[{redaction.kind.upper()}]"]
            read = min(end, redaction.end)
    return Span(start=start, end=end, text="".join([*pieces, source[read:end]]))
