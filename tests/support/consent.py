"""The page on which a merchant grants an application access, as a browser fills it in."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import requests

CALLBACK = "https://partner.example/back?from=altyn"


def asked(server, application, **more):
    query = {"client_id": application["client_id"], "response_type": "code"} | more
    return requests.get(f"{server.base_url}/oauth/v2/authorize", params=query, timeout=10)


def fields(page):
    """What the form on the page sends untouched."""
    inputs = re.findall(r"<input type=\"hidden\" name=\"(\w+)\" value=\"([^\"]*)\"", page.text)
    return {name: html.unescape(value) for name, value in inputs}


def decided(server, page, **typed):
    """Sends the form as a browser does that says nothing of where it comes from."""
    sent = fields(page) | typed
    where = f"{server.base_url}/oauth/v2/authorize"
    return requests.post(where, data=sent, cookies=page.cookies, timeout=10)


def told(page):
    """What the application's callback is told."""
    target = re.search(r"<a class=\"button\" href=\"([^\"]+)\"", page.text).group(1)
    target = html.unescape(target)
    assert target.startswith(CALLBACK + "&")
    return {name: value[0] for name, value in parse_qs(urlsplit(target).query).items()}


def granted(server, application, shop_id=None, secret_key=None, **more):
    page = asked(server, application, **more)
    assert page.status_code == 200, page.text
    typed = {
        "shop_id": shop_id or server.shop_id,
        "secret_key": secret_key or server.secret_key,
        "decision": "grant",
    }
    return told(decided(server, page, **typed))
