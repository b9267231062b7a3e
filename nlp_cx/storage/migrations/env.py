"""Run by Alembic: applies migrations on the connection that `nlp_cx.storage.migrate` hands it."""

from alembic import context

from nlp_cx.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="schema_version",
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
