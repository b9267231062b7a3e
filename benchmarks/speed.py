"""How fast a survey file is analysed on this machine, by stage, and beside what a user would pick instead.

Texts are the example surveys' comments, repeated with small changes to 10,000 rows. The rival is
`transformers.pipeline` around a model of PhoBERT-base's shape (12 layers x 768, random weights: speed does not depend
on their values), which gives one label a comment and nothing else.

Run: make bench, or python benchmarks/speed.py [--rows 10000]
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from nlp_cx import Analyzer
from nlp_cx.alignment import Aligned
from nlp_cx.artifacts import open_model
from nlp_cx.batch import analyze_file
from nlp_cx.classify import OpenVinoClassifier
from nlp_cx.decide import Calibration, decide
from nlp_cx.encode import Encoder
from nlp_cx.ingest import open_survey
from nlp_cx.language import detect
from nlp_cx.normalise import normalise
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor

EXAMPLES = Path(__file__).parent.parent / "examples"
RIVAL_ROWS = 128


def texts(rows: int) -> list[str]:
    """Comments of the example surveys, repeated; a number makes each row differ."""
    surveys = [open_survey(path) for path in sorted(EXAMPLES.glob("*.[cx][sl][vs]*"))]
    found = [row.text for survey in surveys for row in survey.rows() if isinstance(row, Comment) and row.text]
    return [f"{found[number % len(found)]} {number}" for number in range(rows)]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Run once; give the result and the seconds."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def stages(comments: list[str]) -> list[tuple[str, float]]:
    """Seconds of each stage alone, over all comments."""
    folder = open_model()
    redactor, encoder, classifier = Redactor(), Encoder(folder.tokenizer), OpenVinoClassifier(folder)
    detect("xin chào")
    redacted, redacting = timed(lambda: [redactor(Aligned.of(text))[0] for text in comments])
    _, detecting = timed(lambda: [detect(text) for text in comments])
    normal, normalising = timed(lambda: [normalise(item) for item in redacted])
    (windows, _), encoding = timed(lambda: encoder.encode([item.text for item in normal]))
    classifier.predict(windows[:200])
    predictions, classifying = timed(lambda: classifier.predict(windows))
    calibration = Calibration.from_manifest(folder.manifest["calibration"])
    pairs = list(zip(windows, predictions, strict=True))
    _, deciding = timed(lambda: [decide([window], [prediction], calibration) for window, prediction in pairs])
    return [("redact", redacting), ("language", detecting), ("normalise", normalising), ("encode", encoding),
            (f"classify ({classifier.precision})", classifying), ("decide", deciding)]  # fmt: skip


def end_to_end(comments: list[str]) -> float:
    """Seconds from a CSV file to a JSON lines file, the model already loaded."""
    analyzer = Analyzer.load()
    analyzer(["xin chào"])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "survey.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "comment"])
            writer.writerows((number, text) for number, text in enumerate(comments))
        _, seconds = timed(lambda: analyze_file(source, Path(folder) / "out.jsonl", analyzer=analyzer))
    return seconds


def rival(comments: list[str]) -> float:
    """Comments per second of transformers.pipeline with a PhoBERT-base-sized classifier, batches of 16."""
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForSequenceClassification, pipeline

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(open_model().tokenizer), pad_token="[PAD]", unk_token="[UNK]",  # noqa: S106
        cls_token="[CLS]", sep_token="[SEP]", model_max_length=256,  # noqa: S106
    )  # fmt: skip
    config = RobertaConfig(
        vocab_size=64_001, max_position_embeddings=258, num_labels=3, type_vocab_size=1, pad_token_id=0
    )
    model = RobertaForSequenceClassification(config).eval()
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, batch_size=16, truncation=True)
    classify(comments[:16])
    _, seconds = timed(lambda: classify(comments[:RIVAL_ROWS]))
    return RIVAL_ROWS / seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    comments = texts(options.rows)
    console = Console()
    length = statistics.mean(map(len, comments))
    console.print(f"{len(comments):,} comments, {length:.0f} characters on average, {os.cpu_count()} cores")

    table = Table("stage", "seconds", "comments/s", title="Each stage alone")
    for name, seconds in stages(comments):
        table.add_row(name, f"{seconds:.2f}", f"{len(comments) / seconds:,.0f}")
    console.print(table)

    ours = [len(comments) / end_to_end(comments) for _ in range(3)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    theirs = [rival(comments) for _ in range(3)]
    console.print(
        f"file in, file out: {statistics.median(ours):,.0f} comments/s (median of 3), peak memory {memory:,.0f} MB"
    )
    console.print(
        f"transformers.pipeline, PhoBERT-base shape: {statistics.median(theirs):.1f} comments/s (median of 3)"
    )
    console.print(f"ratio: {statistics.median(ours) / statistics.median(theirs):.0f}x")


if __name__ == "__main__":
    main()
