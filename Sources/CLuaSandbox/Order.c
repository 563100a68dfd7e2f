/* The order in which a table's members are met: those that came with an object as they came, then numbers ascending,
 * then names by their bytes, then false and true. */
#include <stdlib.h>
#include <string.h>

#include "Sandbox.h"

struct key {
  int type;
  const char *text;
  size_t size;
  long double number; /* exact for every integer and float of Lua */
  lua_Integer place;  /* in the list of keys */
};

static int rank(int type) { return type == LUA_TNUMBER ? 0 : type == LUA_TSTRING ? 1 : 2; }

static int compare(const void *left_key, const void *right_key) {
  const struct key *left = left_key, *right = right_key;
  int difference = rank(left->type) - rank(right->type);
  if (difference != 0) return difference;
  if (left->type != LUA_TSTRING) return (left->number > right->number) - (left->number < right->number);
  size_t common = left->size < right->size ? left->size : right->size;
  difference = memcmp(left->text, right->text, common);
  return difference != 0 ? difference : (left->size > right->size) - (left->size < right->size);
}

/* Reads the key at the top. */
static struct key read_key(lua_State *lua, lua_Integer place) {
  struct key key = {.type = lua_type(lua, -1), .place = place};
  switch (key.type) {
  case LUA_TNUMBER:
    key.number = lua_isinteger(lua, -1) ? (long double)lua_tointeger(lua, -1) : (long double)lua_tonumber(lua, -1);
    break;
  case LUA_TSTRING: key.text = lua_tolstring(lua, -1, &key.size); break;
  case LUA_TBOOLEAN: key.number = lua_toboolean(lua, -1); break;
  default: luaL_error(lua, "a table with a key that is a %s has no order", kind_name(lua, -1));
  }
  return key;
}

/* Sorts the keys of a list from a place on. */
static void sort_keys(lua_State *lua, int list, lua_Integer from, lua_Integer count) {
  if (count < 2) return;
  charge(lua, (uint64_t)count * 12);
  struct key *keys = lua_newuserdatauv(lua, (size_t)count * sizeof *keys, 0);
  bool is_sorted = true;
  for (lua_Integer index = 0; index < count; index++) {
    lua_rawgeti(lua, list, from + index);
    keys[index] = read_key(lua, from + index);
    if (index > 0 && compare(&keys[index - 1], &keys[index]) > 0) is_sorted = false;
    lua_pop(lua, 1);
  }
  if (!is_sorted) {
    qsort(keys, (size_t)count, sizeof *keys, compare);
    lua_createtable(lua, (int)count, 0);
    for (lua_Integer index = 0; index < count; index++) {
      lua_rawgeti(lua, list, keys[index].place);
      lua_rawseti(lua, -2, index + 1);
    }
    for (lua_Integer index = 0; index < count; index++) {
      lua_rawgeti(lua, -1, index + 1);
      lua_rawseti(lua, list, from + index);
    }
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
}

/* Appends the names of a table's order that it still has; how many. `seen` gets them as keys. */
static lua_Integer append_ordered(lua_State *lua, int table, int list, int order, int seen) {
  lua_Integer count = 0, most = (lua_Integer)lua_rawlen(lua, order);
  charge(lua, (uint64_t)most);
  for (lua_Integer index = 1; index <= most; index++) {
    lua_rawgeti(lua, order, index);
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, table) != LUA_TNIL) {
      lua_pushvalue(lua, -2);
      lua_pushboolean(lua, 1);
      lua_rawset(lua, seen);
      lua_pushvalue(lua, -2);
      lua_rawseti(lua, list, ++count);
    }
    lua_pop(lua, 2);
  }
  return count;
}

lua_Integer push_keys(lua_State *lua, int index) {
  luaL_checkstack(lua, 12, "too many nested values");
  index = lua_absindex(lua, index);
  lua_newtable(lua);
  int list = lua_gettop(lua);
  lua_Integer ordered = 0;
  bool has_order = is_marked_object(lua, index);
  if (has_order) {
    lua_getmetatable(lua, index);
    lua_newtable(lua);
    ordered = append_ordered(lua, index, list, list + 1, list + 2);
  }
  lua_Integer count = ordered;
  lua_pushnil(lua);
  while (lua_next(lua, index)) {
    lua_pop(lua, 1);
    bool is_new = true;
    if (has_order) {
      lua_pushvalue(lua, -1);
      is_new = lua_rawget(lua, list + 2) == LUA_TNIL;
      lua_pop(lua, 1);
    }
    if (!is_new) continue;
    lua_pushvalue(lua, -1);
    read_key(lua, 0);
    lua_rawseti(lua, list, ++count);
  }
  lua_settop(lua, list);
  charge(lua, (uint64_t)(count - ordered));
  sort_keys(lua, list, ordered + 1, count - ordered);
  return count;
}
