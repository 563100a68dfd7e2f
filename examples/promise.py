"""Shows the promise: a run uses exactly what its session held when its start was admitted.

Chooses a model and a flow and starts it, a thousand times on one connection without ever waiting for an answer; then
reads what each run was admitted with and what its command printed. Prints how many runs differ from what had just been
set, and exits with 1 if any does.

usage: promise.py SOCKET WORKSPACE [ROUNDS]
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients" / "python" / "src"))

from flowd import Client  # noqa: E402
from flowd.v1.flow_pb2 import IF_ACTIVE_PARALLEL  # noqa: E402

FLOWS = ("echo-model", "echo-model-again")


def main() -> int:
    socket, workspace = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    with Client(socket) as client:
        session = client.session.new(workspace=workspace, title="The promise").meta.session_id
        began = time.monotonic()
        starts = []
        for number in range(rounds):
            provider = ("openai", "anthropic", "ollama", "qwen")[number % 4]
            model, flow = f"model-{number}", FLOWS[number % 2]
            client.pipelined.session.set_provider_model(session_id=session, provider_id=provider, model_id=model)
            client.pipelined.session.set_executed_flow(session_id=session, flow_id=flow)
            start = client.pipelined.flow.start(
                session_id=session, request_id=f"promise-{number}", if_active=IF_ACTIVE_PARALLEL
            )
            starts.append(((flow, provider, model), start))
        expected, admitted = {}, 0
        for wanted, start in starts:
            reply = start.result(timeout=60)
            snapshot = reply.snapshot
            expected[reply.run_id] = " ".join(wanted)
            admitted += (snapshot.flow_id, snapshot.provider_id, snapshot.model_id) != wanted
        took = time.monotonic() - began
        printed, ended = {}, set()
        for event in client.watch(session_id=session):
            kind = event.WhichOneof("kind")
            if kind == "step_output":
                printed[event.run_id] = printed.get(event.run_id, b"") + event.step_output.chunk
            elif kind == "run_finished":
                ended.add(event.run_id)
                if len(ended) == rounds:
                    break
        wrong = sum(printed.get(run, b"").decode() != text for run, text in expected.items())
        client.session.close(session_id=session)
    print(f"{3 * rounds:,} calls on one connection, none waited for: {took:.2f} s until the last answer")
    print(f"runs admitted with anything but what had just been set: {admitted}")
    print(f"runs whose command saw anything else:                   {wrong}")
    return 1 if admitted or wrong or len(expected) != rounds else 0


if __name__ == "__main__":
    sys.exit(main())
