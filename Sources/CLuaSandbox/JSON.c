/* The library `json`. */
#include "Sandbox.h"

static int json_encode(lua_State *lua) {
  luaL_checkany(lua, 1);
  struct clua_sandbox *sandbox = sandbox_of(lua);
  sandbox->output.count = 0;
  if (lua_isnil(lua, 1)) push_null(lua);
  encode_value(lua, lua_isnil(lua, 1) ? -1 : 1, &sandbox->output);
  struct clua_question question = {
      .kind = CLUA_ASK_JSON_TEXT, .name = (const char *)sandbox->output.data, .name_size = sandbox->output.count};
  push_answer(lua, &question);
  return 1;
}

static int json_decode(lua_State *lua) {
  struct clua_question question = {.kind = CLUA_ASK_JSON_VALUE};
  question.name = luaL_checklstring(lua, 1, &question.name_size);
  charge_bytes(lua, question.name_size);
  push_answer(lua, &question);
  return 1;
}

static void check_plain_table(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  if (has_meta(lua, 1, SLOT_ENVIRONMENT_META)) luaL_argerror(lua, 1, "an object or a list expected");
  lua_settop(lua, 1);
}

/* Says that a table is an object, which an empty one does not show. */
static int json_object(lua_State *lua) {
  check_plain_table(lua);
  if (is_marked_object(lua, 1)) return 1;
  enum shape shape = shape_of(lua, 1);
  if (shape != SHAPE_EMPTY && shape != SHAPE_OBJECT) return luaL_argerror(lua, 1, "it has keys that are no names");
  mark_object(lua, 1);
  return 1;
}

/* Says that a table is a list. */
static int json_array(lua_State *lua) {
  check_plain_table(lua);
  lua_pushnil(lua);
  lua_setmetatable(lua, 1);
  enum shape shape = shape_of(lua, 1);
  if (shape != SHAPE_EMPTY && shape != SHAPE_LIST) return luaL_argerror(lua, 1, "its keys are not 1, 2, 3 ...");
  return 1;
}

void add_json(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"encode", json_encode}, {"decode", json_decode}, {"object", json_object}, {"array", json_array}, {NULL, NULL}};
  luaL_setfuncs(lua, functions, 0);
  push_null(lua);
  lua_setfield(lua, -2, "null");
}
