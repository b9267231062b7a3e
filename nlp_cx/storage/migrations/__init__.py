"""Numbered changes of the schema; applied on start by `nlp_cx.storage.migrate`."""
