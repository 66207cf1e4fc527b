"""The session of a browser for generated requests, when `KHOCHUNG_SESSION_ROLE` names a role: cookie and token for changes.

Requests may end their own session: sign out, close or reset the account. Then another account is made, so that the rest of
the run is not answered with 401 throughout. The session is also renewed before its proof of identity gets too old.
"""

import itertools
import json
import os
import time
import urllib.error
import urllib.request

import schemathesis

BASE = os.environ["KHOCHUNG_BASE"]
ROLE = os.environ.get("KHOCHUNG_SESSION_ROLE")
COOKIE = "khochung-session"
PASSWORD = "trời xanh 7 quả đồi"
# Dangerous acts need a proof of identity that is not older than ten minutes.
RENEW_AFTER_SECONDS = 5 * 60

numbers = itertools.count(1)


def call(method, path, body=None, headers=()):
    """The answer of the archive: status, headers, JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, dict(headers), method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.load(error)


def expect(wanted, answer):
    status, headers, body = answer
    if status != wanted:
        raise RuntimeError(f"{wanted} was expected, not {status}: {body}")
    return headers, body


def sign_in():
    """Makes an account and signs it in: its cookie and token for changes."""
    number = next(numbers)
    login = f"{ROLE}-{os.getpid()}-{number}@kho.example"
    wanted = {"login": login, "role": ROLE}
    if ROLE == "contributor":
        wanted["organisation"] = "dic"
    administrator = {"Authorization": f"Bearer {os.environ['KHOCHUNG_TOKEN']}"}
    _, made = expect(201, call("POST", "/api/v1/accounts", wanted, administrator))
    chosen = {"link": made["link"], "password": PASSWORD}
    expect(200, call("POST", "/api/v1/account-links", chosen))
    # From a network of its own: generated sign-ins fail often enough to make theirs wait.
    network = {"X-Forwarded-For": f"10.{os.getpid() % 256}.{number % 256}.1"}
    credentials = {"login": login, "password": PASSWORD}
    headers, session = expect(200, call("POST", "/api/v1/session", credentials, network))
    cookie = headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
    return cookie, session["csrf_token"]


class Browser:
    """Has a session that can be used for anything."""

    def __init__(self):
        self.session = None
        self.began = 0.0

    def current(self):
        if not self.is_usable():
            self.session, self.began = sign_in(), time.monotonic()
        return self.session

    def is_usable(self):
        if self.session is None or time.monotonic() > self.began + RENEW_AFTER_SECONDS:
            return False
        cookie = {"Cookie": f"{COOKIE}={self.session[0]}"}
        return call("GET", "/api/v1/session", headers=cookie)[0] == 200


if ROLE is not None:

    @schemathesis.auth(refresh_interval=None)
    class Session:
        browser = Browser()

        def get(self, _case, _context):
            return self.browser.current()

        def set(self, case, data, _context):
            cookie, csrf_token = data
            case.cookies = {**(case.cookies or {}), COOKIE: cookie}
            case.headers["X-CSRF-Token"] = csrf_token
