/* Questions to the caller. */
#include "Sandbox.h"

/* Looking for a name that was meant takes long. */
enum { FAILURE_INSTRUCTIONS = 2000 };

/* About what the answer takes, in instructions. */
static uint64_t cost_of(enum clua_question_kind kind) {
  switch (kind) {
  case CLUA_ASK_GLOBAL:
  case CLUA_ASK_STEP:
  case CLUA_ASK_FIELD: return 20;
  case CLUA_ASK_PROGRESS:
  case CLUA_ASK_STOP: return 4;
  case CLUA_ASK_STEP_IDS:
  case CLUA_ASK_FIELD_NAMES:
  case CLUA_ASK_NOW:
  case CLUA_ASK_JSON_TEXT:
  case CLUA_ASK_JSON_VALUE: return 200;
  }
  return 0;
}

enum clua_answer_kind ask_host(lua_State *lua, const struct clua_question *question, int64_t *number) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  sandbox->answer.count = 0;
  struct clua_answer answer = {.bytes = &sandbox->answer};
  enum clua_answer_kind kind = sandbox->host.ask(sandbox->host.context, question, &answer);
  if (kind == CLUA_STOPPED) finish(lua, END_HOST);
  charge(lua, cost_of(question->kind) + sandbox->answer.count / 16);
  if (kind == CLUA_FAILED) {
    charge(lua, FAILURE_INSTRUCTIONS);
    luaL_where(lua, 1);
    lua_pushlstring(lua, (const char *)sandbox->answer.data, sandbox->answer.count);
    lua_concat(lua, 2);
    lua_error(lua);
  }
  if (number != NULL) *number = answer.number;
  return kind;
}

void push_answer(lua_State *lua, const struct clua_question *question) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  if (ask_host(lua, question, NULL) == CLUA_VALUE) {
    decode_value(lua, sandbox->answer.data, sandbox->answer.count);
  } else {
    lua_pushnil(lua);
  }
}
