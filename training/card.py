"""The model card: figures as tables, data with its terms, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlp_cx.taxonomy import load_taxonomy

FIGURES = (
    ("sentiment_macro_f1", "sentiment macro-F1"),
    ("theme_micro_f1", "theme micro-F1"),
    ("theme_polarity_micro_f1", "theme + judgement micro-F1"),
)
OWN_FIGURES = (
    ("neutral_f1", "neutral F1"),
    ("theme_macro_f1", "theme macro-F1"),
    ("evidence_char_f1", "evidence character F1"),
    ("evidence_whole_text", "(whole text as evidence)"),
    ("complaint_f1", "complaint F1"),
    ("suggestion_f1", "suggestion F1"),
    ("none_f1", "no-content F1"),
    ("sentiment_ece", "sentiment ECE"),
)


def _percent(value: float | None) -> str:
    """A share as it stands in a table."""
    return "" if value is None or value != value else f"{100 * value:.1f}"


def table(results: Mapping[str, Any]) -> str:
    """Markdown table of a model beside the baseline, one row per dev split; the better one is bold."""
    lines = ["| dev split | rows | " + " | ".join(f"{title}: ours | SVM" for _, title in FIGURES) + " |"]
    lines.append("|---|---:|" + "---:|" * (2 * len(FIGURES)))
    for name, result in results.items():
        cells = []
        for key, _ in FIGURES:
            ours, theirs = result["model"].get(key), result.get("baseline", {}).get(key)
            shown = [_percent(ours), _percent(theirs)]
            if ours is not None and theirs is not None:
                better = 0 if ours >= theirs else 1
                shown[better] = f"**{shown[better]}**"
            cells += shown
        if any(cells):
            lines.append(f"| {name} | {result['rows']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def own_table(results: Mapping[str, Any]) -> str:
    """Markdown table of the figures that only the model has."""
    lines = ["| dev split | " + " | ".join(title for _, title in OWN_FIGURES) + " |"]
    lines.append("|---|" + "---:|" * len(OWN_FIGURES))
    for name, result in results.items():
        cells = [_percent(result["model"].get(key)) for key, _ in OWN_FIGURES]
        if any(cells):
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def theme_table(results: Mapping[str, Any]) -> str:
    """Markdown table of F1 per theme on the all-themes set."""
    taxonomy = load_taxonomy()
    sets = [name for name, result in results.items() if "themes" in result]
    lines = ["| theme | " + " | ".join(f"{name}: mentions | F1" for name in sets) + " |"]
    lines.append("|---|" + "---:|" * (2 * len(sets)))
    for theme in taxonomy.themes:
        cells = []
        for name in sets:
            entry = results[name]["themes"][theme.id]
            cells += [str(entry["mentions"]), _percent(entry["f1"]) if entry["mentions"] else ""]
        lines.append(f"| {theme.name['en']} · {theme.name['vi']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_card(
    version: str,
    config: Mapping[str, Any],
    manifest: Mapping[str, Any],
    made: Mapping[str, Any],
    results: Mapping[str, Any],
    *,
    parameters: int,
) -> str:
    """Write the card of a released model.

    Args:
        version: Its name.
        config: config.json of its folder.
        manifest: manifest.json.
        made: finetuned.json of the run.
        results: Figures, as training.evaluate gives them.
        parameters: Weights of its network.
    """
    backbone = manifest.get("backbone", {}).get("name")
    permissive = made["config"].get("origins")
    learnt = "What was learnt beyond that backbone," if backbone else "Vocabulary, weights,"
    return TEMPLATE.format(
        version=version,
        encoder=f"{config['num_hidden_layers']} layers x {config['hidden_size']}, {parameters / 1e6:.1f} M parameters",
        vocabulary=f"{'the' if backbone else 'own bilingual'} vocabulary of {config['vocab_size']:,} pieces"
        + (f" of {backbone}" if backbone else ""),
        history=f"fine-tuned on {made['rows']:,} rows seen in {made['minutes']:.0f} minutes on a CPU",
        taxonomy=manifest["taxonomy"],
        normaliser=manifest["normaliser"],
        table=table(results),
        own_table=own_table(results),
        theme_table=theme_table(results),
        descent=BACKBONE_DESCENT.format(**manifest["backbone"]) if backbone else OWN_DESCENT,
        terms=PERMISSIVE_TERMS.format(learnt=learnt) if permissive else MIXED_TERMS,
        sources=licence_table(made["config"].get("licences", {})) if permissive else SOURCES,
    )


TEMPLATE = """# nlp_cx model {version}

Reads one customer comment in Vietnamese or English (with or without diacritics, teencode, emoji) and says how it judges,
which of 16 root-cause themes it names, with which words, and whether it complains, suggests or says nothing.

- Encoder: {encoder}, {vocabulary}.
- Weights: int8 with one scale a row, the same numbers in `model.safetensors` (torch) and `openvino.xml` (CPU).
- Made by `training/` of this repository: {history}.
- Themes: taxonomy {taxonomy}. Normaliser: {normaliser}.

## Terms

{descent} {terms}
No text is contained in this folder.

## Figures

All on dev splits, through `Analyzer`, as users get it: `python -m training.evaluate --model models/{version} --data DIR --baseline`.
Temperatures and thresholds were fitted on the same dev rows, so these figures are a little kind to the model; the
baseline (TF-IDF over words and characters + linear SVM, same train rows, at most 60,000 a classifier) takes a comment's
sentiment as the judgement of its themes. Figures are percentages; bold is the better one.

{table}

{own_table}

Evidence counts over mentions that the model found. F1 per theme on the dev part of the set annotated with all themes:

{theme_table}

## What it is bad at

Seen in the released models:

- Neutral comments: sources mean different things by the word, and the model inherits their quarrel.
- Themes that few sources label (process, information, security, promotion, aftersales), most of all in Vietnamese.
- Irony: "Tuyệt vời, chờ thêm một tiếng nữa chắc tôi già luôn" is read as praise; "Great, another hour on hold" keeps
  `overall: positive` beside its complaint.
- A competitor's praise: "Your competitor answers within a minute" counts as praise of support and speed.
- Facts that complain without an adjective: "Xếp hàng cả tiếng mới tới lượt" is speed, but neutral; "I waited from nine
  until noon" is negative without a theme; "Hoàn tiền mãi không thấy đâu" (a refund) is billing, not aftersales.
- Described rudeness: "Bảo vệ quát khách ngay trước cửa" names a guard and becomes security.
- Vietnamese without diacritics loses some points (see the rows marked "no diacritics"): "May phat tien nuot the cua toi"
  (a cash machine that swallowed a card) is billing, neutral.
- Other languages: they are recognised and left unlabelled.

## Data

Rows per pass and trust in each source's sentiment: `training/configs/`. Sources and licences as known to their collectors:

{sources}
"""

SOURCES = """| source | language | terms as known |
|---|---|---|
| comments written for this project (training/authored/) | vi, en | Apache-2.0 |
| cx_annotated (labels ours, texts from the sources below) | vi, en | as the texts |
| UIT-VSFC, UIT-ViSD4SA, UIT-ViOCD, tiki_app_gold | vi | none stated, research |
| UIT-ViSFD | vi | research; companies must ask |
| VLSP-2016, VLSP-2018 hotel and restaurant | vi | VLSP agreement, research |
| vs_multichannel, UTS2017-Bank | vi | GPL-3.0 repositories |
| Traveloka hotels, beauty, cleanser, Shopee phones, e-commerce 31k, AIVIVN-2019 | vi | none stated |
| fashion_absa, bank app reviews | vi | MIT repositories; texts are users' |
| CausaSent | vi | CC BY-SA 4.0 |
| ViSpamReviews | vi | CC BY-NC 4.0 |
| M-ABSA (translated sentences) | vi | none stated |
| FABSA, ASQP phones, OATS, MEMD | en | none stated |
| NHS friends-and-family | en | MIT; Care Opinion part CC BY-NC-SA |
| airline tweets, SemEval-2019 suggestions | en | CC BY-NC-SA 4.0 |
| CEBaB, UCI sentences, AWARE, banking77 | en | CC BY 4.0 |
| MAMS, SemEval-2014/2016, Hu & Liu, VADER, SST, student survey | en | research or permissive, by repository |
| our annotation of comments of the sources above (training/annotated/: labels by id) | vi, en | labels ours, texts as above |
| unlabelled, for the vocabulary and hidden tokens: reviews in both languages; for the vocabulary alone: VNTC news | vi, en | mixed, research |"""

OWN_DESCENT = """The weights are released under Apache-2.0 as far as the authors can grant it. They descend from all-MiniLM-L6-v2 (Apache-2.0) and,
for the first values of the embeddings, from potion-multilingual-128M (MIT); see NOTICE."""

BACKBONE_DESCENT = """The weights descend from {name}, whose licence ({licence}) holds for them as well: read it before you use or
pass on this model."""

MIXED_TERMS = """Most of the texts they were
fine-tuned on are public for research only or carry no stated licence (table below): check whether your use allows
that, or retrain on your own comments."""

PERMISSIVE_TERMS = """{learnt}
temperatures and thresholds come from texts alone whose licence, as their publishers state it, allows commercial use (table
below); all but ours were written by customers, whom the publishers did not ask. Figures on other sources are
measurements only: nothing was learnt or chosen from them."""


def licence_table(licences: Mapping[str, str]) -> str:
    """Markdown table of the sources of a run that names the licence of each.

    Args:
        licences: Source -> licence and why it is believed.
    """
    lines = ["| source | terms as known |", "|---|---|"]
    return "\n".join([*lines, *(f"| {source} | {terms} |" for source, terms in licences.items())])


RETRAINED = """# nlp_cx model {version}

{live}, retrained on labelled feedback: `python -m training.retrain {name}`.

- Learnt from {feedback_rows} rows of feedback, {passes} passes, mixed with old rows a pass: {replay}.
  {rows_seen} rows seen in {minutes} minutes; then stepped back: the weights are {step_back} of the way from {live}'s to the tuned ones.
- Never learnt from: {held_out_rows} rows held out (copies and one respondent's answers on one side), and the regression set.
- Calibration: {calibration}. Probabilities on these rows are a little kind to the candidate.

## Figures

Both models on the same rows, through `Analyzer`; intervals are simultaneous (95 %).

{table}

Terms, limits and data are those of {live}, whose card follows, and those of the feedback.

---

{before}
"""
