"""Holds answers and notifications against the server's own description, `/openapi.json`.

What the description does not name must not be on the wire: here every object is closed, although
clients should not mind members that they do not know.
"""

import json
import re
import subprocess
from copy import deepcopy

import jsonschema

from altyn import binary

OWN = "/altyn/v1/"


def document() -> dict:
    """The description that the binary under test prints."""
    run = subprocess.run([str(binary()), "openapi"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def closed(node):
    """The same schemas, with every object closed that names its members."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    out = {name: closed(value) for name, value in node.items()}
    if out.get("type") == "object" and isinstance(out.get("properties"), dict):
        out.setdefault("additionalProperties", False)
    return out


class Described:
    """The description, ready to be asked."""

    def __init__(self, description: dict | None = None):
        self.description = description or document()
        self.strict = closed(deepcopy(self.description))
        self.operations = []
        for path, operations in self.strict["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
            for method, operation in operations.items():
                self.operations.append((method.upper(), pattern, operation))
        self._validators = {}

    def operation(self, method: str, path: str) -> dict | None:
        """The operation of a whole path; a fixed path comes before one with names in it."""
        fitting = [
            (pattern.pattern.count("[^/]+"), operation)
            for known, pattern, operation in self.operations
            if known == method and pattern.fullmatch(path)
        ]
        return min(fitting, key=lambda one: one[0])[1] if fitting else None

    def complaints(self, method: str, path: str, status: int, text: str) -> list[str]:
        """What is wrong with one answer to `path`, which begins with `/v3/` or our own prefix."""
        operation = self.operation(method, path)
        if operation is None:
            # Paths and methods that do not exist answer with an error like all others.
            return self._against("#/components/schemas/Error", json.loads(text))
        answer = operation["responses"].get(str(status))
        if answer is None:
            return [f"status {status} is not declared"]
        schema = answer["content"]["application/json"]["schema"]
        return self._against(schema["$ref"], json.loads(text))

    def complaints_of_notification(self, body: dict) -> list[str]:
        """What is wrong with one notification."""
        for name, item in self.strict["webhooks"].items():
            content = item["post"]["requestBody"]["content"]["application/json"]
            events = content["schema"]["properties"]["event"]["enum"]
            if body.get("event") in events:
                pointer = f"#/webhooks/{name}/post/requestBody/content/application~1json/schema"
                return self._against(pointer, body)
        return [f"the event {body.get('event')} is not described"]

    def examples(self):
        """Every example with the pointer to its schema and a name."""
        for path, operations in self.strict["paths"].items():
            for method, operation in operations.items():
                name = f"{method} {path}"
                request = operation.get("requestBody", {}).get("content", {})
                for media in request.values():
                    yield f"{name} request", media["schema"]["$ref"], media["example"]
                for status, answer in operation["responses"].items():
                    media = answer["content"]["application/json"]
                    reference = media["schema"]["$ref"]
                    if "example" in media:
                        yield f"{name} {status}", reference, media["example"]
                    for title, example in media.get("examples", {}).items():
                        yield f"{name} {status} {title}", reference, example["value"]

    def _against(self, pointer: str, body) -> list[str]:
        validator = self._validators.get(pointer)
        if validator is None:
            root = {"$ref": pointer} | {n: self.strict[n] for n in ("components", "webhooks")}
            validator = jsonschema.Draft202012Validator(
                root, format_checker=jsonschema.FormatChecker()
            )
            self._validators[pointer] = validator
        return [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(body)]
