"""Every recipe of the documentation runs as it stands, and comes to its end."""

import os
import subprocess
import sys

import pytest

from altyn import ROOT

RECIPES = sorted(path.name for path in (ROOT / "docs/recipes").iterdir())
RUNNERS = {".py": [sys.executable], ".sh": ["sh"], ".mjs": ["node"]}

# What a recipe shows last.
ENDS = {
    "deal.py": "The deal is closed and can pay out 0.00",
    "invoice.py": "The invoice is pending",
    "next_week.py": "The shop was told: payment.canceled",
    "pay_by_page.py": "The payment is pending",
    "payout.py": "The payout is succeeded",
    "refund.py": "Given back so far: 400.00",
    "split.py": "The refund is succeeded",
    "webhook_signature.py": "Answer 200, then do the work; the same event may come twice.",
}
# What it shows anywhere.
SHOWS = {
    "receipt.py": [
        "The receipt of the payment: succeeded",
        "The receipt of the refund: succeeded",
        "payment is fiscal document ",
        "refund is fiscal document ",
    ],
    "two_stages.sh": ['"status":"succeeded"', '"value":"600.00"'],
}


def environment(server, name):
    """What a recipe finds: a shop of its own, a partner of it and the demo's gateway."""
    shop = server.create_shop("Лавка рецептов", "--raw-cards", "--deals", "90")
    partner = server.create_shop("Лавка партнёра", "--platform", shop["shop_id"])
    if name == "receipt.py":
        server.command_json("shop", "receipts", "set", "--shop", shop["shop_id"])
    return {
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
