"""The contract says what the service does."""

from __future__ import annotations

import re

import pytest

from nlp_cx.api.app import create_app
from nlp_cx.settings import Settings

CONTRACT = create_app(Settings()).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_named_tagged_and_told_in_both_languages(name):
    """operationId is verb_noun; the summary is English · Vietnamese."""
    operation = OPERATIONS[name]

    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"])
    assert " · " in operation["summary"]
    assert set(operation["tags"]) <= {tag["name"] for tag in CONTRACT["tags"]}
    assert operation["description"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_declares_its_problems(name):
    """As problem documents; those under a key 401, 403, 422, 429 as well, those with a body 413 and 415."""
    operation = OPERATIONS[name]
    wanted = {"500"}
    if "security" in operation:
        wanted |= {"401", "403", "422", "429"}
    if "requestBody" in operation:
        wanted |= {"400", "413", "415"}

    problems = {status: answer for status, answer in operation["responses"].items() if status[0] in "45"}
    assert wanted <= set(problems)
    for answer in problems.values():
        assert set(answer["content"]) == {"application/problem+json"}


def test_all_under_v1_needs_a_key():
    """Health, meters and the contract do not."""
    assert {name.split()[1].startswith("/v1/") for name in OPERATIONS if "security" in OPERATIONS[name]} == {True}
    assert not any(name.split()[1].startswith("/v1/") for name in OPERATIONS if "security" not in OPERATIONS[name])


def test_operation_ids_are_unique():
    """Generated clients make functions of them."""
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)


def test_a_comment_has_a_schema_of_its_own():
    """Generated clients get a type for it, though anything may be sent."""
    asked = CONTRACT["components"]["schemas"]["AnalyzeRequest"]["properties"]["comments"]["items"]["anyOf"]

    assert asked[0] == {"$ref": "#/components/schemas/Comment"}


def test_every_reference_leads_somewhere():
    """No schema is missing, none is left over."""
    named = set(re.findall(r"'#/components/schemas/(\w+)'", str(CONTRACT)))

    assert named == set(CONTRACT["components"]["schemas"])


def test_an_open_service_says_that_it_needs_no_key(client):
    """The contract it gives away fits how it behaves."""
    told = client.get("/openapi.json").json()

    assert "securitySchemes" not in told["components"]
    assert not any("security" in operation for methods in told["paths"].values() for operation in methods.values())


def test_examples_do_what_they_show(client):
    """The example request is answered without an error, in the form of the example answer."""
    (example,) = CONTRACT["components"]["schemas"]["AnalyzeRequest"]["examples"]
    (shown,) = CONTRACT["components"]["schemas"]["Analysis"]["examples"]

    items = client.post("/v1/analyze", json=example).json()["items"]

    assert [set(item) for item in items] == [{"id", "result"}] * 2
    assert set(items[0]["result"]) == set(shown)


def test_the_themes_are_the_taxonomy(client):
    """Sixteen of them, in both languages; an ETag spares sending them again."""
    answer = client.get("/v1/themes")
    themes = answer.json()["themes"]
    again = client.get("/v1/themes", headers={"if-none-match": answer.headers["etag"]})

    assert len(themes) == 16
    assert all(theme[part][lang] for theme in themes for part in ("name", "definition") for lang in ("en", "vi"))
    assert (again.status_code, again.content) == (304, b"")


def texts_of(schema):
    """Go through all texts that a parameter may be."""
    if schema.get("type") == "string":
        yield schema
    for part in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from texts_of(part)


def test_no_text_in_an_address_may_hold_nul():
    """The routes refuse it, so the contract says so, for each parameter."""
    parameters = [
        (name, parameter)
        for name, operation in OPERATIONS.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] in ("path", "query")
    ]

    assert parameters
    for name, parameter in parameters:
        for schema in texts_of(parameter["schema"]):
            told = {"enum", "format", "const"} & schema.keys()
            assert told or not re.search(schema["pattern"], "a\0b"), (name, parameter["name"])
