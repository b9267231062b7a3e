"""The recipes for BI tools in examples/bi.md work on what the service gives: none of them may rot."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from nlp_cx.api import drivers, summaries
from nlp_cx.storage import open_store
from tests.api.survey import keep, opened, row
from tests.postgres import postgres_server, postgres_url  # noqa: F401  # fixtures

BOOK = (Path(__file__).parents[2] / "examples" / "bi.md").read_text(encoding="utf-8")


def recipes(language):
    """Blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", BOOK, re.M | re.S)


ROWS = (
    *(row(f"o{n}", day="2026-10-05", nps=0) for n in range(3)),
    row("o3", day="2026-10-06", nps=10, themes=[("staff", "positive")], sentiment="positive"),
    row("n0", day="2026-11-02", nps=8),
)
"""Delivery is blamed by three of four in October, and by the one of November."""
SHARES = [("2026-10", "delivery", 0.75, 4), ("2026-10", "staff", 0.25, 4), ("2026-11", "delivery", 1.0, 1)]


@pytest.fixture
def client(settings, live):
    with opened(settings, live, summaries.router, drivers.router) as client:
        keep(client, *ROWS)
        yield client


def trend(client, **asked):
    answer = client.get("/v1/summaries/trend", params={"interval": "month"} | asked)
    assert answer.status_code == 200, answer.text
    return answer


def asked_of(client, query):
    """Ask the service's database as a BI tool does."""
    with client.app.state.service.store._database.read() as connection:
        return [tuple(one) for one in connection.execute(sa.text(query))]


def check_sql(ask):
    """Run the three queries and look at what they give."""
    by_month, by_theme, by_day = (ask(query) for query in recipes("sql"))

    assert [(month, theme, int(n), float(share)) for month, theme, n, share in by_month] == [
        ("2026-10", "delivery", 3, 1.0), ("2026-10", "staff", 1, 0.0), ("2026-11", "delivery", 1, 1.0),
    ]  # fmt: skip
    assert [(theme, n, float(nps)) for theme, n, nps in by_theme] == [("delivery", 4, -75.0)]  # 0, 0, 0 and 8
    assert [(str(day), int(n), float(share)) for day, n, share in by_day] == [
        ("2026-10-05", 3, 1.0), ("2026-10-06", 1, 0.0), ("2026-11-02", 1, 1.0),
    ]  # fmt: skip


def test_the_sql_gives_its_figures_over_sqlite(client):
    """Three queries over the views."""
    check_sql(lambda query: asked_of(client, query))


def test_the_sql_gives_its_figures_over_postgresql(postgres_url):  # noqa: F811
    """The same where Superset usually reads."""
    store = open_store(postgres_url)
    try:
        store.save("default", None, None, list(ROWS))
        engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            check_sql(lambda query: [tuple(one) for one in connection.execute(sa.text(query))])
    finally:
        store.close()


def test_what_the_recipes_name_is_in_the_rows(client):
    """Fields of the JSONata, jq and Power Query texts are fields of the answer; their metrics are given."""
    rows = trend(client).json()["rows"]
    named = {*re.findall(r'\b(?:"\w+": )(\w+)', recipes("jsonata")[0]), *re.findall(r"\.(\w+)", recipes("jq")[0])}
    (query,) = recipes("powerquery")
    columns = re.findall(r'"(\w+)"', query[query.index("FromRecords") : query.index("Typed")])

    assert named - {"rows"} <= set(rows[0])
    assert set(columns) <= set(rows[0])
    assert set(re.findall(r'metric ?=+ ?"(\w+)"', BOOK)) <= {one["metric"] for one in rows}
    assert f'RelativePath = "{"v1/summaries/trend"}"' in query
    assert trend(client, metric="share").json()["rows"]


def test_the_addresses_are_answered(client):
    """Each address of the text gives rows, with its parameters."""
    for address in set(re.findall(r"(?:http://HOST:8000|`)(/v1/(?:summaries|scores|drivers)[^\s'`]*)", BOOK)):
        more = "?by=language" if address.endswith("/segments") else "?metric=nps" if address.endswith("drivers") else ""

        assert client.get(address + more).status_code == 200, address


def test_the_rows_that_the_paths_choose_are_the_shares(client):
    """What select(.metric == "share" and .theme != null) keeps, whatever program reads it."""
    rows = [one for one in trend(client).json()["rows"] if one["metric"] == "share" and one["theme"] is not None]

    assert sorted((one["bucket"], one["theme"], one["value"], one["n"]) for one in rows if one["value"]) == SHARES


def test_jq_gives_the_shares(client):
    """The text as it stands, by jq itself where it is installed."""
    program = shutil.which("jq")
    if program is None:
        pytest.skip("jq is not installed")
    made = subprocess.run(
        [program, "-r", recipes("jq")[0].strip()], input=json.dumps(trend(client).json()), text=True, check=True,
        capture_output=True,
    ).stdout  # fmt: skip
    cells = [line.split(",") for line in made.splitlines()]

    assert sorted((c[0].strip('"'), c[1].strip('"'), float(c[2]), int(c[5])) for c in cells if float(c[2])) == SHARES


def test_duckdb_gives_the_shares(client, tmp_path, monkeypatch):
    """The query as it stands over the Parquet answer, where DuckDB is installed."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    (tmp_path / "trend.parquet").write_bytes(trend(client, format="parquet").content)
    monkeypatch.chdir(tmp_path)
    found = duckdb.sql(recipes("duckdb")[0]).fetchall()

    assert sorted((str(one[0])[:7], one[1], one[2], one[5]) for one in found if one[2]) == SHARES
