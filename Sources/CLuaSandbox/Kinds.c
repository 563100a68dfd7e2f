/* What a value is. */
#include <math.h>

#include "Sandbox.h"

bool is_null(lua_State *lua, int index) {
  const void *pointer = lua_touserdata(lua, index);
  return pointer != NULL && pointer == sandbox_of(lua)->null;
}

bool is_nothing(lua_State *lua, int index) { return lua_isnoneornil(lua, index) || is_null(lua, index); }

void push_null(lua_State *lua) { push_slot(lua, SLOT_NULL); }

bool has_meta(lua_State *lua, int index, enum slot meta) {
  if (!lua_getmetatable(lua, index)) return false;
  push_slot(lua, meta);
  bool same = lua_rawequal(lua, -1, -2);
  lua_pop(lua, 2);
  return same;
}

void mark_object(lua_State *lua, int index) {
  index = lua_absindex(lua, index);
  push_slot(lua, SLOT_OBJECT);
  lua_setmetatable(lua, index);
}

bool is_marked_object(lua_State *lua, int index) {
  if (!lua_getmetatable(lua, index)) return false;
  lua_pop(lua, 1);
  return !has_meta(lua, index, SLOT_ENVIRONMENT_META);
}

enum shape shape_of(lua_State *lua, int index) {
  index = lua_absindex(lua, index);
  bool is_object = is_marked_object(lua, index);
  size_t numbers = lua_rawlen(lua, index), counted = 0, names = 0;
  lua_pushnil(lua);
  while (lua_next(lua, index)) {
    lua_pop(lua, 1);
    if (lua_type(lua, -1) == LUA_TSTRING) {
      names++;
    } else {
      lua_Integer number = lua_isinteger(lua, -1) ? lua_tointeger(lua, -1) : 0;
      if (number < 1 || (size_t)number > numbers) {
        lua_pop(lua, 1);
        return SHAPE_OTHER;
      }
      counted++;
    }
  }
  charge(lua, counted + names);
  if (names == 0 && counted == 0) return is_object ? SHAPE_OBJECT : SHAPE_EMPTY;
  if (names == 0) return counted == numbers && !is_object ? SHAPE_LIST : SHAPE_OTHER;
  return counted == 0 ? SHAPE_OBJECT : SHAPE_OTHER;
}

const char *kind_name(lua_State *lua, int index) {
  if (is_null(lua, index)) return "null";
  int type = lua_type(lua, index);
  return type == LUA_TUSERDATA ? "table" : luaL_typename(lua, index);
}

lua_Integer list_length(lua_State *lua, int argument) {
  if (has_meta(lua, argument, SLOT_LIST_META)) return luaL_len(lua, argument);
  if (lua_type(lua, argument) != LUA_TTABLE) {
    luaL_argerror(lua, argument, lua_pushfstring(lua, "a list expected, got %s", kind_name(lua, argument)));
  }
  lua_Integer length = (lua_Integer)lua_rawlen(lua, argument);
  if (length > 0) return length;
  lua_pushnil(lua);
  if (lua_next(lua, argument)) luaL_argerror(lua, argument, "a list expected, got an object");
  return 0;
}

const char *push_text(lua_State *lua, int index, size_t *size) {
  switch (lua_type(lua, index)) {
  case LUA_TSTRING: lua_pushvalue(lua, index); break;
  case LUA_TNUMBER:
    charge(lua, 30);
    /* The sign of what is no number differs between machines. */
    if (isnan(lua_tonumber(lua, index))) {
      lua_pushliteral(lua, "nan");
      break;
    }
    lua_pushvalue(lua, index);
    lua_tostring(lua, -1);
    break;
  case LUA_TBOOLEAN: lua_pushstring(lua, lua_toboolean(lua, index) ? "true" : "false"); break;
  default: lua_pushstring(lua, kind_name(lua, index));
  }
  return lua_tolstring(lua, -1, size);
}
