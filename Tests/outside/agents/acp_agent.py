"""An agent on the reference SDK of the Agent Client Protocol, which does what its prompt orders.

Each line of the prompt is an order; other lines are ignored:

    say TEXT | think TEXT | plan A,B | usage USED SIZE | read PATH | ask PATH | write PATH | model | mode | prompt
    sleep SECONDS | until PATH | complain TEXT | fail TEXT | die CODE | stop REASON

`$NAME` in an order is a variable of the environment. `ask` asks for the permission to edit and tells what it was answered, unless the prompt says what it was answered
before; `write` writes without asking. The environment says more: ACP_MODELS (what it offers, `a,b` by default),
ACP_STUBBORN (it keeps the first of them), ACP_LOG (a file that is told of prompts and cancels).
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from typing import Any, Optional

from acp import (
    PROTOCOL_VERSION, Agent, InitializeResponse, LoadSessionResponse, NewSessionResponse, PromptResponse, RequestError,
    SetSessionModeResponse, run_agent, start_edit_tool_call, update_agent_message_text, update_agent_thought_text,
    update_plan, update_tool_call,
)  # fmt: skip
from acp.helpers import plan_entry, start_read_tool_call, update_current_mode
from acp.schema import (
    AgentCapabilities, Implementation, PermissionOption, SessionConfigOptionSelect, SessionConfigSelectOption,
    SessionMode, SessionModeState, SetSessionConfigOptionResponse, ToolCallUpdate, Usage, UsageUpdate,
)  # fmt: skip

MODELS = os.environ.get("ACP_MODELS", "a,b").split(",")
MODES = [SessionMode(id="default", name="Ask"), SessionMode(id="plan", name="Read only")]
OPTIONS = [
    PermissionOption(option_id="yes", name="Allow once", kind="allow_once"),
    PermissionOption(option_id="always", name="Allow always", kind="allow_always"),
    PermissionOption(option_id="no", name="Reject", kind="reject_once"),
]


def note(text: str) -> None:
    path = os.environ.get("ACP_LOG")
    if not path:
        return
    try:
        with open(path, "a") as log:
            log.write(text.replace("\n", " | ") + "\n")
    except OSError:
        return  # A read-only step may not.


class ScriptedAgent(Agent):
    def __init__(self) -> None:
        self.mode, self.model, self.calls = "default", MODELS[0], 0
        self.running: Optional[asyncio.Task[str]] = None

    def on_connect(self, conn: Any) -> None:
        self.client = conn

    async def initialize(self, protocol_version: int, **_: Any) -> InitializeResponse:
        return InitializeResponse(
            protocol_version=PROTOCOL_VERSION,
            agent_info=Implementation(name="scripted", version="1.0"),
            agent_capabilities=AgentCapabilities(load_session=True),
        )

    async def new_session(self, cwd: str, **_: Any) -> NewSessionResponse:
        modes = SessionModeState(current_mode_id=self.mode, available_modes=MODES)
        return NewSessionResponse(session_id="s1", modes=modes, config_options=self.options())

    async def load_session(self, cwd: str, session_id: str, **_: Any) -> LoadSessionResponse:
        return LoadSessionResponse()

    def options(self) -> list[Any]:
        choices = [SessionConfigSelectOption(value=model, name=model.upper()) for model in MODELS]
        return [
            SessionConfigOptionSelect(
                type="select", id="the-model", name="Model", category="model", current_value=self.model, options=choices
            )
        ]

    async def set_config_option(self, config_id: str, session_id: str, value: Any, **_: Any) -> Any:
        if config_id != "the-model" or value not in MODELS:
            raise RequestError.invalid_params({"value": value})
        if "ACP_STUBBORN" not in os.environ:
            self.model = value
        return SetSessionConfigOptionResponse(config_options=self.options())

    async def set_session_mode(self, mode_id: str, session_id: str, **_: Any) -> SetSessionModeResponse:
        if mode_id not in {mode.id for mode in MODES}:
            raise RequestError.invalid_params({"modeId": mode_id})
        self.mode = mode_id
        await self.client.session_update(session_id, update_current_mode(mode_id))
        return SetSessionModeResponse()

    async def cancel(self, session_id: str, **_: Any) -> None:
        note("cancelled")
        if self.running is not None:
            self.running.cancel()

    async def prompt(self, prompt: list[Any], session_id: str, **_: Any) -> PromptResponse:
        text = "\n".join(block.text for block in prompt)
        note(f"prompt {text}")
        self.running = asyncio.ensure_future(self.obey(text, session_id))
        try:
            reason = await self.running
        except asyncio.CancelledError:
            reason = "cancelled"
        usage = Usage(total_tokens=16, input_tokens=11, output_tokens=5)
        return PromptResponse(stop_reason=reason, usage=usage)  # type: ignore[arg-type]

    async def obey(self, text: str, session: str) -> str:
        for line in text.splitlines():
            order, _, rest = os.path.expandvars(line.strip()).partition(" ")
            if order == "stop":
                return rest
            do = getattr(self, "do_" + order, None)
            if do is not None:
                await do(rest, session, text)
        return "end_turn"

    async def update(self, session: str, update: Any) -> None:
        await self.client.session_update(session, update)

    async def do_say(self, rest: str, session: str, _: str) -> None:
        await self.update(session, update_agent_message_text(rest))

    async def do_think(self, rest: str, session: str, _: str) -> None:
        await self.update(session, update_agent_thought_text(rest))

    async def do_plan(self, rest: str, session: str, _: str) -> None:
        await self.update(session, update_plan([plan_entry(entry) for entry in rest.split(",")]))

    async def do_usage(self, rest: str, session: str, _: str) -> None:
        used, size = rest.split()
        await self.update(session, UsageUpdate(session_update="usage_update", used=int(used), size=int(size)))

    async def do_read(self, rest: str, session: str, _: str) -> None:
        self.calls += 1
        await self.update(session, start_read_tool_call(f"c{self.calls}", f"Read {rest}", rest))
        await self.update(session, update_tool_call(f"c{self.calls}", status="completed"))

    async def do_ask(self, rest: str, session: str, text: str) -> None:
        known = re.search(
            rf"You asked: Edit {re.escape(rest)}\b[^\n]*\n(?:[^\n]*\n)*?\s*The answer was: ([^\n]+)", text
        )
        if known:
            await self.update(session, update_agent_message_text(f"[told before: {known[1]}]"))
            return
        self.calls += 1
        call = f"c{self.calls}"
        await self.update(session, start_edit_tool_call(call, f"Edit {rest}", rest, "new text"))
        answer = await self.client.request_permission(
            session_id=session, tool_call=ToolCallUpdate(tool_call_id=call, title=f"Edit {rest}"), options=OPTIONS
        )
        chosen = getattr(answer.outcome, "option_id", "cancelled")
        note(f"answered {chosen}")
        status = "completed" if chosen in ("yes", "always") else "failed"
        await self.update(session, update_tool_call(call, status=status))  # type: ignore[arg-type]
        await self.update(session, update_agent_message_text(f"[{chosen}]"))

    async def do_write(self, rest: str, session: str, _: str) -> None:
        try:
            with open(rest, "w") as file:
                file.write("written by the agent\n")
            said = "wrote"
        except OSError as error:
            said = f"could not write: {error.strerror}"
        await self.update(session, update_agent_message_text(said))

    async def do_model(self, _: str, session: str, __: str) -> None:
        await self.update(session, update_agent_message_text(self.model))

    async def do_mode(self, _: str, session: str, __: str) -> None:
        await self.update(session, update_agent_message_text(self.mode))

    async def do_prompt(self, _: str, session: str, text: str) -> None:
        await self.update(session, update_agent_message_text(text))

    async def do_sleep(self, rest: str, _: str, __: str) -> None:
        await asyncio.sleep(float(rest))

    async def do_until(self, rest: str, _: str, __: str) -> None:
        while not os.path.exists(rest):
            await asyncio.sleep(0.02)

    async def do_complain(self, rest: str, _: str, __: str) -> None:
        print(rest, file=sys.stderr, flush=True)

    async def do_fail(self, rest: str, _: str, __: str) -> None:
        raise RequestError(-32603, rest)

    async def do_die(self, rest: str, _: str, __: str) -> None:
        os._exit(int(rest))


if __name__ == "__main__":
    asyncio.run(run_agent(ScriptedAgent()))
