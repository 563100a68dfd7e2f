/* What needs no library: type, tostring, pairs, pcall, …, and the libraries that are Lua's own. */
#include <lualib.h>

#include "Sandbox.h"

static int basic_type(lua_State *lua) {
  luaL_checkany(lua, 1);
  lua_pushstring(lua, kind_name(lua, 1));
  return 1;
}

static int basic_tostring(lua_State *lua) {
  luaL_checkany(lua, 1);
  push_text(lua, 1, NULL);
  return 1;
}

/* Upvalues: the table, its keys, how many were given. */
static int next_pair(lua_State *lua) {
  lua_Integer index = lua_tointeger(lua, lua_upvalueindex(3));
  for (;;) {
    lua_settop(lua, 0);
    if (lua_rawgeti(lua, lua_upvalueindex(2), ++index) == LUA_TNIL) return 1;
    charge(lua, 1);
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) break;
  }
  lua_pushinteger(lua, index);
  lua_replace(lua, lua_upvalueindex(3));
  return 2;
}

static int basic_pairs(lua_State *lua) {
  luaL_checkany(lua, 1);
  lua_settop(lua, 1);
  materialize(lua, 1);
  if (lua_type(lua, 1) != LUA_TTABLE) {
    luaL_argerror(lua, 1, lua_pushfstring(lua, "an object or a list expected, got %s", kind_name(lua, 1)));
  }
  lua_pushvalue(lua, 1);
  push_keys(lua, 1);
  lua_pushinteger(lua, 0);
  lua_pushcclosure(lua, next_pair, 3);
  lua_insert(lua, 1);
  lua_pushnil(lua);
  return 3;
}

/* Catches what the code does wrong, never what ends the evaluation. */
static int basic_pcall(lua_State *lua) {
  luaL_checkany(lua, 1);
  struct clua_sandbox *sandbox = sandbox_of(lua);
  lua_pushboolean(lua, 1);
  lua_insert(lua, 1);
  int status = lua_pcall(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0);
  if (sandbox->end != END_NONE) lua_error(lua);
  if (status == LUA_ERRMEM) {
    sandbox->end = END_MEMORY;
    sandbox->end_line = sandbox->error_line;
    lua_error(lua);
  }
  charge(lua, 10);
  if (status == LUA_OK) return lua_gettop(lua);
  push_plain_message(lua, lua_gettop(lua));
  lua_replace(lua, -2);
  lua_pushboolean(lua, 0);
  lua_insert(lua, -2);
  return 2;
}

/* Upvalue: a function of Lua's own without upvalues. */
static int charged(lua_State *lua) {
  uint64_t bytes = 0;
  for (int index = lua_gettop(lua); index > 0; index--) {
    if (lua_type(lua, index) == LUA_TSTRING) bytes += lua_rawlen(lua, index);
  }
  charge(lua, bytes / 8 + 4);
  return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

void charge_for_texts(lua_State *lua) {
  if (lua_iscfunction(lua, -1)) lua_pushcclosure(lua, charged, 1);
}

static int refuse_change(lua_State *lua) { return luaL_error(lua, "a library cannot be changed"); }

/* Sets a global name to the table at the top, as something that cannot be changed; the table is popped. */
static void add_library(lua_State *lua, int builtins, const char *name) {
  lua_newuserdatauv(lua, 0, 0);
  lua_createtable(lua, 0, 3);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, refuse_change);
  lua_setfield(lua, -2, "__newindex");
  lua_pushliteral(lua, "library");
  lua_setfield(lua, -2, "__name");
  lua_setmetatable(lua, -2);
  lua_setfield(lua, builtins, name);
  lua_pop(lua, 1);
}

/* Copies fields of the table at the top to the one at an index, charging for texts; a NULL ends the names. */
static void copy_fields(lua_State *lua, int target, const char *const *names) {
  for (; *names != NULL; names++) {
    lua_getfield(lua, -1, *names);
    charge_for_texts(lua);
    lua_setfield(lua, target, *names);
  }
}

/* Opens a library of Lua's own and leaves a new table of some of its fields. */
static void open_part(lua_State *lua, lua_CFunction open, const char *const *names) {
  lua_newtable(lua);
  int part = lua_gettop(lua);
  lua_pushcfunction(lua, open);
  lua_call(lua, 0, 1);
  copy_fields(lua, part, names);
  lua_settop(lua, part);
}

/* Of the strings' metatable at the top: what `("x"):upper()` and "1" + 1 go by. */
static void adapt_string_meta(lua_State *lua, int library) {
  lua_pushnil(lua);
  while (lua_next(lua, -2)) {
    charge_for_texts(lua);
    lua_pushvalue(lua, -2);
    lua_insert(lua, -2);
    lua_rawset(lua, -4);
  }
  lua_pushvalue(lua, library);
  lua_setfield(lua, -2, "__index");
}

static void open_string(lua_State *lua, int builtins) {
  static const char *const names[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper", NULL};
  lua_newtable(lua);
  int library = lua_gettop(lua);
  lua_pushcfunction(lua, luaopen_string);
  lua_call(lua, 0, 1);
  copy_fields(lua, library, names);
  lua_getfield(lua, -1, "format");
  lua_pushcclosure(lua, string_format, 1);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, library, "format");
  lua_setfield(lua, builtins, "format");
  lua_settop(lua, library);
  luaL_setfuncs(lua, pattern_functions, 0);
  lua_pushcfunction(lua, string_rep);
  lua_setfield(lua, library, "rep");
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  adapt_string_meta(lua, library);
  lua_settop(lua, library);
  add_library(lua, builtins, "string");
}

void add_basics(lua_State *lua) {
  static const char *const basic[] = {"assert", "error", "ipairs", "select", "tonumber", NULL};
  static const char *const math[] = {"abs",  "acos", "asin",       "atan",       "ceil", "cos",  "deg",  "exp",
                                     "floor", "fmod", "huge",       "log",        "max",  "maxinteger", "min",
                                     "mininteger", "modf", "pi",    "rad",        "sin",  "sqrt", "tan",
                                     "tointeger", "type", "ult", NULL};
  static const char *const utf8[] = {"char", "charpattern", "codepoint", "codes", "len", "offset", NULL};
  static const luaL_Reg own[] = {
      {"type", basic_type}, {"tostring", basic_tostring}, {"pairs", basic_pairs}, {"pcall", basic_pcall}, {NULL, NULL}};
  int builtins = lua_gettop(lua);
  luaL_setfuncs(lua, own, 0);
  lua_pushcfunction(lua, luaopen_base);
  lua_call(lua, 0, 1);
  copy_fields(lua, builtins, basic);
  lua_settop(lua, builtins);
  open_part(lua, luaopen_math, math);
  add_library(lua, builtins, "math");
  open_part(lua, luaopen_utf8, utf8);
  add_library(lua, builtins, "utf8");
  lua_newtable(lua);
  add_tables(lua);
  add_library(lua, builtins, "table");
  lua_newtable(lua);
  add_json(lua);
  add_library(lua, builtins, "json");
  open_string(lua, builtins);
}
