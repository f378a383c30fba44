"""Every recipe of the documentation runs as it stands."""

import os
import subprocess
import sys

import pytest

from altyn import ROOT

RECIPES = sorted(path.name for path in (ROOT / "docs/recipes").iterdir())
RUNNERS = {".py": [sys.executable], ".sh": ["sh"], ".mjs": ["node"]}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs(server, name):
    path = ROOT / "docs/recipes" / name
    shop = server.create_shop("Лавка рецептов", "--raw-cards", "--deals", "90")
    environment = {
        "PATH": os.environ["PATH"],
        "ALTYN_SHOP_ID": shop["shop_id"],
        "ALTYN_SECRET_KEY": shop["secret_key"],
        "ALTYN_API_URL": server.api_url,
    }
    run = subprocess.run(
        [*RUNNERS[path.suffix], str(path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert run.stdout.strip(), "a recipe shows what came of it"


def test_there_are_recipes():
    assert len(RECIPES) >= 5
