"""Numbered changes of the schema, written by hand; applied on start by `nlp_cx.storage.migrate`."""
