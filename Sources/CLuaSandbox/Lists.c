/* map, filter, keys, len, default, and what tells how the run goes. */
#include "Sandbox.h"

static int list_map(lua_State *lua) {
  lua_Integer count = list_length(lua, 1);
  luaL_checktype(lua, 2, LUA_TFUNCTION);
  lua_settop(lua, 2);
  lua_newtable(lua);
  for (lua_Integer index = 1; index <= count; index++) {
    charge(lua, 2);
    lua_pushvalue(lua, 2);
    lua_geti(lua, 1, index);
    lua_pushinteger(lua, index);
    lua_call(lua, 2, 1);
    if (lua_isnil(lua, -1)) {
      lua_pop(lua, 1);
      push_null(lua);
    }
    lua_rawseti(lua, 3, index);
  }
  return 1;
}

static int list_filter(lua_State *lua) {
  lua_Integer count = list_length(lua, 1), kept = 0;
  luaL_checktype(lua, 2, LUA_TFUNCTION);
  lua_settop(lua, 2);
  lua_newtable(lua);
  for (lua_Integer index = 1; index <= count; index++) {
    charge(lua, 2);
    lua_geti(lua, 1, index);
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, -2);
    lua_pushinteger(lua, index);
    lua_call(lua, 2, 1);
    bool is_kept = lua_toboolean(lua, -1) && !is_null(lua, -1);
    lua_pop(lua, 1);
    if (is_kept) lua_rawseti(lua, 3, ++kept);
    else lua_pop(lua, 1);
  }
  return 1;
}

static void check_members(lua_State *lua) {
  luaL_checkany(lua, 1);
  lua_settop(lua, 1);
  materialize(lua, 1);
  if (lua_type(lua, 1) == LUA_TTABLE) return;
  luaL_argerror(lua, 1, lua_pushfstring(lua, "an object or a list expected, got %s", kind_name(lua, 1)));
}

static int object_keys(lua_State *lua) {
  check_members(lua);
  push_keys(lua, 1);
  return 1;
}

static int text_length(lua_State *lua) {
  size_t size;
  const char *text = lua_tolstring(lua, 1, &size);
  charge(lua, size / 16 + 1);
  lua_Integer count = 0;
  for (size_t index = 0; index < size; index++) count += ((unsigned char)text[index] & 0xC0) != 0x80;
  lua_pushinteger(lua, count);
  return 1;
}

static int length(lua_State *lua) {
  if (lua_type(lua, 1) == LUA_TSTRING) return text_length(lua);
  if (has_meta(lua, 1, SLOT_LIST_META)) {
    lua_pushinteger(lua, luaL_len(lua, 1));
    return 1;
  }
  check_members(lua);
  lua_Integer count = 0;
  lua_pushnil(lua);
  while (lua_next(lua, 1)) {
    lua_pop(lua, 1);
    count++;
  }
  charge(lua, (uint64_t)count);
  lua_pushinteger(lua, count);
  return 1;
}

static int default_value(lua_State *lua) {
  lua_settop(lua, 2);
  lua_pushvalue(lua, is_nothing(lua, 1) ? 2 : 1);
  return 1;
}

static int64_t progress(lua_State *lua) {
  struct clua_question question = {.kind = CLUA_ASK_PROGRESS};
  int64_t number = 0;
  ask_host(lua, &question, &number);
  return number;
}

static int push_bool(lua_State *lua, bool value) {
  lua_pushboolean(lua, value);
  return 1;
}

static int is_always(lua_State *lua) { return push_bool(lua, true); }
static int is_success(lua_State *lua) { return push_bool(lua, progress(lua) == 0); }
static int is_failure(lua_State *lua) { return push_bool(lua, progress(lua) == 1); }
static int is_cancelled(lua_State *lua) { return push_bool(lua, progress(lua) == 2); }

static int now(lua_State *lua) {
  struct clua_question question = {.kind = CLUA_ASK_NOW};
  push_answer(lua, &question);
  return 1;
}

void add_lists(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"map", list_map},         {"filter", list_filter},  {"keys", object_keys},       {"len", length},
      {"default", default_value}, {"always", is_always},   {"success", is_success},     {"failure", is_failure},
      {"cancelled", is_cancelled}, {"now", now},           {NULL, NULL}};
  luaL_setfuncs(lua, functions, 0);
  push_null(lua);
  lua_setfield(lua, -2, "null");
}
