"""Holds answers against the published OpenAPI description of the API, where a copy is at hand.

The description is not part of this repository. A copy is looked for beside it; where there is none,
the one check that needs it says so.
"""

import json
import re
from pathlib import Path

import jsonschema
import yaml

from altyn import ROOT

# Fields that real answers carry though the description does not name them.
KNOWN_EXTRAS = {"method_completed", "challenge_completed", "protocol"}


def find_description() -> Path | None:
    """The copy of the description, also when this checkout is a worktree."""
    for folder in [ROOT, *ROOT.parents]:
        path = folder / "shared/reference/yookassa-openapi.yaml"
        if path.exists():
            return path
    return None


class Published:
    """The description, as JSON schemas."""

    def __init__(self, path: Path):
        document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
        self.paths = document["paths"]
        self.responses = document["components"]["responses"]
        self.document = document
        self.mapping = self._types()
        self.schemas = {n: self._plain(s) for n, s in document["components"]["schemas"].items()}

    def _types(self) -> dict:
        """Which `type` each variant of a discriminated schema stands for."""
        types = {}
        for schema in self.document["components"]["schemas"].values():
            for value, target in schema.get("discriminator", {}).get("mapping", {}).items():
                types[target] = value
        return types

    def _plain(self, schema):
        """OpenAPI 3.0's own words as JSON Schema: `nullable`, and `oneOf` with a discriminator."""
        if isinstance(schema, list):
            return [self._plain(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        out = {
            k: self._plain(v) for k, v in schema.items() if k not in ("discriminator", "nullable")
        }
        if out.get("type") == "string" and "enum" in out:
            # One list of strings stands there as numbers.
            out["enum"] = [str(value) for value in out["enum"]]
        if "discriminator" in schema and "oneOf" in out:
            key = schema["discriminator"]["propertyName"]
            variants = {self.mapping.get(v["$ref"]): v for v in out.pop("oneOf")}
            assert None not in variants, variants
            out["properties"] = {key: {"enum": sorted(variants)}}
            out["required"] = [key]
            out["allOf"] = [
                {"if": {"properties": {key: {"const": value}}}, "then": ref}
                for value, ref in variants.items()
            ]
        if schema.get("nullable"):
            out = {"anyOf": [out, {"type": "null"}]}
        return out

    def schema_of(self, method: str, path: str, status: int) -> dict | None:
        """The schema of an answer, or nothing where the description promises no body."""
        for template, operations in self.paths.items():
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in operations:
                found = operations[method.lower()]["responses"].get(str(status))
                if found is None:
                    return None
                if "$ref" in found:
                    found = self.responses[found["$ref"].rsplit("/", 1)[1]]
                return self._plain(found["content"]["application/json"]["schema"])
        return None

    def complaints(self, method: str, path: str, status: int, text: str) -> list[str]:
        """What is wrong with one answer."""
        schema = self.schema_of(method, path, status)
        if schema is None:
            return []
        return self._against(schema, json.loads(text))

    def complaints_of_notification(self, body: dict) -> list[str]:
        """What is wrong with the object of a notification: it is the object as `GET` shows it."""
        noun = body["event"].split(".")[0]
        return self._against(self.schema_of("GET", f"/{noun}s/x", 200), body["object"])

    def _against(self, schema: dict, body) -> list[str]:
        root = schema | {"components": {"schemas": self.schemas}}
        validator = jsonschema.Draft202012Validator(root, format_checker=jsonschema.FormatChecker())
        errors = [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(body)]
        return errors + [
            f"{where}: not in the description" for where in self._unknown(schema, body, "$")
        ]

    def _unknown(self, schema, value, where):
        """Fields that the description does not name."""
        if isinstance(value, list):
            inner = self._fields(schema, value)[1]
            for item in value:
                yield from self._unknown(inner or {}, item, where + "[]")
        if not isinstance(value, dict):
            return
        fields, _ = self._fields(schema, value)
        if not fields:
            return
        for name, field in value.items():
            if name in fields:
                yield from self._unknown(fields[name], field, f"{where}.{name}")
            elif name not in KNOWN_EXTRAS:
                yield f"{where}.{name}"

    def _fields(self, schema, value):
        """All properties a schema names for a value, and the schema of its items."""
        fields, items = dict(schema.get("properties", {})), schema.get("items")
        inner = (
            list(schema.get("allOf", []))
            + list(schema.get("anyOf", []))
            + list(schema.get("oneOf", []))
        )
        if "$ref" in schema:
            inner.append(self.schemas[schema["$ref"].rsplit("/", 1)[1]])
        for one in inner:
            if "if" in one:
                ((key, test),) = one["if"]["properties"].items()
                if isinstance(value, dict) and value.get(key) != test["const"]:
                    continue
                one = one["then"]
            more, more_items = self._fields(one, value)
            fields = more | fields if not set(more) - set(fields) else fields | more
            items = items or more_items
        return fields, items
