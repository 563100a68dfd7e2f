"""Secret answers and inputs reach a command's environment, and nothing else on this machine."""

from __future__ import annotations

import json
import pathlib
import stat

import pytest

from flowd import errors
from harness import processes
from harness.stage import FAILED, SUCCEEDED, Stage, steps

CANARY = "c4n4ry-Zx9-Grüße"
WAIT = 'until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.02; done'
ASKED = (
    "steps:\n  - { id: token, uses: input, with: { prompt: Token?, type: secret } }\n"
    f"  - id: hold\n    uses: run\n    with: {{ command: '{WAIT}' }}\n    env: {{ TOKEN: '${{{{ steps.token.result }}}}' }}\n"
    "  - id: use\n    uses: run\n    env: { TOKEN: '${{ steps.token.result }}' }\n"
    "    with: { command: 'printf %s \"$TOKEN\" | sha256sum; printf %s \"$TOKEN\" > \"$FLOWD_WORKSPACE/seen\"' }\n"
    "  - { id: script, uses: script, with: { lua: 'return inputs' } }\n"
    "report: 'token ${{ steps.token.result }}'\n"
)


def places_with(canary: str, stage: Stage) -> list[str]:
    """Files of the daemon, its log, and processes' command lines that hold the canary."""
    needle = canary.encode()
    found = [str(path) for path in stage.daemon.place.state.rglob("*") if path.is_file() and needle in content(path)]
    if needle in stage.daemon.place.log.read_bytes():
        found.append("log")
    for pid in processes.pids():
        try:
            if needle in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(f"the command line of {pid}")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def content(path: pathlib.Path) -> bytes:
    """Nothing where the file was removed meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def told(stage: Stage, run: str) -> bytes:
    """Everything that a client can be told."""
    text = b"".join(event.SerializeToString() for event in stage.events())
    text += stage.run(run).SerializeToString() + stage.client.flow.export_run(run).SerializeToString()
    text += stage.client.session.get_current_meta(session_id=stage.session).SerializeToString()
    return text + b"".join(run.SerializeToString() for run in stage.client.flow.list_runs().runs)


def secret_files(stage: Stage) -> list[pathlib.Path]:
    folder = stage.daemon.place.state / "secrets"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_secret_answer_survives_restarts_and_is_nowhere_but_in_its_own_file(stage: Stage) -> None:
    run = stage.start(ASKED)
    stage.asks(run, "token")
    stage.client.flow.answer(run, value=CANARY)
    (file,) = secret_files(stage)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert places_with(CANARY, stage) == [str(file)] and CANARY.encode() not in told(stage, run)
    for _ in range(2):
        stage.restart()
        assert places_with(CANARY, stage) == [str(file)] and CANARY.encode() not in told(stage, run)
    (stage.workspace / "go").touch()
    ended = stage.end(run)
    assert ended.status == SUCCEEDED, ended.error
    assert (stage.workspace / "seen").read_text() == CANARY
    assert "secret:" in ended.report and not steps(ended)["token"].result
    assert secret_files(stage) == [] and places_with(CANARY, stage) == []
    assert CANARY.encode() not in told(stage, run)
    stage.restart()
    assert secret_files(stage) == [] and places_with(CANARY, stage) == []


@pytest.mark.parametrize("way", ["cancel", "failure"])
def test_the_file_goes_with_its_run_however_that_ends(stage: Stage, way: str) -> None:
    run = stage.start(ASKED if way == "cancel" else ASKED.replace(WAIT, "exit 3"))
    stage.asks(run, "token")
    stage.client.flow.answer(run, value=CANARY)
    if way == "cancel":
        stage.restart()
        stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_FORCE")
    stage.end(run)
    stage.until(lambda: secret_files(stage) == [], "the end of the secret's file")
    assert places_with(CANARY, stage) == []


def test_secret_answers_that_cannot_be_passed_are_refused(stage: Stage) -> None:
    run = stage.start(ASKED)
    stage.asks(run, "token")
    for bad in (5, "", "a\0b", ["x"], None):
        with pytest.raises(errors.InvalidArgument):
            stage.client.flow.answer(run, value=json.dumps(bad).encode())
    assert secret_files(stage) == []


def test_a_refused_answer_does_not_replace_a_secret(stage: Stage) -> None:
    run = stage.start(ASKED)
    stage.asks(run, "token")
    stage.client.flow.answer(run, input_id="token#1", value=CANARY)
    with pytest.raises(errors.FailedPrecondition):
        stage.client.flow.answer(run, input_id="token#1", value="another")
    (stage.workspace / "go").touch()
    stage.end(run)
    assert (stage.workspace / "seen").read_text() == CANARY


def test_a_secret_input_is_a_reference_to_the_clients_environment(stage: Stage) -> None:
    text = (
        "inputs: { token: { type: secret, default: 'secret:MY_TOKEN' } }\n"
        "steps:\n  - { id: use, uses: run, with: { command: 'printf %s \"$INPUT_TOKEN\" > \"$FLOWD_WORKSPACE/seen\"' } }\n"
        "report: ${{ inputs.token }}\n"
    )
    env = {**stage.daemon.place.environment, "MY_TOKEN": CANARY}
    run = stage.start(text, env=env)
    ended = stage.end(run)
    assert ended.status == SUCCEEDED and (stage.workspace / "seen").read_text() == CANARY
    assert ended.report == "secret:MY_TOKEN" and CANARY.encode() not in told(stage, run)
    missing = stage.end(stage.start(text))
    assert missing.status == FAILED and "MY_TOKEN" in missing.error
    with pytest.raises(errors.InvalidArgument):
        stage.start(text, inputs={"token": CANARY})


def test_what_a_secret_input_refers_to_is_kept_for_a_restart_and_never_in_the_database(stage: Stage) -> None:
    text = (
        "inputs: { token: { type: secret, default: 'secret:MY_TOKEN' } }\n"
        f"steps:\n  - {{ id: hold, uses: run, with: {{ command: '{WAIT}' }} }}\n"
        "  - { id: use, uses: run, with: { command: 'printf %s \"$INPUT_TOKEN\" > \"$FLOWD_WORKSPACE/seen\"' } }\n"
    )
    run = stage.start(text, env={**stage.daemon.place.environment, "MY_TOKEN": CANARY})
    (file,) = secret_files(stage)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and places_with(CANARY, stage) == [str(file)]
    stage.restart()
    assert places_with(CANARY, stage) == [str(file)] and CANARY.encode() not in told(stage, run)
    (stage.workspace / "go").touch()
    ended = stage.end(run)
    assert ended.status == SUCCEEDED, ended.error
    assert (stage.workspace / "seen").read_text() == CANARY
    assert secret_files(stage) == [] and places_with(CANARY, stage) == []
