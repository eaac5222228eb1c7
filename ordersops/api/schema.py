"""The description (OpenAPI 3.1), made of the serializers and of what the endpoints declare; here is what all of it has in common."""

from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from ordersops.api.problems import KINDS, MEDIA_TYPE
from ordersops.api.scopes import Scope

READ_PROBLEMS, ACT_PROBLEMS = (401, 403, 404, 422, 429), (400, 401, 403, 404, 409, 413, 415, 422, 429)
DECIDE_PROBLEMS = (412, 428)
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `type` leads to the page that explains it; `next` says what a client does about it.",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The id under which the history and the log know the request."},
        "next": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Each field that does not fit.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "says": {"type": "string"}},
                "required": ["field", "says"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "instance", "next", "errors"],
}


class BearerToken(OpenApiAuthenticationExtension):
    target_class = "ordersops.api.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = "; ".join(f"{scope.value}: {scope.sentence}" for scope in Scope)
        return {"type": "http", "scheme": "bearer", "description": f"An access token. Scopes: {scopes}."}


@cache
def description() -> dict[str, Any]:
    """The whole, made once for a process: it changes with a release alone."""
    generator: Any = SchemaGenerator()
    found: dict[str, Any] = generator.get_schema(request=None, public=True)
    return found


def _short(name: str) -> str:
    """CaseRow is Case, RiskEnum is Risk: how a thing is made is nobody's business."""
    for ending in ("Row", "Enum"):
        name = name.removesuffix(ending)
    return name.replace("RowPage", "Page")


def _plain(node: Any, names: dict[str, str]) -> Any:
    """Without what says nothing here: nothing that is read can be written, and a reference needs no wrapping."""
    if isinstance(node, list):
        return [_plain(one, names) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value, names) for key, value in node.items() if key != "readOnly"}
    if "$ref" in kept:
        stem, _, name = kept["$ref"].rpartition("/")
        kept["$ref"] = f"{stem}/{names.get(name, name)}"
    if len(kept.get("allOf", ())) == 1:
        (only,) = kept.pop("allOf")
        kept = {**only, **kept}
    return kept


def _operation_id(path: str, method: str) -> str:
    """list_cases, get_case, post_case_approve."""
    parts = [part for part in path.removeprefix("/api/v1/").replace("-", "_").split("/") if not part.startswith("{")]
    of_one = "{" in path
    if of_one:
        parts[0] = parts[0].removesuffix("s")
    listing = method == "get" and (not of_one or len(parts) > 1 or parts[0] == "queue")
    return "_".join(["list" if listing else method, *parts])


def complete(result: dict[str, Any], generator: Any, **more: Any) -> dict[str, Any]:
    """drf-spectacular's last hook: problems for every operation, closed inputs, and what the apps add."""
    names = {name: _short(name) for name in result["components"]["schemas"]}
    assert len(set(names.values())) == len(names), "two components would have one name"
    result["components"]["schemas"] = {names[name]: schema for name, schema in result["components"]["schemas"].items()}
    for key, part in list(result.items()):
        result[key] = _plain(part, names)
    schemas = result["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    for name, schema in schemas.items():
        if name.endswith("Input"):
            schema["additionalProperties"] = False
        else:
            for field in schema.get("properties", {}).values():
                field.pop("default", None)
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            operation["operationId"] = _operation_id(path, method)
            statuses = set(READ_PROBLEMS if method == "get" else ACT_PROBLEMS)
            if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
                statuses.update(DECIDE_PROBLEMS)
            if method == "get" and "{" not in path:
                statuses.discard(404)
            for status in sorted(statuses):
                operation["responses"][str(status)] = _response(status)
            operation["responses"] = dict(sorted(operation["responses"].items()))
            if method == "get" and "application/json" in operation["responses"].get("200", {}).get("content", {}):
                operation["responses"]["200"].setdefault("description", "")
    for path in settings.API_DESCRIBED_BY:
        module, _, name = path.rpartition(".")
        getattr(import_module(module), name)(result)
    return result


def _response(status: int) -> dict[str, Any]:
    titles = " or ".join(dict.fromkeys(kind.title for kind in KINDS.values() if kind.status == status))
    return {"description": titles, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
