"""A server that speaks OpenAI's chat completions and has no model behind it, to try agent steps without one.

It streams, checks its key, lists its models and counts tokens as a real one does; what it answers follows simple rules.
Asked for a review it reports what it finds in the diff: `quick-model` little, `careful-model` more. Asked for a verdict
`careful-model` also refutes. Anything else it repeats in its own words. Every request is a line of JSON in its log.

usage: mock-openai.py [--port PORT] [--key KEY] [--log FILE] [--port-file FILE]
"""

import argparse
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Iterator, Optional

MODELS = ("quick-model", "careful-model")

#: What is worth a word in a line that was added: whose business it is, a pattern, a title, a reason and how bad it is.
SMELLS = (
    ("correctness", r"\b(TODO|FIXME|XXX)\b", "An open end", "What is left to do is easily forgotten.", "low"),
    ("correctness", r"\bexcept(\s+Exception)?:", "An error goes unnoticed", "Nobody learns why it failed.", "high"),
    ("operation", r"\bsleep\b", "Waits by the clock", "Another machine may take longer.", "medium"),
    ("security", r"\b(password|secret|token)\s*=\s*['\"]", "A secret in the source", "Whoever reads it has it.", "high"),
    ("security", r"\beval\(|shell=True|\bsystem\(", "Text becomes code", "A value may become a command.", "high"),
    ("simplicity", r".{121}", "A long line", "Two files side by side do not fit a screen.", "low"),
)


def added_lines(diff: str) -> Iterator[tuple[str, int, str]]:
    """The file, the number and the text of each line that a diff adds."""
    file, number = "", 0
    for line in diff.splitlines():
        if line.startswith("+++ "):
            file = line[4:].removeprefix("b/")
        elif line.startswith("@@"):
            found = re.search(r"\+(\d+)", line)
            number = int(found[1]) - 1 if found else 0
        elif line.startswith("+"):
            number += 1
            yield file, number, line[1:]
        elif not line.startswith("-"):
            number += 1


def review(model: str, prompt: str) -> dict[str, Any]:
    careful, seen = model == "careful-model", set()
    asked = re.search(r"\bfor (\w+) only\b", prompt)
    angle = asked[1] if asked else ""
    findings: list[dict[str, Any]] = []
    for file, number, text in added_lines(prompt):
        if file and file not in seen and text.strip() and angle in ("", "tests" if careful else "correctness"):
            seen.add(file)
            title = "No test in sight" if careful else "Looks new"
            findings.append(finding(file, number, title, f"It begins with {text.strip()[:60]!r}.", "low"))
        for whose, pattern, title, why, severity in SMELLS if careful else SMELLS[:1]:
            if angle in ("", whose) and re.search(pattern, text):
                findings.append(finding(file, number, title, why, severity))
    order = ["high", "medium", "low"]
    findings.sort(key=lambda found: order.index(found["severity"]))
    return {"findings": findings[: 4 if careful else 2]}


def finding(file: str, line: int, title: str, why: str, severity: str) -> dict[str, Any]:
    return {"file": file, "line": line, "title": title, "why": why, "severity": severity}


def verdict(model: str, prompt: str) -> dict[str, Any]:
    if model == "careful-model" and "No test in sight" in prompt:
        return {"verdict": "refuted", "reason": "The test may be in another file."}
    return {"verdict": "confirmed", "reason": "Nothing speaks against it."}


def answer(model: str, messages: list[dict[str, Any]]) -> str:
    prompt = "\n".join(str(message.get("content", "")) for message in messages if message.get("role") == "user")
    if '"verdict"' in prompt:
        return json.dumps(verdict(model, prompt))
    if '"findings"' in prompt:
        return json.dumps(review(model, prompt))
    first = next((line for line in prompt.splitlines() if line.strip()), "nothing")
    detail = f" That is {len(prompt.split())} words in all." if model == "careful-model" else ""
    return f"{model} read: {first.strip()[:200]}{detail}"


class Failure(Exception):
    """A reply that is no answer."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        try:
            self.check_key()
            if self.path.rstrip("/") != "/v1/models":
                raise Failure(404, f"there is nothing at {self.path}", "not_found")
            models = [{"id": model, "object": "model", "created": 0, "owned_by": "nobody"} for model in MODELS]
            self.reply(200, {"object": "list", "data": models})
        except Failure as failure:
            self.refuse(failure)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.check_key()
            if self.path != "/v1/chat/completions":
                raise Failure(404, f"there is nothing at {self.path}", "not_found")
            try:
                request = json.loads(body)
                model, messages = request["model"], request["messages"]
            except (ValueError, KeyError, TypeError) as mistake:
                raise Failure(400, f"no request: {mistake!r}", "invalid_request") from mistake
            if model not in MODELS:
                raise Failure(404, f"there is no model {model!r}", "model_not_found")
            text = answer(model, messages)
            self.server.note(model, messages, text)
            usage = {
                "prompt_tokens": sum(len(str(message.get("content", "")).split()) for message in messages),
                "completion_tokens": len(text.split()),
            }
            usage["total_tokens"] = sum(usage.values())
            if request.get("stream"):
                wants_usage = bool((request.get("stream_options") or {}).get("include_usage"))
                self.stream(model, text, usage if wants_usage else None)
            else:
                choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
                self.reply(200, {**self.head(model, "chat.completion"), "choices": [choice], "usage": usage})
        except Failure as failure:
            self.refuse(failure)

    def check_key(self) -> None:
        if self.server.key and self.headers.get("Authorization") != f"Bearer {self.server.key}":
            raise Failure(401, "the key is wrong", "invalid_api_key")

    def head(self, model: str, kind: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{self.server.count}", "object": kind, "created": int(time.time()), "model": model}

    def stream(self, model: str, text: str, usage: Optional[dict[str, int]]) -> None:
        """Server-sent events: the answer word by word, then the usage, then the end."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        head = self.head(model, "chat.completion.chunk")
        pieces: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        pieces += [{"content": word} for word in re.findall(r"\s*\S+\s*?", text) or [text]]
        for piece in pieces:
            self.event({**head, "choices": [{"index": 0, "delta": piece, "finish_reason": None}]})
        self.event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if usage:
            self.event({**head, "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def event(self, value: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()

    def refuse(self, failure: Failure) -> None:
        error = {"message": failure.message, "type": "invalid_request_error", "param": None, "code": failure.code}
        self.reply(failure.status, {"error": error})

    def reply(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing on standard error: what was asked is in the log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, key: str, log: Optional[Path]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.key, self.log, self.count = key, log, 0
        self.lock = threading.Lock()

    def note(self, model: str, messages: list[dict[str, Any]], text: str) -> None:
        with self.lock:
            self.count += 1
            if self.log is None:
                return
            words = sum(len(str(message.get("content", "")).split()) for message in messages)
            with self.log.open("a") as log:
                log.write(json.dumps({"request": self.count, "model": model, "words": words, "answer": text}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for an OpenAI-compatible server.")
    parser.add_argument("--port", type=int, default=0, help="where it listens, on this machine only; 0: any free port")
    parser.add_argument("--key", default="", help="what callers must send; without it anything will do")
    parser.add_argument("--log", type=Path, help="a file that gets a line of JSON for each request")
    parser.add_argument("--port-file", type=Path, help="a file that gets the port once the server listens")
    given = parser.parse_args()
    server = Server(given.port, given.key, given.log)
    port = server.server_address[1]
    if given.port_file:
        beside = given.port_file.with_suffix(".new")
        beside.write_text(str(port))
        beside.rename(given.port_file)
    print(f"listening on http://127.0.0.1:{port}/v1 with the models {' and '.join(MODELS)}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
