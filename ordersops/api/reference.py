"""The reference page: what the description says, laid out for people."""

import json
from functools import cache
from typing import Any

from ordersops.accounts.roles import Perm
from ordersops.api.problems import KINDS
from ordersops.api.schema import description
from ordersops.api.scopes import Scope

ORDER = ["Cases", "Decisions", "Recommendations", "Orders", "Effects", "Stores", "History"]


@cache
def reference() -> dict[str, Any]:
    """The context of api/docs.html. Made once for a process."""
    found = description()
    schemas = found["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {tag: [] for tag in ORDER}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, schemas))
    shown = {name: schema for name, schema in schemas.items() if not name.endswith(("Input", "Arguments", "Problem", "Page"))}
    return {
        "groups": [{"tag": tag, "anchor": tag.lower(), "operations": operations} for tag, operations in groups.items() if operations],
        "things": [_thing(name, schema) for name, schema in sorted(shown.items())],
        "acts": [_act(variant, schemas) for variant in schemas["AskInput"]["oneOf"]],
        "problems": list(KINDS.values()),
        "scopes": list(Scope),
    }


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    status, answer = next((status, one) for status, one in operation["responses"].items() if status.startswith("2"))
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    takes = _resolved(body, schemas)
    gives = answer["content"]["application/json"]["schema"].get("$ref", "").rpartition("/")[2]
    return {
        "anchor": operation["operationId"].replace("_", "-"),
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "text": operation["description"].partition("\n")[2].strip(),
        "scope": operation.get("x-scope"),
        "rights": [Perm[name.upper()].sentence for name in operation["x-rights"]],
        "also": operation.get("x-also", ""),
        "parameters": [_parameter(one) for one in operation.get("parameters", []) if one["in"] == "query"],
        "match": any(one["name"] == "If-Match" for one in operation.get("parameters", [])),
        "fields": _fields(takes),
        "asks": "oneOf" in takes,
        "status": status,
        "gives": gives.removesuffix("Page"),
        "page": gives.endswith("Page"),
        "curl": _curl(path, method, operation.get("x-example")),
    }


def _curl(path: str, method: str, example: Any) -> str:
    lines = [f"curl $ORDERSOPS{path.replace('{id}', '$ID').replace('{lane}', 'fraud')}", '-H "Authorization: Bearer $TOKEN"']
    if method == "post":
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
        lines.append("--json '" + json.dumps(example or {}, ensure_ascii=False) + "'")
    return " \\\n  ".join(lines)


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    return {"name": one["name"], "required": one.get("required", False), **_said(one["schema"]), "text": one.get("description", "")}


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", ()))
    return [
        {"name": name, "required": name in required, **_said(field), "text": _text(field)}
        for name, field in schema.get("properties", {}).items()
    ]


def _thing(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "anchor": f"thing-{name}", "text": _text(schema), "values": schema.get("enum", []), "fields": _fields(schema)}


def _act(variant: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    properties = variant["properties"]
    takes = _resolved(properties["arguments"], schemas)
    fields = []
    for name, field in takes.get("properties", {}).items():
        inner = _resolved(field, schemas)
        if inner.get("properties") and inner is not field:
            fields += [{**one, "name": f"{name}.{one['name']}"} for one in _fields(inner)]
        else:
            fields += [one for one in _fields(takes) if one["name"] == name]
    return {"kind": properties["kind"]["const"], "title": variant["title"], "text": variant["description"], "fields": fields}


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _text(schema: dict[str, Any]) -> str:
    return str(schema.get("description", "")).replace("\n", " ")


def _said(schema: dict[str, Any]) -> dict[str, Any]:
    """The type in words: `words`, and `thing` where it is one of ours."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"words": name, "thing": "" if name.endswith("Arguments") else name}
    if options := schema.get("oneOf") or schema.get("anyOf"):
        said = [_said(option) for option in options]
        thing = next((one["thing"] for one in said if one["thing"]), "")
        return {"words": " or ".join(one["words"] for one in said), "thing": thing}
    kind = schema.get("type", "any JSON")
    if "enum" in schema:
        return {"words": ", ".join(json.dumps(value) if value is None else str(value) for value in schema["enum"]), "thing": ""}
    if "const" in schema:
        return {"words": str(schema["const"]), "thing": ""}
    if kind == "array":
        inner = _said(schema.get("items", {}))
        return {"words": f"list of {inner['words']}", "thing": inner["thing"]}
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return {"words": f"{schema['format']}{' or null' if isinstance(kind, list) else ''}" if "format" in schema else words, "thing": ""}
