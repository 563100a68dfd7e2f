"""Flow files, expressions and scripts that mean harm: they are refused or end, and the daemon answers meanwhile."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import Any, Iterator

import pytest

from flowd import errors
from harness import processes
from harness.stage import FAILED, RUNNING, SUCCEEDED, Stage, steps, words

#: The longest that an answer may take while something hostile is evaluated; a debug build on a busy machine.
LATENCY_MAX = 5.0
MEBIBYTE = 1 << 20


class Latencies:
    def __init__(self) -> None:
        self.worst = 0.0
        self.count = 0


@contextmanager
def asked_all_the_while(stage: Stage) -> Iterator[Latencies]:
    """Asks for the metadata again and again and notes the longest answer."""
    latencies, stop = Latencies(), threading.Event()
    client = stage.daemon.client()

    def ask() -> None:
        while not stop.is_set():
            began = time.monotonic()
            client.session.get_current_meta(session_id=stage.session)
            latencies.worst = max(latencies.worst, time.monotonic() - began)
            latencies.count += 1
            time.sleep(0.002)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield latencies
    finally:
        stop.set()
        thread.join(60)
        client.close()


def deep_yaml(depth: int) -> str:
    return "steps: " + "[" * depth + "]" * depth


def laughs() -> str:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for last, name in zip("abcdefgh", "bcdefghi"):
        text += f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]\n"
    return text + "steps: *i\n"


FILES = {
    "10-mebibytes": "steps:\n" + "  - { id: a, uses: run, with: { command: 'true' } }\n" * (10 * MEBIBYTE // 53),
    "one-long-line": "name: '" + "x" * (10 * MEBIBYTE) + "'\n",
    "deep-flow-style": deep_yaml(100_000),
    "deep-blocks": "".join(f"{' ' * n}a:\n" for n in range(600)),
    "deep-dashes": "- " * 100_000,
    "aliases": laughs(),
    "anchors": "steps: &s []\nname: *s\n",
    "tags": "steps: !!python/object/apply:os.system ['true']\n",
    "many-values": "steps: [" + "1," * 400_000 + "]",
    "repeated-keys": "steps:\n  - { id: a, uses: run, with: { command: 'true' }, uses: run }\n",
    "many-mistakes": "steps:\n" + "  - { id: 7, uses: x }\n" * 10_000,
    "nothing": "",
    "null-bytes": "steps:\0\n",
    "no-utf8": "steps: \udcff\n",
    "documents": "steps: []\n---\nsteps: []\n",
    "merge-keys": "x: &x { id: a }\nsteps: [{ <<: *x, uses: run, with: { command: 'true' } }]\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_a_sentence_and_holds_nobody_up(stage: Stage, name: str) -> None:
    content = FILES[name].encode("utf-8", "surrogateescape")
    path = stage.workspace / ".flowd" / "flows" / "bad.flow.yaml"
    path.write_bytes(content)
    with asked_all_the_while(stage) as latencies:
        listed = {flow.flow_id: flow for flow in stage.client.flow.list(workspace=str(stage.workspace)).flows}
        assert listed["bad"].definition_hash == "" and 0 < len(listed["bad"].diagnostics) <= 101
        assert all(diagnostic.message for diagnostic in listed["bad"].diagnostics)
        if len(content) < 3 * MEBIBYTE:
            assert not stage.client.flow.validate(content=content).valid
        with pytest.raises(errors.FlowdError) as caught:
            stage.start_flow("bad")
        assert isinstance(caught.value, (errors.FailedPrecondition, errors.InvalidArgument, errors.ResourceExhausted))
    assert latencies.worst < LATENCY_MAX, f"an answer took {latencies.worst:.3f} s of {latencies.count}"
    assert stage.end(stage.start("steps: [{ id: a, uses: run, with: { command: 'true' } }]")).status == SUCCEEDED


SPIN = "(function() while true do end end)()"
EXPRESSIONS = {
    "spin": SPIN,
    "spin-in-pcall": "(function() while true do pcall(function() while true do end end) end end)()",
    "recursion": "(function() local function f() return f() + f() end return f() end)()",
    "tail-calls": "(function() local function f() return f() end return f() end)()",
    "memory": "(function() local t = {} for i = 1, 1e9 do t[i] = {i, i} end end)()",
    "strings": "string.rep('x', 1e9)",
    "doubling": "(function() local s = 'x' while true do s = s .. s end end)()",
    "pattern": "string.find(string.rep('a', 30000), string.rep('.-', 30) .. 'b')",
    "pattern-of-pairs": "(function() return ('x'):rep(1000):gsub('', function() return ('y'):rep(100000) end) end)()",
    "format": "string.format('%99999d', 1)",
    "sort": "(function() local t = {} for i = 1, 5000 do t[i] = i end "
    "table.sort(t, function(a, b) return true end) return #t end)()",
    "concat": "(function() local t = {} for i = 1, 100000 do t[i] = ('x'):rep(1000) end return #table.concat(t) end)()",
    "deep-value": "(function() local t = {} for i = 1, 100000 do t = {t} end return t end)()",
    "own-element": "(function() local t = {} t[1] = t return t end)()",
    "metatables": "(function() return setmetatable({}, {__index = function() while true do end end}) end)()",
    "coroutines": "(function() while true do coroutine.wrap(function() end)() end end)()",
    "goto": "(function() ::a:: goto a end)()",
    "lists": "map(split(('x,'):rep(200000), ','), function() return split(('y,'):rep(200000), ',') end)",
    "sha": "(function() local s = ('x'):rep(1000000) while true do s = s .. sha256(s) end end)()",
    "error-value": "error(setmetatable({}, {__tostring = function() while true do end end}))",
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_bomb_in_an_expression_fails_its_step_and_holds_nobody_up(stage: Stage, name: str) -> None:
    """The same in `if`, in a template, in `foreach`, in `until`, in a report, and in a script."""
    code = EXPRESSIONS[name].replace("'", "''")
    text = (
        "steps:\n"
        f"  - {{ id: when, uses: run, needs: [], if: '{code}', with: {{ command: 'true' }}, continue-on-error: true }}\n"
        f"  - {{ id: text, uses: run, needs: [], continue-on-error: true, with: {{ command: [echo, 'a ${{{{ {code} }}}}'] }} }}\n"
        f"  - {{ id: list, uses: run, needs: [], continue-on-error: true, foreach: '${{{{ {code} }}}}', with: {{ command: 'true' }} }}\n"
        f"  - {{ id: repeat, uses: run, needs: [], continue-on-error: true, with: {{ command: 'true' }}, "
        f"until: {{ condition: '{code}', interval: 10ms, deadline: 20ms }} }}\n"
        f"  - {{ id: script, uses: script, needs: [], continue-on-error: true, timeout: 2s, with: {{ lua: 'return {code}' }} }}\n"
        f"report: 'r ${{{{ {code} }}}}'\n"
    )
    before = processes.resident_bytes(stage.daemon.pid)
    with asked_all_the_while(stage) as latencies:
        try:
            run = stage.start(text)
        except (errors.FailedPrecondition, errors.InvalidArgument) as error:
            assert "setmetatable" in text or "coroutine" in text, error
            return
        ended = stage.end(run, 120)
    assert latencies.worst < LATENCY_MAX, f"an answer took {latencies.worst:.3f} s of {latencies.count}"
    grown = processes.resident_bytes(stage.daemon.pid) - before
    assert grown < 192 * MEBIBYTE, f"grew by {grown >> 20} MiB"
    if name not in ("sort", "deep-value", "own-element"):
        assert all(step.error.message or step.step_id in ("when", "repeat") for step in ended.steps), ended


def test_a_spinning_script_is_cancelled_at_once(stage: Stage) -> None:
    run = stage.start("steps:\n  - { id: s, uses: script, timeout: 60s, with: { lua: 'while true do end' } }\n")
    began = time.monotonic()
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_FORCE")
    stage.end(run)
    assert time.monotonic() - began < 20


def test_spinning_scripts_of_one_run_do_not_hold_up_another(stage: Stage) -> None:
    spin = "  - { id: s, uses: script, foreach: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], timeout: 1s, with: { lua: 'while true do end' } }\n"
    bad = stage.start("on-failure: finish\nsteps:\n" + spin)
    good = stage.start("steps:\n  - { id: s, uses: script, with: { lua: 'return 1' } }\n")
    assert stage.end(good).status == SUCCEEDED
    assert stage.run(bad).status == RUNNING, "it waited for all of them"
    assert stage.end(bad).status == FAILED


def test_a_check_with_a_hostile_pattern_gives_up(stage: Stage) -> None:
    text = (
        "steps:\n  - id: a\n    uses: run\n    with: { command: 'head -c 500000 /dev/zero | tr \"\\0\" a' }\n"
        "    expect:\n      - { stdout: { matches: '(a+)+$b' } }\n      - { stdout: { matches: 'a*[bc]' } }\n"
        "      - { stdout: { matches: '(?:a?){40}a{40}b' } }\n"
    )
    with asked_all_the_while(stage) as latencies:
        ended = stage.end(stage.start(text))
    assert ended.status == FAILED and all(not check.passed for check in ended.steps[0].checks)
    assert latencies.worst < 2 * LATENCY_MAX, f"an answer took {latencies.worst:.3f} s"


@pytest.mark.parametrize("source", ["now", "result"])
def test_a_list_beyond_its_bound_is_refused_with_both_numbers(stage: Stage, source: str) -> None:
    make = "(function() local l = {} for i = 1, 12000 do l[i] = i end return l end)()"
    if source == "now":
        text = f"steps:\n  - {{ id: l, uses: run, foreach: '${{{{ {make} }}}}', with: {{ command: 'true' }} }}\n"
    else:
        big = "local l = {} for i = 1, 10500 do l[i] = i end return l"
        text = f"steps:\n  - {{ id: m, uses: script, with: {{ lua: '{big}' }} }}\n"
        text += "  - { id: l, uses: run, foreach: '${{ steps.m.result }}', with: { command: 'true' } }\n"
    with asked_all_the_while(stage) as latencies:
        ended = stage.end(stage.start(text))
    message = steps(ended)["l"].error.message
    assert ended.status == FAILED and "10000" in message and ("12000" in message or "10500" in message), message
    assert len(ended.steps) < 10, "no child was made"
    assert latencies.worst < LATENCY_MAX


def test_a_list_of_a_hundred_thousand_is_refused(stage: Stage) -> None:
    big = "local l = {} for i = 1, 100000 do l[i] = i end return l"
    text = f"steps:\n  - {{ id: m, uses: script, with: {{ lua: '{big}' }} }}\n"
    text += "  - { id: l, uses: run, foreach: '${{ steps.m.result }}', with: { command: 'true' } }\n"
    with asked_all_the_while(stage) as latencies:
        ended = stage.end(stage.start(text))
    assert words(ended) == {"m": "succeeded", "l": "failed"} and "f.flow.yaml:3" in ended.error
    assert latencies.worst < LATENCY_MAX


@pytest.mark.parametrize("step_id", ["schön", "a b", "a/b", "../x", "", "1a", "a" * 65, "a\\u0000", "a\\u202e", "ａ"])
def test_ids_of_steps_are_plain(stage: Stage, step_id: str) -> None:
    answer = stage.client.flow.validate(
        content=f'steps: [{{ id: "{step_id}", uses: run, with: {{ command: "true" }} }}]'.encode()
    )
    assert not answer.valid and answer.diagnostics[0].line == 1


UNICODE = ["Grüße", "日本語", "🐟🏳️‍🌈", "e\u0301", "\u202eabc", "a\u0000b".replace("\0", ""), "\ufeffbom", "\U0010ffff", "’“”"]


def test_any_text_passes_through_a_run_unchanged(stage: Stage) -> None:
    text = (
        "name: 'Fluß 🐟'\ninputs: { v: json }\nsteps:\n"
        "  - id: l\n    label: 'Größe 日本'\n    uses: run\n    foreach: ${{ inputs.v }}\n"
        "    env: { V: '${{ item }}' }\n    with: { command: 'printf %s \"$V\"' }\n"
        "  - { id: s, uses: script, with: { lua: 'return map(steps.l, function(r) return r.stdout .. \"ß\" end)' } }\n"
        "report: '${{ join(steps.s.result, \"|\") }}'\n"
    )
    ended = stage.end(stage.start(text, inputs={"v": UNICODE}))
    assert ended.status == SUCCEEDED, ended.error
    assert [step.stdout.decode() for step in ended.steps if step.parent_step_id] == UNICODE
    assert ended.report == "|".join(value + "ß" for value in UNICODE)
    assert steps(ended)["l"].label == "Größe 日本"


def test_a_value_is_never_evaluated_again(stage: Stage) -> None:
    hostile = "${{ inputs.v }} $${{ 1 }} $(touch never) `id` '; exit 3; ' ]] return 1 --[["
    text = (
        "inputs: { v: string }\nsteps:\n"
        "  - { id: a, uses: run, env: { V: '${{ inputs.v }}' }, with: { command: 'printf %s \"$V\"' } }\n"
        "  - { id: b, uses: run, with: { command: [printf, '%s', '${{ steps.a.stdout }}'] } }\n"
        "  - { id: c, uses: script, with: { lua: 'return steps.b.stdout' } }\n"
        "  - { id: q, uses: input, with: { prompt: 'Is ${{ steps.c.result }} right?', default: '${{ steps.c.result }}' } }\n"
        "report: '${{ steps.q.result }}'\n"
    )
    stage.set_mode("BATCH")
    ended = stage.end(stage.start(text, inputs={"v": hostile}))
    assert ended.report == hostile and ended.status == SUCCEEDED


