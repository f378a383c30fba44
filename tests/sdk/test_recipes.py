"""Every recipe of the documentation runs as it stands, and comes to its end."""

import ast
import html
import os
import re
import subprocess
import sys

import pytest
import requests

from altyn import ROOT
from api import Api
from test_sdk_oauth import ALL, CALLBACK, granted
from test_sdk_token import payment_token, payout_card

RECIPES = sorted(path.name for path in (ROOT / "docs/recipes").iterdir())
RUNNERS = {".py": [sys.executable], ".sh": ["sh"], ".mjs": ["node"]}

# What a recipe shows last.
ENDS = {
    "card_form.py": "The payment is succeeded",
    "deal.py": "The deal is closed and can pay out 0.00",
    "invoice.py": "The invoice is pending",
    "next_week.py": "The shop was told: payment.canceled",
    "partner.py": "The access is given back",
    "pay_by_page.py": "The payment is pending",
    "payout.py": "The payout is succeeded",
    "payout_widget.py": "The payout is succeeded",
    "pos_link.py": "The last payment at the plate is succeeded",
    "refund.py": "Given back so far: 400.00",
    "refused.py": "After approve it is succeeded",
    "saved_method.py": "The second payment is succeeded",
    "split.py": "The refund is succeeded",
    "statement.py": "The payment is succeeded",
    "webhook_signature.py": "Answer 200, then do the work; the same event may come twice.",
    "widget.py": "The payment is pending",
}
# What it shows anywhere.
SHOWS = {
    "card_form.py": ["/checkout-js/v1/checkout.js", "window.YooMoneyCheckout("],
    "partner.py": ["/oauth/v2/authorize?client_id=", "Told at https://partner.example/altyn"],
    "payout_widget.py": ["/payouts-data/3.1.0/widget.js", "new window.PayoutsData({"],
    "receipt.py": [
        "The receipt of the payment: succeeded",
        "The receipt of the refund: succeeded",
        "payment is fiscal document ",
        "refund is fiscal document ",
    ],
    "refused.py": ["After decline it is pending"],
    "saved_method.py": ["it is saved: True"],
    "two_stages.sh": ['"status":"succeeded"', '"value":"600.00"'],
    "widget.py": ["/checkout-widget/v1/checkout-widget.js", 'confirmation_token: "ct-'],
}


def a_till(server, shop):
    """The sub-account that a new shop has."""
    api = Api(server.api_url, shop["shop_id"], shop["secret_key"])
    return {"ALTYN_GATEWAY_ID": api.payment("1.00")["recipient"]["gateway_id"]}


def a_granted_application(server, shop):
    """An application that the shop's owner has just sent back with a code."""
    application = server.command_json(
        "app", "create", "--name", "Касса", "--callback", CALLBACK, "--scope", ALL
    )
    code = granted(server, application, shop["shop_id"], shop["secret_key"])["code"]
    return {
        "ALTYN_CLIENT_ID": application["client_id"],
        "ALTYN_CLIENT_SECRET": application["client_secret"],
        "ALTYN_CODE": code,
    }


def a_card_of_a_buyer(server, shop):
    """What Checkout.js made of a card."""
    return {"ALTYN_PAYMENT_TOKEN": payment_token(server, shop_id=shop["shop_id"])}


def a_card_of_a_courier(server, _):
    """What the payout widget made of a card."""
    card = payout_card(server, server.demo["payout_gateway_id"])
    return {"ALTYN_PAYOUT_TOKEN": card["payout_token"]}


# What somebody's browser did before the program goes on.
MORE = {
    "card_form.py": a_card_of_a_buyer,
    "partner.py": a_granted_application,
    "payout_widget.py": a_card_of_a_courier,
    "pos_link.py": a_till,
}


def environment(server, name):
    """What a recipe finds: a shop of its own, a partner of it and the demo's gateway."""
    shop = server.create_shop("Лавка рецептов", "--raw-cards", "--tokens", "--deals", "90")
    partner = server.create_shop("Лавка партнёра", "--platform", shop["shop_id"])
    if name == "receipt.py":
        server.command_json("shop", "receipts", "set", "--shop", shop["shop_id"])
    more = {}
    if name in MORE:
        more = MORE[name](server, shop)
    return more | {
        "PATH": os.environ["PATH"],
        "ALTYN_SHOP_ID": shop["shop_id"],
        "ALTYN_SECRET_KEY": shop["secret_key"],
        "ALTYN_PARTNER_ID": partner["shop_id"],
        "ALTYN_PAYOUT_GATEWAY_ID": server.demo["payout_gateway_id"],
        "ALTYN_PAYOUT_SECRET_KEY": server.demo["payout_secret_key"],
        "ALTYN_API_URL": server.api_url,
    }


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs(server, name):
    path = ROOT / "docs/recipes" / name
    run = subprocess.run(
        [*RUNNERS[path.suffix], str(path)],
        capture_output=True,
        text=True,
        env=environment(server, name),
        timeout=60,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    lines = run.stdout.strip().splitlines()
    assert lines, "a recipe shows what came of it"
    assert lines[-1] == ENDS.get(name, lines[-1])
    for shown in SHOWS.get(name, []):
        assert shown in run.stdout.replace('": ', '":'), run.stdout


def test_every_recipe_has_an_end():
    assert sorted(ENDS | SHOWS) == RECIPES


def test_every_example_of_an_operation_is_python(server):
    paths = server.description()["paths"].values()
    for operation in (one for path in paths for one in path.values()):
        page = f"{server.base_url}/docs/operations/{operation['operationId']}"
        text = requests.get(page, timeout=10).text
        _, python, *_ = re.findall(r"<pre[^>]*><code>(.*?)</code>", text, re.S)
        python = html.unescape(python)
        assert re.search(r"^(answer = |requests\.)", python, re.M), python
        ast.parse(python)
