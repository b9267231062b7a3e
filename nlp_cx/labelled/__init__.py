"""Comments with what a person says of them: one form, and files of other tools read into it.

Evaluation, retraining and the service's `/v1/labels/export` share this form; as JSON lines:

    {"id": "17", "text": "Giao hàng chậm, nhân viên dễ thương", "question": null, "language": "vi",
     "respondent_id": "r-9", "sentiment": "negative",
     "themes": [{"theme": "delivery", "sentiment": "negative",
                 "spans": [{"start": 0, "end": 14, "text": "Giao hàng chậm"}]},
                {"theme": "staff", "sentiment": "positive"}],
     "complaint": true, "suggestion": false, "none": false}

`text` alone must be there. A field that is missing or null was not labelled and teaches nothing; `"themes": []` says
that somebody looked and found no theme. A theme named twice with opposite sentiments is judged both ways. Offsets count
code points of `text` (which is redacted where it comes from the service). Other fields are passed over.

As a table (CSV, XLSX and kin), one comment a row:

    text,sentiment,themes,evidence
    "Giao hàng chậm, nhân viên dễ thương",negative,delivery:negative; staff:positive,delivery: Giao hàng chậm

Also read: Label Studio (JSON and JSON-MIN: choices, taxonomies, labelled spans as evidence) and doccano (JSON lines:
labels of a text, labelled spans). Labels may be ids or names of themes in either language, with their judgement behind
(`delivery:negative`, `delivery/negative`, `delivery_negative`), sentiments, or complaint, suggestion, none.
"""

from nlp_cx.labelled.reader import Reading, check_labelled, read_labelled
from nlp_cx.labelled.record import Evidence, Labelled

__all__ = ["Evidence", "Labelled", "Reading", "check_labelled", "read_labelled"]
