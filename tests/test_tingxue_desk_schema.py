"""The API as it describes itself: schemathesis makes requests from the OpenAPI, right ones and
wrong ones, and holds each answer against it; ``TINGXUE_SCHEMATHESIS`` of each kind (15).
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from deskclient import HOST, Office, Visitor, office
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from domain.plan import Plan
from domain.types import Role

pytestmark = pytest.mark.full
EXAMPLES = int(os.environ.get("TINGXUE_SCHEMATHESIS", "15"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance,
          response_schema_conformance]  # fmt: skip
OPERATIONS = [
    "GET /api/me", "GET /api/now", "GET /api/cases", "GET /api/cases/{case_id}",
    "POST /api/cases/{case_id}/{action}", "POST /api/cases/{case_id}/reply/files",
    "GET /api/reviews",
    "POST /api/reviews/{review_id}/confirm", "POST /api/reviews/{review_id}/dismiss",
    "GET /api/mentions/{mention_id}", "POST /api/mentions/{mention_id}/correct",
]  # fmt: skip


FUSSY = {label for label in OPERATIONS if "POST" in label} | {"GET /api/cases"}
"""They take more than a number in the address: something that can be wrong."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("desk"), plan) as made:
        made.world.say(1, ["taxi_refusal"], text="出租车拒载", places=("天定山",))
        made.world.say(2, ["parking"], text="停车大概不对", places=("莲花山",), sure=0.3)
        yield made


@pytest.fixture(scope="module")
def visitor(desk: Office) -> Visitor:
    """Somebody who may do everything."""
    visitor = desk.person("甲", Role.PUBLICITY, "宣传部")
    visitor.csrf = visitor.get("/api/me").json()["csrf"]
    return visitor


@pytest.fixture(scope="module")
def api(visitor: Visitor) -> schemathesis.schemas.BaseSchema:
    described = visitor.get("/api/openapi.json").json()
    return schemathesis.openapi.from_dict(described, config=SchemathesisConfig())


@pytest.mark.parametrize(
    ("label", "mode"),
    [(label, GenerationMode.POSITIVE) for label in OPERATIONS]
    + [(label, GenerationMode.NEGATIVE) for label in OPERATIONS if label in FUSSY],
)
def test_every_answer_is_one_that_the_description_promises(
    desk: Office, visitor: Visitor, api: schemathesis.schemas.BaseSchema, label: str,
    mode: GenerationMode,
) -> None:  # fmt: skip
    method, _, path = label.partition(" ")
    operation = api[path][method]
    real = {"case_id": desk.world.cases()[0], "review_id": "YP-20261123-0001"}
    with desk.world.app.ledger.read() as books:
        real["mention_id"] = books.cases.get(real["case_id"]).mention_ids[0]

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case) -> None:
        if len(str(case.path_parameters)) % 2:  # of what there is as well as of what there is not
            known = {name: real[name] for name in case.path_parameters if name in real}
            case.path_parameters = {**case.path_parameters, **known}
        headers = {"origin": HOST, "x-csrf-token": visitor.csrf}
        sent = case.as_transport_kwargs(base_url=HOST, headers=headers)
        data = sent.get("data")
        request = visitor._http.build_request(
            sent["method"], sent["url"], params=sent.get("params"), headers=dict(sent["headers"]),
            json=sent.get("json"), files=_files(sent),
            **{"data" if isinstance(data, dict) else "content": data},
        )  # fmt: skip
        visitor._run.run(request.aread())  # the checks look at what was sent
        answer = visitor._run.run(visitor._http.send(request))
        case.validate_response(answer, checks=CHECKS)

    holds()


def _files(sent: Mapping[str, Any]) -> list[tuple[str, Any]] | None:
    """What is to be sent as a part; values of a wrong kind as their text."""
    given = sent.get("files")
    pairs = list(given.items()) if isinstance(given, dict) else given
    return pairs and [(name, _part(one)) for name, one in pairs]


def _part(one: Any) -> Any:
    if isinstance(one, tuple):
        return (one[0], _part(one[1]), *one[2:])
    return one if isinstance(one, str | bytes) else str(one)


def test_every_operation_is_tried(api: schemathesis.schemas.BaseSchema) -> None:
    assert sorted(one.ok().label for one in api.get_all_operations()) == sorted(OPERATIONS)
