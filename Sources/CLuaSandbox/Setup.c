/* What a new sandbox holds. */
#include <lualib.h>

#include "Sandbox.h"
#include "Setup.h"

static int refuse_assignment(lua_State *lua) {
  size_t size;
  push_text(lua, 2, &size);
  return luaL_error(lua, "an expression cannot assign to the global name '%s'; use local", lua_tostring(lua, -1));
}

/* A global name that is neither the code's own nor a function: asks for it, once. */
static int read_global(lua_State *lua) {
  if (lua_type(lua, 2) != LUA_TSTRING) return 0;
  struct clua_question question = {.kind = CLUA_ASK_GLOBAL};
  question.name = lua_tolstring(lua, 2, &question.name_size);
  lua_pushliteral(lua, "steps");
  if (lua_rawequal(lua, 2, -1)) {
    lua_newuserdatauv(lua, 0, 1);
    lua_newtable(lua);
    lua_setiuservalue(lua, -2, 1);
    push_slot(lua, SLOT_STEPS_META);
    lua_setmetatable(lua, -2);
  } else {
    push_answer(lua, &question);
  }
  if (lua_isnil(lua, -1)) return 1;
  lua_pushvalue(lua, 2);
  lua_pushvalue(lua, -2);
  lua_rawset(lua, 1);
  return 1;
}

static void add_null(lua_State *lua) {
  sandbox_of(lua)->null = lua_newuserdatauv(lua, 1, 0);
  lua_newtable(lua);
  lua_pushliteral(lua, "null");
  lua_setfield(lua, -2, "__name");
  lua_setmetatable(lua, -2);
  set_slot(lua, SLOT_NULL);
  lua_newtable(lua);
  set_slot(lua, SLOT_OBJECT);
}

/* environment -> builtins -> values that were asked for -> read_global */
static void add_environment(lua_State *lua) {
  lua_newtable(lua);
  lua_newtable(lua);
  push_slot(lua, SLOT_BUILTINS);
  lua_setfield(lua, -2, "__index");
  if (!sandbox_of(lua)->for_scripts) {
    lua_pushcfunction(lua, refuse_assignment);
    lua_setfield(lua, -2, "__newindex");
  }
  lua_pushvalue(lua, -1);
  set_slot(lua, SLOT_ENVIRONMENT_META);
  lua_setmetatable(lua, -2);
  set_slot(lua, SLOT_ENVIRONMENT);

  lua_newtable(lua);
  lua_pushcfunction(lua, read_global);
  lua_setfield(lua, -2, "__index");
  set_slot(lua, SLOT_VALUES_META);
}

void forget_values(lua_State *lua) {
  push_slot(lua, SLOT_BUILTINS_META);
  lua_newtable(lua);
  push_slot(lua, SLOT_VALUES_META);
  lua_setmetatable(lua, -2);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 1);
}

int set_up(lua_State *lua) {
  lua_gc(lua, LUA_GCSTOP);
  add_null(lua);
  lua_newtable(lua);
  add_basics(lua);
  add_lists(lua);
  add_texts(lua);
  add_digests(lua);
  lua_newtable(lua);
  lua_pushvalue(lua, -1);
  set_slot(lua, SLOT_BUILTINS_META);
  lua_setmetatable(lua, -2);
  set_slot(lua, SLOT_BUILTINS);
  add_environment(lua);
  add_steps(lua);
  forget_values(lua);
  lua_newtable(lua);
  set_slot(lua, SLOT_COMPILED);
  /* What the libraries put there on the way. */
  lua_newtable(lua);
  lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pushnil(lua);
  lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_gc(lua, LUA_GCCOLLECT);
  if (sandbox_of(lua)->for_scripts) lua_gc(lua, LUA_GCRESTART);
  return 0;
}
