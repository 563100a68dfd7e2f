"""`flowctl schema`: every flow we show is valid by it, and what the language refuses is not."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
from typing import Any

import jsonschema
import pytest
import yaml
from harness.daemon import BINARIES, ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.flow.yaml"))
SHOWN = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "FLOWFILE.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    text = subprocess.run([BINARIES / "flowctl", "schema"], check=True, capture_output=True, timeout=60).stdout
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def problems(validator: jsonschema.Draft7Validator, text: str) -> list[str]:
    found = sorted(validator.iter_errors(yaml.safe_load(text)), key=lambda error: list(map(str, error.absolute_path)))
    return ["/".join(map(str, error.absolute_path)) for error in found]


def step(keys: str, uses: str = "run", given: str = "{ command: x }") -> str:
    return f"steps:\n  - id: a\n    uses: {uses}\n    with: {given}\n    {keys}\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_valid(validator: jsonschema.Draft7Validator, path: pathlib.Path) -> None:
    assert problems(validator, path.read_text()) == []


def test_the_flows_of_the_reference_are_valid(validator: jsonschema.Draft7Validator) -> None:
    assert len(SHOWN) >= 2
    for text in SHOWN:
        assert problems(validator, text) == [], text


@pytest.mark.parametrize(
    "keys",
    [
        "if: always()",
        "if: true",
        "foreach: [1, 2]",
        'foreach: "${{ inputs.files }}"',
        "foreach: { in: [1], as: file, max-parallel: 2 }",
        'needs: { b: any, c: ok }\n    retry: { limit: 3, jitter: 0.5, when: "${{ exit == 75 }}" }',
        "timeout: 1h30m\n    deadline: 365d",
        'expect: [{ exit: 0 }, { json: $.a, count: { ">": 1 } }, { stdout: { contains: x, not: true } }, { body: [1] }]',
        "until: { condition: exit == 0, interval: 500ms }",
        "on-restart: ask\n    circuit: api\n    continue-on-error: true",
        "env: { A: 1, B: true, C: '' }",
        "outputs: { a: [1, { b: null }] }",
    ],
)
def test_keys_of_steps_are_accepted(validator: jsonschema.Draft7Validator, keys: str) -> None:
    assert problems(validator, step(keys)) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name: x\n", ""),
        ("steps: []\n", "steps"),
        ("stps: 1\n" + step(""), ""),
        (step("timout: 1s"), "steps/0"),
        (step("timeout: 5"), "steps/0/timeout"),
        (step("timeout: 1m1h"), "steps/0/timeout"),
        (step("timeout: ''"), "steps/0/timeout"),
        (step("retry: { limit: 1001 }"), "steps/0/retry"),
        (step("retry: { limt: 1 }"), "steps/0/retry"),
        (step("on-restart: maybe"), "steps/0/on-restart"),
        (step("env: { A-B: x }"), "steps/0/env"),
        (step("env: { A: [x] }"), "steps/0/env/A"),
        (step('label: "${{ inputs.x }}"'), "steps/0/label"),
        (step("expect: [{ exists: true }]"), "steps/0/expect/0"),
        (step("expect: [{ exit: 0, stdout: x }]"), "steps/0/expect/0"),
        (step("expect: [{ stdout: { contain: x } }]"), "steps/0/expect/0/stdout"),
        (step("until: { interval: 1s }"), "steps/0/until"),
        (step("", uses="grpc"), "steps/0/uses"),
        (step("", given="{ comand: x }"), "steps/0/with"),
        (step("timeout: 1s", uses="input", given="{ prompt: x }"), "steps/0"),
        (step("expect: []", uses="wait", given="{ for: 1s }"), "steps/0"),
        (step("", uses="wait", given="{ for: 1s, until: true }"), "steps/0/with"),
        (step("", uses="wait", given="{}"), "steps/0/with"),
        (step("", uses="flow", given="{ inputs: {} }"), "steps/0/with"),
        (step("").replace("id: a", "id: 1a"), "steps/0/id"),
        ("mode: fast\n" + step(""), "mode"),
        ("concurrency: { max-parallel: 0 }\n" + step(""), "concurrency/max-parallel"),
        ("inputs: { 'a b': string }\n" + step(""), "inputs"),
        ("inputs: { a: strin }\n" + step(""), "inputs/a"),
        ("on-failure: { fatal: stop }\n" + step(""), "on-failure"),
        ("input-expiry: { then: keep }\n" + step(""), "input-expiry"),
        ("defaults: { foreach: [1] }\n" + step(""), "defaults"),
    ],
)
def test_what_the_language_refuses_is_refused(validator: jsonschema.Draft7Validator, text: str, place: str) -> None:
    found = problems(validator, text)
    assert found, text
    assert all(where.startswith(place) for where in found), found


def test_every_key_is_explained_for_editors(validator: jsonschema.Draft7Validator) -> None:
    schema: Any = validator.schema
    for mapping in [schema, *schema["definitions"].values()]:
        assert mapping["additionalProperties"] is False
        assert all(key["description"].endswith(".") for key in mapping["properties"].values())
