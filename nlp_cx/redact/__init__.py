"""Takes personal data out of a comment before anything is stored, shown or logged; what was there cannot be got back.

Recognisers read a folded copy of the text: plain letters and ASCII digits, one per letter, without combining marks and
invisible characters, so "số", "so", its decomposed form and full-width digits look alike. They are tried in a fixed
order, in rounds until nothing is left to find, which makes redaction idempotent.

Kept on purpose: prices, dates, ratings, product codes, public numbers (1800/1900, toll-free), home pages, a district or
street without a house number, the address of a branch ("chi nhánh 45 Lê Lợi"). Limits: a street that is not named
after somebody needs one more sign of an address (số, ở, địa chỉ, phường, 12/3A ...), so do lower case and house numbers
below 10; account names such as @lan.99 outside links stay; an identity or account number needs a word that says what it
is; for names see `nlp_cx.redact.names`.

Presidio's pattern recognisers are not the base: `python benchmarks/redact.py` prints both, theirs slower, blind to
Vietnamese addresses, papers and accounts, and not offline (its link and e-mail recognisers ask for a list of domains).
"""

from nlp_cx.redact.redactor import Redactor
from nlp_cx.redact.view import KINDS

__all__ = ["KINDS", "Redactor"]
