"""Runs at their bounds: many steps, long lists, much output, large values."""

from __future__ import annotations

import os
from typing import Any

import pytest

from flowd import errors
from flowd.v1 import run_pb2
from harness import flows, processes
from harness.stage import FAILED, SUCCEEDED, Stage, steps, words

#: Of the bound, so that a hurried run of the suite may take less.
SHARE = float(os.environ.get("FLOWD_LARGE_SHARE", "1"))
STEPS = max(100, int(10_000 * SHARE))
MEBIBYTE = 1 << 20


def test_a_run_with_as_many_steps_as_a_flow_may_have(stage: Stage) -> None:
    """Half are skipped or waits that end at once; with a kill in the middle."""
    kinds = ["if: 'false', uses: run, with: { command: 'true' }", "uses: wait, with: { for: 0s }"]
    text = "concurrency: { max-parallel: 64 }\nsteps:\n" + "".join(
        f"  - {{ id: s{n}, {kinds[n % 2]}, needs: {'[]' if n < 10 else f'[s{n - 10}]'} }}\n" for n in range(STEPS)
    )
    run = stage.start(text)
    stage.until(lambda: settled(stage, run) > STEPS // 4, "a quarter of the steps", 180)
    stage.restart()
    ended = stage.end(run, 180)
    assert ended.status == SUCCEEDED and len(ended.steps) == STEPS
    assert list(words(ended).values()).count("skipped") == STEPS // 2
    stage.client.flow.pause(stage.start(flows.waiting()))


def settled(stage: Stage, run: str) -> int:
    return sum(step.HasField("finished_at") for step in stage.client.flow.get_run(run).run.steps)


def test_one_step_more_is_refused(stage: Stage) -> None:
    text = "steps:\n" + "".join(f"  - {{ id: s{n}, uses: wait, with: {{ for: 0s }} }}\n" for n in range(10_001))
    assert not stage.client.flow.validate(content=text.encode()).valid


def test_a_list_of_as_many_elements_as_are_allowed(stage: Stage) -> None:
    text = (
        "concurrency: { max-parallel: 128 }\n"
        f"steps:\n  - {{ id: m, uses: script, with: {{ lua: 'local l = {{}} for i = 1, {STEPS} do l[i] = i end return l' }} }}\n"
        "  - { id: l, uses: wait, foreach: '${{ steps.m.result }}', with: { for: 0s } }\n"
        "  - { id: n, uses: script, with: { lua: 'return #steps.l' } }\n"
        "report: '${{ steps.n.result }}'\n"
    )
    run = stage.start(text)
    stage.until(lambda: settled(stage, run) > STEPS // 3, "a third of the children", 180)
    stage.restart()
    ended = stage.end(run, 180)
    assert (ended.status, ended.report) == (SUCCEEDED, str(STEPS)), ended.error
    assert len(ended.steps) == STEPS + 3 and set(words(ended).values()) == {"succeeded"}


def test_more_steps_than_a_run_may_have_fail_the_list_that_is_too_long(stage: Stage) -> None:
    text = "steps:\n  - { id: m, uses: script, with: { lua: 'local l = {} for i = 1, 9000 do l[i] = i end return l' } }\n"
    for name in "abc":
        text += f"  - {{ id: {name}, uses: wait, if: 'true', foreach: '${{{{ steps.m.result }}}}', needs: [m], with: {{ for: 0s }} }}\n"
    ended = stage.end(stage.start("on-failure: finish\nconcurrency: { max-parallel: 256 }\n" + text), 180)
    failed = [step for step in ended.steps if step.status == 6]
    assert ended.status == FAILED and "20000" in failed[0].error.message, ended.error


def test_a_hundred_mebibytes_of_output_do_not_grow_the_daemon(stage: Stage) -> None:
    each = 5 * MEBIBYTE
    count = max(4, int(20 * SHARE))
    text = "concurrency: { max-parallel: 4 }\nsteps:\n" + "".join(
        f"  - {{ id: s{n}, uses: run, needs: [], with: {{ command: 'head -c {each} /dev/zero | tr \"\\0\" {chr(97 + n)}' }} }}\n"
        for n in range(count)
    )
    text += "  - { id: last, uses: script, needs: [s0, s1], with: { lua: 'return #steps.s0.stdout + #steps.s1.stdout' } }\n"
    text += "report: ${{ steps.last.result }}\n"
    before = processes.resident_bytes(stage.daemon.pid)
    run = stage.start(text)
    worst = 0

    def is_over() -> bool:
        nonlocal worst
        worst = max(worst, processes.resident_bytes(stage.daemon.pid))
        return run in stage.ended()

    stage.until(is_over, "the end", 180)
    ended = stage.client.flow.get_run(run).run
    assert ended.status == SUCCEEDED and ended.report == str(2 * MEBIBYTE)
    assert worst - before < 64 * MEBIBYTE, f"grew by {(worst - before) >> 20} MiB"
    length = 0
    for event in stage.client.watch(run_id=run):
        length += len(event.step_output.chunk) if event.HasField("step_output") else 0
    assert length == count * each
    worst = max(worst, processes.resident_bytes(stage.daemon.pid))
    assert worst - before < 64 * MEBIBYTE, f"grew by {(worst - before) >> 20} MiB while the log was read"


@pytest.mark.parametrize("restart", [False, True], ids=["same-daemon", "after-restart"])
def test_the_results_of_many_children_are_read_in_little_memory(stage: Stage, restart: bool) -> None:
    """By a script that reads one after the other, one that keeps them all, an expression and a report."""
    count = max(100, int(300 * SHARE))
    wait = 'touch "$FLOWD_WORKSPACE/held"; until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.05; done'
    keep = "local all = {} for _, c in ipairs(steps.o) do all[#all + 1] = c.stdout end return #all"
    text = (
        "on-failure: finish\nsteps:\n"
        f"  - {{ id: l, uses: script, with: {{ lua: 'local l = {{}} for i = 1, {count} do l[i] = i end return l' }} }}\n"
        "  - { id: o, uses: run, foreach: '${{ steps.l.result }}', with: { command: 'head -c 1000000 /dev/zero | tr \"\\0\" x' } }\n"
        f"  - {{ id: hold, uses: run, with: {{ command: '{wait}' }} }}\n"
        "  - { id: sum, uses: script, timeout: 120s, with: { lua: 'local n = 0 for _, c in ipairs(steps.o) do n = n + #c.stdout end return n' } }\n"
        f"  - {{ id: keep, uses: script, timeout: 120s, needs: [o, sum], continue-on-error: true, with: {{ lua: '{keep}' }} }}\n"
        "  - { id: all, uses: run, needs: [o, keep], continue-on-error: true, with: { command: 'true' }, "
        "env: { N: '${{ #map(steps.o, function(c) return c.outputs end) }}' } }\n"
        "report: '${{ steps.sum.result }} ${{ #steps.o[7].stdout }}'\n"
    )
    run = stage.start(text)
    stage.until((stage.workspace / "held").exists, "the step that waits", 300)
    if restart:
        stage.restart()
    before = processes.peak_bytes(stage.daemon.pid)
    (stage.workspace / "go").touch()
    ended = stage.end(run, 240)
    grown = processes.peak_bytes(stage.daemon.pid) - before
    assert ended.status == SUCCEEDED and ended.report == f"{count * 1_000_000} 1000000", ended.error
    found = steps(ended)
    assert "more memory than is allowed (it has read" in found["keep"].error.message
    assert "take more than 64 MiB" in found["all"].error.message
    assert getattr(found["all"].error, "class") == run_pb2.ERROR_CLASS_FATAL
    # The largest that one evaluation may hold, in the sandbox and on its way there.
    assert grown < 256 * MEBIBYTE, f"grew by {grown >> 20} MiB"


@pytest.mark.parametrize("restart", [False, True], ids=["same-daemon", "after-restart"])
def test_large_outputs_are_read_by_later_steps(stage: Stage, restart: bool) -> None:
    """Outputs that do not stay in memory: by an expression, a condition, a list, a script, an environment and the report."""
    size = 400_000
    wait = 'until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.01; done'
    text = "steps:\n" + "".join(
        f"  - {{ id: b{n}, uses: run, needs: [], with: {{ command: 'head -c {size} /dev/zero | tr \"\\0\" {n}; echo; echo end{n}' }} }}\n"
        for n in range(4)
    )
    text += (
        f"  - {{ id: hold, uses: run, needs: [b0, b1, b2, b3], with: {{ command: '{wait}' }} }}\n"
        "  - { id: cond, uses: run, if: \"#steps.b0.stdout > 400000 and #steps.b1.stdout > 400000\", with: { command: 'true' } }\n"
        "  - { id: script, uses: script, with: { lua: 'return #steps.b0.stdout + #steps.b2.stdout' } }\n"
        "  - { id: list, uses: run, foreach: '${{ { string.sub(steps.b1.stdout, -5, -2), string.sub(steps.b3.stdout, -5, -2) } }}', "
        "with: { command: [printf, '%s', '${{ item }}'] } }\n"
        "  - { id: env, uses: run, env: { LAST: '${{ string.sub(steps.b3.stdout, -5, -2) }}' }, with: { command: 'printf %s \"$LAST\"' } }\n"
        "report: '${{ string.sub(steps.b2.stdout, -5, -2) }}'\n"
    )
    run = stage.start(text)
    stage.until(lambda: words(stage.run(run))["hold"] == "running", "the step that waits")
    if restart:
        stage.restart()
    (stage.workspace / "go").touch()
    ended = stage.end(run)
    assert ended.status == SUCCEEDED, ended.error
    found = steps(ended)
    assert words(ended)["cond"] == "succeeded" and found["script"].result == str(2 * (size + 6)).encode()
    assert [found[f"list[{n}]"].stdout for n in (0, 1)] == [b"end1", b"end3"]
    assert found["env"].stdout == b"end3" and ended.report == "end2"


def test_a_script_result_of_the_largest_size_reaches_the_next_step_and_one_more_byte_does_not(stage: Stage) -> None:
    def flow(size: int) -> str:
        return (
            f"steps:\n  - {{ id: a, uses: script, with: {{ lua: 'return (\"x\"):rep({size})' }} }}\n"
            "  - { id: b, uses: script, with: { lua: 'return #steps.a.result' } }\nreport: '${{ steps.b.result }}'\n"
        )

    most = MEBIBYTE - 2
    assert stage.end(stage.start(flow(most))).report == str(most)
    ended = stage.end(stage.start(flow(most + 1)))
    assert ended.status == FAILED and str(MEBIBYTE) in ended.error


def test_flows_run_flows_only_so_deep(stage: Stage) -> None:
    for depth in range(12):
        inner = "{ id: a, uses: wait, with: { for: 0s } }" if depth == 0 else f"{{ id: a, uses: flow, with: {{ flow: d{depth - 1} }} }}"
        stage.daemon.place.flow(f"d{depth}", f"steps: [{inner}]\n")
    assert stage.end(stage.start_flow("d8")).status == SUCCEEDED
    stage.daemon.place.flow("loop", "steps: [{ id: a, uses: flow, with: { flow: loop } }]\n")
    for flow in ("d9", "loop"):
        try:
            ended: Any = stage.end(stage.start_flow(flow))
            assert ended.status == FAILED and "deep" in ended.error
        except errors.FailedPrecondition as error:
            assert error.reason == "FLOW_INVALID"
