"""The page: static files under a strict policy, a client of the API and nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from nlp_cx.dashboard import Pages
from nlp_cx.dashboard.pages import STATIC, TYPES

FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
MODULES = [name for name in FILES if name.endswith(".js")]
VIEWS = ("upload", "overview", "read", "review", "batches", "alerts", "models", "keys")


class Tags(HTMLParser):
    """All tags of a document, with their attributes and what stands in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.tags:
            tag = self.tags[-1][0]
            self.inside[tag] = self.inside.get(tag, "") + data

    def links(self) -> list[str]:
        """Addresses of scripts, styles and icons."""
        named = [
            attributes.get("src") or attributes.get("href")
            for tag, attributes in self.tags
            if tag in ("script", "link")
        ]
        return [each for each in named if each]


def static(client, name: str) -> str:
    """Address of a static file in this version."""
    first = Tags(client.get("/").text).links()[0]
    return "/".join(first.split("/")[:3]) + f"/{name}"


def test_the_page_may_load_nothing_from_elsewhere_and_run_nothing_that_stands_in_html(client):
    answer = client.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_html_holds_no_script_and_no_style():
    page = Tags(Pages().index().body.decode())

    assert [attributes for tag, attributes in page.tags if tag == "script" and "src" not in attributes] == []
    assert page.inside.get("script", "").strip() == ""
    assert [tag for tag, attributes in page.tags if tag == "style" or "style" in attributes] == []
    assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []


def test_all_that_the_html_links_to_is_served_for_ever_under_its_stamp(client):
    links = Tags(client.get("/").text).links()

    assert len(links) > 5
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", link
        assert answer.headers["content-type"] == TYPES[Path(link).suffix], link


def test_the_html_itself_is_asked_for_anew_each_time_and_not_sent_twice(client):
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_file_is_known_by_its_etag(client):
    first = client.get(static(client, "app.js"))
    again = client.get(static(client, "app.js"), headers={"If-None-Match": f'W/{first.headers["etag"]}, "x"'})

    assert (again.status_code, again.content) == (304, b"")


def test_under_the_stamp_of_another_version_a_file_is_served_but_not_kept(client):
    answer = client.get("/static/0123456789abcdef/app.js")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_who_takes_gzip_gets_it_and_the_same_content(client):
    address = static(client, "app.js")
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content == (STATIC / "app.js").read_bytes()
    assert packed.headers["vary"] == "Accept-Encoding"


def test_head_is_answered_without_a_body(client):
    answer = client.head("/")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "nothing.js",
        "index.html",
        "../pages.py",
        "%2e%2e/pages.py",
        "..%2f..%2fsettings.py",
        "views",
        "views/",
        "",
        "%00.js",
    ],
)
def test_what_is_no_file_of_the_page_is_a_problem_document(client, path):
    answer = client.get(f"/static/{'0' * 16}/{path}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "nlp_cx" not in answer.text


def test_nothing_can_be_sent_to_the_page(client):
    assert client.post("/").status_code == 405
    assert client.put(static(client, "app.js")).status_code == 405


def test_the_page_needs_no_key_and_the_api_behind_it_does(serve, new_key):
    client = serve()
    headers = new_key(client, "read")
    client.app.state.service.keys._closed = True

    assert client.get("/").status_code == 200
    assert client.get("/v1/dimensions").status_code == 401
    assert client.get("/v1/dimensions", headers=headers).status_code == 200


def test_the_api_keeps_its_own_stricter_policy(client):
    assert client.get("/v1/themes").headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_the_page_is_no_part_of_the_contract(client):
    assert not {"/", "/static/{stamp}/{path}"} & client.get("/openapi.json").json()["paths"].keys()


def test_a_changed_file_gives_another_stamp_without_a_restart(tmp_path):
    (tmp_path / "index.html").write_text('<script src="/static/app.js"></script>')
    (tmp_path / "app.js").write_text("1")
    pages = Pages(tmp_path)
    first = pages.index().body
    (tmp_path / "app.js").write_text("1 + 1")
    second = pages.index().body

    assert first != second
    stamp = second.decode().split("/")[2]
    assert pages.find(stamp, "app.js")[0].body == b"1 + 1"
    assert pages.find(stamp, "app.js")[1] is True
    assert pages.find("old", "app.js")[1] is False


# --- the modules ---


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_files_that_are_there_by_their_own_names(name):
    text = (STATIC / name).read_text(encoding="utf-8")
    imported = re.findall(r'^import [^;]*?"([^"]+)";$', text, re.M)

    for each in imported:
        assert each.startswith(("./", "../")), each
        assert (STATIC / name).parent.joinpath(each).resolve().relative_to(STATIC).as_posix() in FILES


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_no_other_host_and_makes_no_code_from_text(name):
    text = (STATIC / name).read_text(encoding="utf-8")

    named = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[\w./]*", text))

    assert {each for each in named if not each.startswith("https://example.com/")} <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\beval\(|new Function\(|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write", text)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_its_module_and_its_words(view):
    assert f"views/{view}.js" in FILES
    assert f"words/{view}.js" in FILES


def keys_of(name: str) -> dict[str, dict[str, set[str]]]:
    """Keys of a dictionary by language, each with the placeholders of its text."""
    tokens = re.findall(
        r'"(?:[^"\\]|\\.)*"|\w+|[{}:,]', (STATIC / name).read_text(encoding="utf-8").partition("= {")[2]
    )
    found: dict[str, dict[str, set[str]]] = {}
    path: list[str] = []
    last = ""
    for at, word in enumerate(tokens):
        if word == "{":
            path.append(last)
        elif word == "}":
            if not path:
                break
            path.pop()
        elif at + 1 < len(tokens) and tokens[at + 1] == ":":
            last = word.strip('"')
            if len(path) == 1:
                found.setdefault(path[0], {})[last] = set()
        elif word.startswith('"') and path:
            found[path[0]][path[1] if len(path) > 1 else last] |= set(re.findall(r"\{(\w+)\}", word))
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("words/")])
def test_all_words_are_there_in_both_languages_with_the_same_placeholders(name):
    words = keys_of(name)

    assert set(words) == {"vi", "en"}
    assert words["vi"] == words["en"]
    assert len(words["vi"]) > 0


BOOKS = {"parts/comment.js": "comment", **{f"views/{view}.js": view for view in VIEWS}}


def keys_said(module: str, book: str) -> dict[str, set[str]]:
    """Keys that the module of a view may say: its own, those of the words it takes in, and the common ones."""
    text = (STATIC / f"words/{book}.js").read_text(encoding="utf-8")
    books = ["common", book, *re.findall(r'from "\./(\w+)\.js"', text)]
    known = {key for each in books for key in keys_of(f"words/{each}.js")["en"]}
    code = (STATIC / module).read_text(encoding="utf-8")
    return {
        "whole": set(re.findall(r'\bt\("([^"]+)"', code)) - known,
        "begun": {
            begun
            for begun in re.findall(r"\bt\(`([^`$]+)\$\{", code)
            if not any(key.startswith(begun) for key in known)
        },
    }


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("words")])
def test_every_word_that_is_said_is_in_a_dictionary(module):
    book = BOOKS.get(module, "overview" if module.startswith("overview/") else "common")

    assert keys_said(module, book) == {"whole": set(), "begun": set()}


# --- who asks ---


def test_without_keys_anyone_on_this_machine_may_do_everything(client):
    assert client.get("/v1/me").json() == {
        "open": True,
        "workspace": "default",
        "scopes": ["admin", "analyze", "label", "read"],
        "key": None,
    }


def test_a_key_tells_what_it_is_good_for(serve, new_key):
    client = serve()
    headers = new_key(client, "read", "label", workspace="acme")
    answer = client.get("/v1/me", headers=headers)

    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["open"], told["workspace"], told["scopes"]) == (False, "acme", ["label", "read"])
    assert headers["Authorization"].startswith(f"Bearer ncx_{told['key']}_")


# --- the package ---


def test_a_wheel_holds_all_files_of_the_page():
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="hatchling builds wheels; it is not installed")
    root = Path(__file__).resolve().parents[2]
    built = {each.distribution_path for each in wheel.WheelBuilder(str(root)).recurse_included_files()}

    assert {f"nlp_cx/dashboard/static/{name}" for name in FILES} <= built
