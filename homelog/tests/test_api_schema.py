"""The whole OpenAPI document of the API, tried with made-up calls by somebody who may read, who may write, a stranger:
no fault of ours, no status, type or shape of an answer that the document does not name, nothing of the household told.

A few calls for each operation here; `make api` tries many more (API_EXAMPLES).
"""

import os
from typing import Any
from uuid import UUID

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as thorough
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.tests.api.calls import tokens_of
from homelog.api import api
from homelog.tests.matrix.household import SECRET, Household, rolled_back, stored
from homelog.tests.test_api_matrix import OF_CALLS, OPERATIONS

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("API_EXAMPLES", "1"))
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance),
    *(response_schema_conformance, negative_data_rejection),
]
VISITORS = {"reader": "write nothing", "writer": "write readings", "stranger": "see nothing"}
KEYS = {"reading_id": "corrected", "rule_id": "rule_id", "change_id": "change_id", "right_id": "right_id"}


def with_keys_that_are_there(case: Any, house: Household) -> None:
    """Let what was made up be about Alice's things, or no call would come past its address."""
    known = {**{name: house.known[key] for name, key in KEYS.items()}, "batch_id": house.own["writer"].batch.public_id}
    known |= {"source_id": house.source.public_id, "home_id": house.home.public_id}
    for name in case.path_parameters or {}:
        if name in known:
            case.path_parameters[name] = str(UUID(str(known[name])))


def sent(case: Any, headers: dict[str, str]) -> Response:
    """The answer to a made-up call, sent as Django's own client sends it: on the test's connection."""
    call = requests.Request(**case.as_transport_kwargs(base_url="http://testserver", headers=headers)).prepare()
    body = call.body.encode() if isinstance(call.body, str) else call.body or b""
    kind = str(call.headers.get("Content-Type", ""))
    dropped = {"Content-Type", "Content-Length", "Accept-Encoding"}
    more = {name: str(value) for name, value in call.headers.items() if name not in dropped}
    client = Client(raise_request_exception=False)
    found = client.generic(str(call.method), call.path_url, body, content_type=kind, headers=more)
    told = {name: [value] for name, value in found.headers.items()}
    return Response(found.status_code, told, found.getvalue(), call, 0.0, False, encoding="utf-8")


@pytest.mark.parametrize("who", VISITORS)
def test_no_call_breaks_anything_or_is_answered_with_what_is_not_documented(who: str, house: Household) -> None:
    document = schemathesis.openapi.from_dict(api.get_openapi_schema())
    faults: list[str] = []
    with override_settings(API_PER_MINUTE=10**6, API_SIGN_INS_PER_MINUTE=10**6), rolled_back():
        headers = {"Authorization": f"Bearer {tokens_of(house.people[who]).access_token}"}
        before = {name: digest for name, digest in stored().items() if name not in OF_CALLS}
        for found in document.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            faults += _tried(operation, headers, house, who)
        changed = {name for name, digest in stored().items() if name not in OF_CALLS and before[name] != digest}
    assert faults == []
    assert changed <= ({"reading", "reading_day", "reading_fall", "import_batch"} if who == "writer" else set()) | OWN
    assert len(list(document.get_all_operations())) == len(OPERATIONS)


OWN = {"home", "home_member", "data_source", "data_validator"}
"""Anybody may make a home and a source of their own."""


def _tried(operation: Any, headers: dict[str, str], house: Household, who: str) -> list[str]:
    """What is wrong with the answers to calls of an operation."""
    faults: list[str] = []

    @seed(1)
    @thorough(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        with_keys_that_are_there(case, house)
        with transaction.atomic():
            answer = sent(case, headers)
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as error:
                faults.append(f"{operation.label}: {error} {answer.text[:300]}")
            if who == "stranger" and SECRET in answer.text:
                faults.append(f"{operation.label}: tells a stranger of the household")

    if operation.definition.raw["operationId"] != "sign_out":
        one()
    return faults
