"""flowctl: questions asked on a terminal, announced elsewhere, and answered by a command."""

from __future__ import annotations

import json

import pytest

from flowd import Client, Question
from flowd.v1 import run_pb2
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.terminal import Terminal, flowctl, short

ASK = """
name: Ask
mode: interactive
steps:
  - id: approve
    uses: input
    with: { prompt: "Publish the report?", type: boolean, default: false }
  - id: size
    uses: input
    with: { prompt: "How large?", type: choice, options: [small, medium, large] }
  - id: tell
    uses: run
    with: { command: [echo, approved, "${{ steps.approve.result }}", "${{ steps.size.result }}"] }
report: |
  # Answers
  - **size** ${{ steps.size.result }}
"""

TWO = """
mode: interactive
steps:
  - { id: one, uses: input, needs: [], with: { prompt: First, type: string } }
  - { id: two, uses: input, needs: [], with: { prompt: Second, type: number } }
"""

SECRET = """
mode: interactive
steps:
  - { id: login, uses: input, with: { prompt: Password, type: secret } }
  - id: use
    uses: run
    env: { TOKEN: "${{ steps.login.result }}" }
    with: { command: 'echo "${#TOKEN} characters"' }
"""

OUTER = """
mode: interactive
steps:
  - { id: call, uses: flow, with: { flow: ask } }
"""


def run_id(piped: str) -> str:
    assert len(piped.strip()) == 36, piped
    return piped.strip()


def waiting(client: Client, run: str, count: int = 1) -> list[Question]:
    def look() -> list[Question]:
        found = Question.of_run(client.flow.get_run(run).run)
        return found if len(found) == count else []

    return eventually(look, f"{count} questions of {run}")


def status(client: Client, run: str) -> int:
    return client.flow.get_run(run).run.status


def test_a_person_is_asked_one_question_after_the_other(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    with Terminal(daemon.place, "run", "ask") as terminal:
        place = terminal.expect(r"approve: yes or no, default no")
        assert not terminal.echoes()
        terminal.send("perhaps\r")
        place = terminal.expect("expected yes or no; found 'perhaps'", after=place)
        terminal.send("ye\x7fes\r")
        place = terminal.expect("1  small", after=place)
        terminal.send("la\r")
        terminal.expect("approved true large|✓ tell", after=place)
        assert terminal.end() == 0
        assert "Answers" in terminal.plain and "• size large" in terminal.plain
        assert "Publish the report? yes" in terminal.plain and "How large? large" in terminal.plain
        assert terminal.echoes(), "the terminal was left without echo"


def test_enter_takes_the_default(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    with Terminal(daemon.place, "run", "ask", "--answer", "size=2") as terminal:
        terminal.expect("default no")
        terminal.send("\r")
        assert terminal.end() == 0
        assert "Publish the report? no" in terminal.plain
        assert "• size medium" in terminal.plain


def test_an_answer_from_elsewhere_takes_the_prompt_away(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("two", TWO)
    with Terminal(daemon.place, "run", "two", "--answer", "two=2") as terminal:
        terminal.expect("one: text")
        terminal.send("half an ans")
        meta = client.session.get_current_meta(workspace=str(daemon.place.workspace))
        (question,) = waiting(client, meta.active_run.run_id)
        client.answer(question, "from elsewhere")
        assert terminal.end() == 0
        assert "one was answered by somebody else: from elsewhere" in terminal.plain
        assert terminal.echoes()


def test_a_secret_is_shown_nowhere(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("secret", SECRET)
    with Terminal(daemon.place, "run", "secret") as terminal:
        terminal.expect(r"\(hidden\)")
        terminal.send("hunter2-")
        terminal.send("and-more\r")
        assert terminal.end() == 0, terminal.plain
        assert "hunter2" not in terminal.text and "and-more" not in terminal.text
        run = client.flow.list_runs().runs[0].run_id
    for words in (["show", short(run)], ["export", short(run)], ["logs", short(run)], ["show", short(run), "--json"]):
        shown = flowctl(daemon.place, *words)
        assert shown.returncode == 0 and "hunter2" not in shown.stdout + shown.stderr
    assert "16 characters" in flowctl(daemon.place, "logs", short(run)).stdout


def test_a_secret_is_read_from_standard_input(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("secret", SECRET)
    run = run_id(flowctl(daemon.place, "start", "secret").stdout)
    waiting(client, run)
    told = flowctl(daemon.place, "answer", short(run), "login", "--stdin", input="abcde\n")
    assert told.returncode == 0 and told.stdout == f"answered login of run {short(run)}\n", told.stderr
    daemon.wait_for(client, run)
    assert "5 characters" in flowctl(daemon.place, "logs", short(run)).stdout


def test_the_question_of_a_step_s_own_run_is_asked_too(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    daemon.place.flow("outer", OUTER)
    with Terminal(daemon.place, "run", "outer", "--answer", "call/size=small") as terminal:
        terminal.expect("call/approve: yes or no")
        terminal.send("y\r")
        assert terminal.end() == 0, terminal.plain
    piped = flowctl(daemon.place, "run", "outer", "--answer", "approve=no", "--answer", "size=small")
    assert piped.returncode == 0 and "call/tell | approved false small" in piped.stdout, piped.stdout


def test_piped_a_question_is_announced_with_the_command_that_answers_it(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    run = run_id(flowctl(daemon.place, "start", "ask").stdout)
    waiting(client, run)
    seen = flowctl(daemon.place, "watch", "--after", "0", "--until-now").stdout
    assert "approve: asks: Publish the report? (yes or no, default no)" in seen
    assert f"approve: answer it: flowctl answer {short(run)} approve VALUE" in seen
    shown = flowctl(daemon.place, "show").stdout
    assert "? Publish the report?" in shown and f"flowctl answer {short(run)} approve VALUE" in shown
    assert "waiting for input" in flowctl(daemon.place, "runs").stdout


def test_answers_are_checked_before_they_are_sent(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    run = run_id(flowctl(daemon.place, "start", "ask").stdout)
    waiting(client, run)
    wrong = flowctl(daemon.place, "answer", "last", "approve", "maybe")
    assert wrong.returncode == 2 and "expected yes or no; found 'maybe'" in wrong.stderr
    missing = flowctl(daemon.place, "answer", "last", "aprove", "yes")
    assert missing.returncode == 4 and "did you mean 'approve'?" in missing.stderr
    unasked = flowctl(daemon.place, "answer")
    assert unasked.returncode == 2 and "approve asks: Publish the report?" in unasked.stderr
    good = flowctl(daemon.place, "answer", short(run), "approve", "--json", "true")
    assert good.returncode == 0 and json.loads(good.stdout)["outcome"] == "ANSWER_OUTCOME_ACCEPTED"
    waiting(client, run)
    assert flowctl(daemon.place, "answer", short(run), "size", "3").returncode == 0
    assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_SUCCEEDED
    late = flowctl(daemon.place, "answer", short(run), "size", "3")
    assert late.returncode == 4 and "no question waits" in late.stderr


def test_several_questions_are_listed(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("two", TWO)
    run = run_id(flowctl(daemon.place, "start", "two").stdout)
    waiting(client, run, 2)
    listed = flowctl(daemon.place, "answer")
    assert listed.returncode == 5 and "one" in listed.stdout and "Second" in listed.stdout
    told = [json.loads(line) for line in flowctl(daemon.place, "answer", "--json").stdout.splitlines()]
    assert {(one["runId"], one["stepId"], one["input"]["type"]) for one in told} == {
        (run, "one", "string"),
        (run, "two", "number"),
    }
    assert flowctl(daemon.place, "answer", short(run), "two", "7").returncode == 0
    assert flowctl(daemon.place, "answer", short(run), "one", "text").returncode == 0
    assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_SUCCEEDED


def test_answer_alone_asks_on_a_terminal(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("secret", SECRET)
    run = run_id(flowctl(daemon.place, "start", "secret").stdout)
    waiting(client, run)
    with Terminal(daemon.place, "answer") as terminal:
        terminal.expect("Password")
        terminal.send("s3cret\r")
        assert terminal.end() == 0
        assert "answered login" in terminal.plain and "s3cret" not in terminal.text
        assert terminal.echoes()
    assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_SUCCEEDED


def test_ctrl_c_leaves_a_question_and_the_terminal_as_they_were(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("secret", SECRET)
    run = run_id(flowctl(daemon.place, "start", "secret").stdout)
    waiting(client, run)
    with Terminal(daemon.place, "answer") as terminal:
        terminal.expect("hidden")
        terminal.send("\x03")
        assert terminal.end() == 130
        assert terminal.echoes()
    assert status(client, run) == run_pb2.RUN_STATUS_WAITING_INPUT


def test_without_input_the_exit_code_says_that_it_waits(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    left = flowctl(daemon.place, "run", "ask", "--no-input", "--answer", "approve=yes")
    assert left.returncode == 5, left.stdout + left.stderr
    run = client.flow.list_runs().runs[0]
    assert run.status == run_pb2.RUN_STATUS_WAITING_INPUT
    assert f"flowctl answer {short(run.run_id)} size VALUE" in left.stderr
    with Terminal(daemon.place, "run", "ask", "--no-input", "--if-active", "parallel") as terminal:
        assert terminal.end() == 5
        assert terminal.echoes()


def test_answers_given_in_advance_need_nobody(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("ask", ASK)
    answers = daemon.place.workspace / "answers.json"
    answers.write_text('{"approve": true, "size": "small", "other": 1}')
    done = flowctl(daemon.place, "run", "ask", "--answers", "answers.json", "--no-input")
    assert done.returncode == 0 and "tell | approved true small" in done.stdout, done.stdout
    assert "no step asked for the answer 'other'" in done.stderr
    wrong = flowctl(daemon.place, "run", "ask", "--answer", "approve=perhaps", "--no-input")
    assert wrong.returncode == 5 and "does not fit: expected yes or no" in wrong.stderr
    before = len(client.flow.list_runs().runs)
    answers.write_text("[]")
    assert flowctl(daemon.place, "run", "ask", "--answers", "answers.json").returncode == 2
    assert len(client.flow.list_runs().runs) == before, "a mistake on the command line started a run"


@pytest.mark.parametrize("keys", ["\x04"])
def test_ctrl_d_leaves_a_question_to_others(daemon: Daemon, client: Client, keys: str) -> None:
    daemon.place.flow("ask", ASK)
    with Terminal(daemon.place, "run", "ask", "--answer", "size=small") as terminal:
        terminal.expect("Ctrl-D leaves it to others")
        terminal.send(keys)
        terminal.expect("is left to others")
        assert terminal.process.poll() is None
        flowctl(daemon.place, "answer", "last", "approve", "no")
        assert terminal.end() == 0


@pytest.mark.parametrize("word", ["2", "med", "MEDIUM"])
def test_a_command_takes_the_beginning_or_the_number_of_an_option(daemon: Daemon, client: Client, word: str) -> None:
    daemon.place.flow("ask", ASK)
    run = run_id(flowctl(daemon.place, "start", "ask").stdout)
    for step, value in (("approve", "y"), ("size", word)):
        eventually(lambda: flowctl(daemon.place, "answer", step, value).returncode == 0, "a question")
    assert daemon.wait_for(client, run).report == "# Answers\n- **size** medium\n"
