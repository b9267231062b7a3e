"""What a careful engineer would try first: TF-IDF over words and characters, and linear SVMs, on the same rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from training.data import ABSENT, NEGATIVE, THEMES, UNKNOWN, Example

MOST_ROWS = 60_000


class LinearBaseline:
    """One SVM for sentiment, one a theme for its mention; a mention is judged as its comment is."""

    def __init__(self, examples: Sequence[Example], *, seed: int = 0) -> None:
        """Fit on train rows; at most MOST_ROWS a classifier, drawn at random."""
        dice = np.random.default_rng(seed)
        self._features = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True, max_features=150_000)),
                ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=5, sublinear_tf=True,
                                               max_features=150_000)),
            ]
        )  # fmt: skip
        matrix = csr_matrix(self._features.fit_transform([example.text for example in examples]))
        sentiment = np.array([-1 if example.sentiment_from == "stars" else example.sentiment for example in examples])
        codes = np.array([example.themes for example in examples])

        def fit(rows: np.ndarray, labels: np.ndarray) -> LinearSVC:
            picked = dice.permutation(rows)[:MOST_ROWS]
            return LinearSVC(C=0.3, class_weight="balanced").fit(matrix[picked], labels[picked])

        self._sentiment = fit(np.flatnonzero(sentiment >= 0), sentiment)
        self._themes = [
            fit(np.flatnonzero(codes[:, theme] != UNKNOWN), codes[:, theme] > ABSENT) for theme in range(len(THEMES))
        ]

    def predict(self, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
        """Predict dev rows.

        Returns:
            Sentiment class, shape (rows,), and theme codes, shape (rows, themes).
        """
        matrix = self._features.transform([example.text for example in examples])
        sentiment = self._sentiment.predict(matrix)
        present = np.stack([model.predict(matrix) for model in self._themes], axis=1)
        return sentiment, np.where(present, sentiment[:, None] + NEGATIVE, ABSENT)
