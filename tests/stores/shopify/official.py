"""Shopify's own schema of the Admin API, which lies beside the project."""

import gzip
import json
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from graphql import DocumentNode, GraphQLEnumType, GraphQLSchema, OperationDefinitionNode, build_client_schema, parse, validate
from graphql.execution.values import get_variable_values

from ordersops.stores.platforms.shopify.documents import document

SCHEMA = settings.BASE_DIR.parent / "shared" / "outside" / "shopify" / "admin_schema" / "admin_2026-07.json.gz"
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="Shopify's schema is not beside the project (../shared/outside/shopify)")


@cache
def schema() -> GraphQLSchema:
    return build_client_schema(json.loads(gzip.decompress(SCHEMA.read_bytes()))["data"], assume_valid=True)


@cache
def parsed(name: str) -> DocumentNode:
    return parse(document(name))


def mistakes(name: str) -> list[str]:
    """What Shopify would say against a document."""
    return [error.message for error in validate(schema(), parsed(name))]


def coerced(name: str, variables: dict[str, Any]) -> list[str]:
    """What Shopify would say against the variables of a document."""
    operation = parsed(name).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    found = get_variable_values(schema(), operation.variable_definitions or (), variables)
    return [error.message for error in found] if isinstance(found, list) else []


def members(enum: str) -> set[str]:
    found = schema().type_map[enum]
    assert isinstance(found, GraphQLEnumType)
    return set(found.values)
