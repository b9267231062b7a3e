"""nlp_cx.webhooks: signed by the specification, and never sent where it must not go."""

from __future__ import annotations

import ipaddress
import json
import socket
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from nlp_cx import webhooks
from nlp_cx.errors import RequestError
from nlp_cx.webhooks import RETRIES, check_url, deliver, is_public, make_body, make_secret, sign
from tests.receiver import receiver

CLOSED = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip


def test_a_receiver_checks_the_signature_with_the_library():
    now = datetime.now(UTC)
    secret = make_secret()
    body = make_body("batch.completed", {"id": "b1", "name": "khảo sát"}, now)

    read = Webhook(secret).verify(body, sign(secret, "msg_1", body, now))

    assert read == {"type": "batch.completed", "timestamp": now.isoformat(), "data": {"id": "b1", "name": "khảo sát"}}


def test_a_changed_body_or_another_secret_is_noticed():
    now = datetime.now(UTC)
    secret = make_secret()
    body = make_body("batch.completed", {"id": "b1"}, now)
    headers = sign(secret, "msg_1", body, now)

    for checker, sent in ((Webhook(secret), body.replace("b1", "b2")), (Webhook(make_secret()), body)):
        with pytest.raises(WebhookVerificationError):
            checker.verify(sent, headers)


def test_a_message_arrives_whole_and_once():
    now = datetime.now(UTC)
    body = make_body("alert.fired", {"theme": "delivery"}, now)
    with receiver() as told:
        answer = deliver(told.url, sign(make_secret(), "msg_1", body, now), body, private=True)

    assert (answer.status, answer.error, answer.delivered) == (200, None, True)
    ((headers, came),) = told.came
    assert json.loads(came) == json.loads(body)
    assert (headers["webhook-id"], headers["content-type"]) == ("msg_1", "application/json")


def test_redirects_are_not_followed():
    with receiver(302) as told:
        answer = deliver(told.url, {}, "{}", private=True)
    assert (answer.status, answer.delivered, len(told.came)) == (302, False, 1)
    assert answer.error == "answered 302, and redirects are not followed"


def test_private_addresses_are_not_connected_to():
    with receiver() as told:
        answer = deliver(told.url, {}, "{}")
        by_name = deliver(told.url.replace("127.0.0.1", "localhost"), {}, "{}")
    assert told.came == []
    for each in (answer, by_name):
        assert (each.status, each.error) == (None, "the host stands for a private or local address")


def test_a_name_that_begins_to_stand_for_a_private_address_is_not_connected_to(monkeypatch):
    """The name was public when the webhook was made; what counts is what it stands for when a message is sent."""
    looked_up = []

    def look_up(host, port, *args, **kwargs):
        looked_up.append(host)
        public, private = ("93.184.216.34", port), ("127.0.0.1", port)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, private), (*kind, public)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert check_url("https://hooks.example.com/x")
    answer = deliver("https://hooks.example.com/x", {}, "{}")

    assert looked_up == ["hooks.example.com"]
    assert answer.error == "the host stands for a private or local address"


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_connected_to(monkeypatch):
    """A name server may give another answer a moment later: there is no later question."""
    looked_up, connected = [], []
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")

    def look_up(host, port, *args, **kwargs):
        looked_up.append(host)
        return [(*kind, ("93.184.216.34" if len(looked_up) == 1 else "127.0.0.1", port))]

    def connect(address, *args, **kwargs):
        connected.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    answer = deliver("https://hooks.example.com/x", {}, "{}")

    assert (looked_up, connected) == (["hooks.example.com"], [("93.184.216.34", 443)])
    assert answer.error == "no connection: ConnectError"


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET6, ("::ffff:127.0.0.1", 443, 0, 0)), (socket.AF_INET6, ("64:ff9b::7f00:1", 443, 0, 0)),
        (socket.AF_INET6, ("fe80::1%lo", 443, 0, 1)), (socket.AF_INET6, ("::", 443, 0, 0)),
        (socket.AF_INET, ("0.0.0.0", 443)), (socket.AF_INET, ("169.254.169.254", 443)),  # noqa: S104
    ],
)  # fmt: skip
def test_a_name_that_stands_for_a_wrapped_address_is_not_connected_to(monkeypatch, family, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(family, socket.SOCK_STREAM, 6, "", address)])
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was connected to"))

    assert deliver("https://hooks.example.com./x", {}, "{}").error == "the host stands for a private or local address"


def test_an_answer_that_drips_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(webhooks, "SECONDS", 0.5)
    with receiver(drip=0.05) as told:
        answer = deliver(told.url, {}, "{}", private=True)
    assert (answer.status, answer.error) == (None, "no answer within 0.5 seconds")
    assert answer.milliseconds < 2000


def test_a_receiver_that_is_not_there_is_told_without_its_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = deliver(f"http://127.0.0.1:{taken.getsockname()[1]}", {}, "{}", private=True)
    assert (answer.status, answer.error) == (None, "no connection: ConnectError")


@given(st.data())
def test_no_address_of_a_closed_network_is_public(data):
    network = ipaddress.ip_network(data.draw(st.sampled_from(CLOSED)))
    address = network[data.draw(st.integers(0, network.num_addresses - 1))]
    assert not is_public(address)
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}", f"2606:4700::5efe:{address}"):
        assert not is_public(ipaddress.ip_address(wrapped))


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "fec0::1",
        "3fff::1",
        "64:ff9b:1::7f00:1",
    ],
)
def test_no_closed_address_of_version_6_is_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700::5efe:8.8.8.8"],
)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://example.com", "http://example.com", "https://", "https:///x", "https://user:pw@example.com",
        "https://user@example.com", "https://localhost", "https://a.localhost", "https://printer.local",
        "https://metadata.google.internal", "https://127.0.0.1", "https://[::1]", "https://10.1.2.3:8443/x",
        "https://169.254.169.254/latest", "https://example.com:99999", "https://example.com:0", "https://[::1",
        "https://exämple.com", "https://example.com/a b", "https://example.com/\n", "javascript:alert(1)",
        "https://example.com/" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_address_for_messages_is_refused(url):
    with pytest.raises(RequestError):
        check_url(url)


def test_private_addresses_and_http_are_taken_where_that_is_allowed():
    for url in ("http://127.0.0.1:9/x", "http://receiver.internal/x", "https://10.0.0.1"):
        assert check_url(url, private=True) == url
    with pytest.raises(RequestError):
        check_url("ftp://127.0.0.1", private=True)


def test_messages_are_tried_for_about_three_days():
    assert list(RETRIES) == sorted(RETRIES)
    assert 2.9 < sum(RETRIES) / 86_400 < 3.5


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "127.1", "0", "localhost.", "LOCALHOST.", "cx.internal."],
)
def test_private_addresses_are_known_in_other_spellings(host):
    """As one number, octal, hexadecimal, shortened, or with the dot of the root behind."""
    with pytest.raises(RequestError, match="private or local"):
        check_url(f"https://{host}/hook")
    assert check_url(f"https://{host}/hook", private=True)


@pytest.mark.parametrize("host", ["localhost%2e", "<e", "a..b", "a,b", "[2606:4700::1111%25eth0]", "[fe80::1%lo]"])
def test_a_host_is_a_name(host):
    """Of letters, digits and dots; what stands behind `%` could be a name, or a network, of this machine."""
    with pytest.raises(RequestError, match="name a host"):
        check_url(f"https://{host}/hook")
