/// An ACP agent of its own, in Python without any package: each line of the prompt is an order.
///
/// `say T`, `think T`, `ask KIND T`, `sleep S`, `stop REASON`, `fail T`, `die CODE`, `kill`, `raw LINE`, `stray N`,
/// `long N`, `flood N`, `mode M`, `json` (an answer that is none until it is asked for again), `hang` (deaf to cancel),
/// `close` (standard output), `err T` (standard error), `env NAME`, `write PATH`.
enum ACPAgent {
  static let program = #"""
    import json, os, signal, sys, threading, time
    lock = threading.Lock()
    answers, cancelled, turns, deaf = {}, threading.Event(), [0], threading.Event()
    options = {"model": "m-1" if "--other" not in sys.argv else "m-2", "mode": "ask"}
    number = [0]

    def send(message):
        with lock:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            sys.stdout.flush()

    def update(**fields):
        send({"method": "session/update", "params": {"sessionId": "s1", "update": fields}})

    def say(text):
        update(sessionUpdate="agent_message_chunk", content={"type": "text", "text": text})

    def config():
        values = {"model": ["m-1", "m-2", "stuck"], "mode": ["ask", "plan"]}
        return [{"id": k, "name": k, "category": k, "type": "select", "currentValue": options[k],
                 "options": [{"value": v, "name": v} for v in values[k]]} for k in options]

    def ask(kind, title):
        number[0] += 1
        answers[number[0]] = box = [threading.Event(), None]
        update(sessionUpdate="tool_call", toolCallId=f"c{number[0]}", title=title, kind=kind, status="pending")
        send({"id": number[0], "method": "session/request_permission", "params": {
            "sessionId": "s1", "toolCall": {"toolCallId": f"c{number[0]}"}, "options": [
                {"optionId": "y", "name": "Allow", "kind": "allow_once"},
                {"optionId": "n", "name": "Reject", "kind": "reject_once"}]}})
        box[0].wait()
        outcome = box[1]["outcome"]
        say(outcome.get("optionId", outcome["outcome"]))

    def obey(text):
        turns[0] += 1
        for line in text.splitlines():
            order, _, rest = line.partition(" ")
            if cancelled.is_set(): return "cancelled"
            if order == "say": say(rest)
            elif order == "think":
                update(sessionUpdate="agent_thought_chunk", content={"type": "text", "text": rest})
            elif order == "ask": ask(*rest.split(" ", 1))
            elif order == "sleep":
                if cancelled.wait(float(rest)): return "cancelled"
            elif order == "hang":
                deaf.set(); signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)
            elif order == "stop": return rest
            elif order == "fail": raise RuntimeError(rest)
            elif order == "die": os._exit(int(rest))
            elif order == "kill": os.kill(os.getpid(), signal.SIGKILL)
            elif order == "raw": sys.stdout.write(rest + "\n"); sys.stdout.flush()
            elif order == "stray": sys.stdout.write("log\n" * int(rest)); sys.stdout.flush()
            elif order == "long":
                with lock:
                    for _ in range(int(rest) // 65536 + 1): sys.stdout.write("{" * 65536)
                    sys.stdout.flush()
            elif order == "flood":
                for _ in range(int(rest)): say("x" * 100)
            elif order == "mode": update(sessionUpdate="current_mode_update", currentModeId=rest)
            elif order == "json": say('{"ok": true}' if turns[0] > 1 else "I think so")
            elif order == "close": os.close(1); time.sleep(1000)
            elif order == "err": print(rest, file=sys.stderr, flush=True)
            elif order == "env": say(os.environ.get(rest, "none"))
            elif order == "write":
                try: open(rest, "w").write("x"); say("wrote")
                except OSError as error: say(f"errno {error.errno}")
        return '{"ok": true}' and "end_turn"

    def prompt(id, text):
        try: send({"id": id, "result": {"stopReason": obey(text), "usage": {"inputTokens": 3, "outputTokens": 2}}})
        except RuntimeError as error: send({"id": id, "error": {"code": -32603, "message": str(error)}})

    for line in sys.stdin:
        message = json.loads(line)
        id, method, params = message.get("id"), message.get("method"), message.get("params", {})
        if method == "initialize": send({"id": id, "result": {"protocolVersion": 1, "authMethods": []}})
        elif method == "session/new": send({"id": id, "result": {"sessionId": "s1", "configOptions": config()}})
        elif method == "session/set_config_option":
            if params["value"] != "stuck": options[params["configId"]] = params["value"]
            send({"id": id, "result": {"configOptions": config()}})
        elif method == "session/prompt":
            threading.Thread(target=prompt, args=(id, params["prompt"][0]["text"]), daemon=True).start()
        elif method == "session/cancel":
            if deaf.is_set(): continue
            for box in answers.values(): assert box[1] is not None, "a permission was left open"
            cancelled.set()
        elif id in answers:
            answers[id][1] = message["result"]
            answers[id][0].set()
    """#
}
