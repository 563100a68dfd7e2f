/* `steps`, `steps.ID` and `steps.ID[n]`: views that ask for a field when it is read. */
#include "Sandbox.h"

/* A step's or a list's user values: its id and what was read of it. The block is the child (-1: none) or the count. */
enum { VALUE_ID = 1, VALUE_READ = 2 };

static int refuse_change(lua_State *lua) { return luaL_error(lua, "the results of steps cannot be changed"); }

/* Pushes a view of the step whose id is at an index. */
static void push_view(lua_State *lua, int id, enum slot meta, int64_t number) {
  id = lua_absindex(lua, id);
  int64_t *block = lua_newuserdatauv(lua, sizeof *block, 2);
  *block = number;
  lua_pushvalue(lua, id);
  lua_setiuservalue(lua, -2, VALUE_ID);
  lua_newtable(lua);
  lua_setiuservalue(lua, -2, VALUE_READ);
  push_slot(lua, meta);
  lua_setmetatable(lua, -2);
}

/* Replaces the key at index 2 by its value when it was read before: 1. Else leaves the table of what was read at 3. */
static int was_read(lua_State *lua, int user_value) {
  lua_settop(lua, 2);
  lua_getiuservalue(lua, 1, user_value);
  lua_pushvalue(lua, 2);
  if (lua_rawget(lua, 3) != LUA_TNIL) return 1;
  lua_pop(lua, 1);
  return 0;
}

/* Texts up to here are always kept. */
enum { SHORT_TEXT_BYTES = 4096 };

/* Whether a value at the top may stay: code that reads the outputs of many steps, one after the other, has room for one. */
static bool may_stay(lua_State *lua) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  size_t size = lua_type(lua, -1) == LUA_TSTRING ? lua_rawlen(lua, -1) : 0;
  if (size <= SHORT_TEXT_BYTES) return true;
  if (size > sandbox->limits.memory_bytes / 2 - sandbox->kept_texts) return false;
  sandbox->kept_texts += size;
  return true;
}

/* Keeps the value at the top for the key at 2; leaves it at the top. What does not stay is asked for again. */
static int keep(lua_State *lua) {
  if (!may_stay(lua)) return 1;
  lua_pushvalue(lua, 2);
  lua_pushvalue(lua, -2);
  lua_rawset(lua, 3);
  return 1;
}

static int read_steps(lua_State *lua) {
  if (lua_type(lua, 2) != LUA_TSTRING) return 0;
  if (was_read(lua, 1)) return 1;
  struct clua_question question = {.kind = CLUA_ASK_STEP};
  question.name = lua_tolstring(lua, 2, &question.name_size);
  int64_t count;
  if (ask_host(lua, &question, &count) != CLUA_VALUE) return 0;
  if (count < 0) push_view(lua, 2, SLOT_STEP_META, -1);
  else push_view(lua, 2, SLOT_LIST_META, count);
  return keep(lua);
}

static int read_field(lua_State *lua, int64_t child) {
  struct clua_question question = {.kind = CLUA_ASK_FIELD, .child = child};
  lua_getiuservalue(lua, 1, VALUE_ID);
  question.name = lua_tolstring(lua, -1, &question.name_size);
  question.field = lua_tolstring(lua, 2, &question.field_size);
  push_answer(lua, &question);
  return lua_isnil(lua, -1) ? 1 : keep(lua);
}

static int read_step(lua_State *lua) {
  if (lua_type(lua, 2) != LUA_TSTRING) return 0;
  if (was_read(lua, VALUE_READ)) return 1;
  return read_field(lua, *(int64_t *)lua_touserdata(lua, 1));
}

static int read_list(lua_State *lua) {
  int64_t count = *(int64_t *)lua_touserdata(lua, 1);
  if (lua_type(lua, 2) == LUA_TSTRING) return was_read(lua, VALUE_READ) ? 1 : read_field(lua, -1);
  if (!lua_isinteger(lua, 2)) return 0;
  lua_Integer index = lua_tointeger(lua, 2);
  if (index < 1 || index > count) return 0;
  if (was_read(lua, VALUE_READ)) return 1;
  lua_getiuservalue(lua, 1, VALUE_ID);
  push_view(lua, -1, SLOT_STEP_META, index - 1);
  return keep(lua);
}

static int list_count(lua_State *lua) {
  lua_pushinteger(lua, *(int64_t *)lua_touserdata(lua, 1));
  return 1;
}

static void add_meta(lua_State *lua, enum slot slot, const char *name, lua_CFunction read) {
  lua_newtable(lua);
  lua_pushstring(lua, name);
  lua_setfield(lua, -2, "__name");
  lua_pushcfunction(lua, read);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, refuse_change);
  lua_setfield(lua, -2, "__newindex");
  if (slot == SLOT_LIST_META) {
    lua_pushcfunction(lua, list_count);
    lua_setfield(lua, -2, "__len");
  }
  set_slot(lua, slot);
}

void add_steps(lua_State *lua) {
  add_meta(lua, SLOT_STEPS_META, "steps", read_steps);
  add_meta(lua, SLOT_STEP_META, "step", read_step);
  add_meta(lua, SLOT_LIST_META, "list of steps", read_list);
}

/* An object of the members of the view at an index whose names are in the list at the top; replaces the list. */
static void gather_members(lua_State *lua, int view) {
  int names = lua_gettop(lua);
  lua_Integer count = (lua_Integer)lua_rawlen(lua, names), kept = 0;
  lua_newtable(lua);
  lua_newtable(lua);
  for (lua_Integer index = 1; index <= count; index++) {
    lua_rawgeti(lua, names, index);
    lua_pushvalue(lua, -1);
    if (lua_gettable(lua, view) == LUA_TNIL) {
      lua_pop(lua, 2);
      continue;
    }
    lua_pushvalue(lua, -2);
    lua_rawseti(lua, names + 2, ++kept);
    lua_rawset(lua, names + 1);
  }
  lua_setmetatable(lua, names + 1);
  lua_replace(lua, names);
}

void materialize(lua_State *lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || is_null(lua, index)) return;
  index = lua_absindex(lua, index);
  luaL_checkstack(lua, 16, "too many nested values");
  struct clua_question question = {.kind = CLUA_ASK_STEP_IDS};
  if (has_meta(lua, index, SLOT_LIST_META)) {
    int64_t count = *(int64_t *)lua_touserdata(lua, index);
    lua_newtable(lua);
    for (int64_t child = 1; child <= count; child++) {
      charge(lua, 4);
      lua_geti(lua, index, child);
      lua_rawseti(lua, -2, child);
    }
  } else if (has_meta(lua, index, SLOT_STEPS_META)) {
    push_answer(lua, &question);
    gather_members(lua, index);
  } else if (has_meta(lua, index, SLOT_STEP_META)) {
    question.kind = CLUA_ASK_FIELD_NAMES;
    lua_getiuservalue(lua, index, VALUE_ID);
    question.name = lua_tolstring(lua, -1, &question.name_size);
    push_answer(lua, &question);
    lua_remove(lua, -2);
    gather_members(lua, index);
  } else {
    return;
  }
  lua_replace(lua, index);
}
