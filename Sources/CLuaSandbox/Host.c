/* Questions to the caller. */
#include "Sandbox.h"

enum clua_answer_kind ask_host(lua_State *lua, const struct clua_question *question, int64_t *number) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  sandbox->answer.count = 0;
  struct clua_answer answer = {.bytes = &sandbox->answer};
  enum clua_answer_kind kind = sandbox->host.ask(sandbox->host.context, question, &answer);
  if (kind == CLUA_STOPPED) finish(lua, END_HOST);
  if (kind == CLUA_FAILED) {
    luaL_where(lua, 1);
    lua_pushlstring(lua, (const char *)sandbox->answer.data, sandbox->answer.count);
    lua_concat(lua, 2);
    lua_error(lua);
  }
  charge_bytes(lua, sandbox->answer.count);
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
