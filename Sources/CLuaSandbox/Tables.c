/* The library `table`: each function is charged for the elements that it touches. */
#include <lualib.h>

#include "Sandbox.h"

static lua_CFunction original(lua_State *lua) { return lua_tocfunction(lua, lua_upvalueindex(1)); }

/* insert(list, position, value) and remove(list, position) move what comes after. */
static int moving(lua_State *lua, int arguments) {
  if (lua_gettop(lua) >= arguments && lua_isinteger(lua, 2) && lua_type(lua, 1) == LUA_TTABLE) {
    lua_Integer moved = (lua_Integer)lua_rawlen(lua, 1) - lua_tointeger(lua, 2);
    if (moved > 0) charge(lua, (uint64_t)moved);
  }
  charge(lua, 2);
  return original(lua)(lua);
}

static int table_insert(lua_State *lua) { return moving(lua, 3); }
static int table_remove(lua_State *lua) { return moving(lua, 2); }

static int table_move(lua_State *lua) {
  lua_Integer first = luaL_checkinteger(lua, 2), last = luaL_checkinteger(lua, 3);
  if (last >= first) charge(lua, (uint64_t)last - (uint64_t)first + 1);
  return original(lua)(lua);
}

static int table_unpack(lua_State *lua) {
  lua_Integer first = luaL_optinteger(lua, 2, 1);
  lua_Integer last = lua_isnoneornil(lua, 3) ? luaL_len(lua, 1) : luaL_checkinteger(lua, 3);
  if (last >= first) charge(lua, (uint64_t)last - (uint64_t)first + 1);
  return original(lua)(lua);
}

static int table_pack(lua_State *lua) {
  charge(lua, (uint64_t)lua_gettop(lua) + 1);
  return original(lua)(lua);
}

static int table_concat(lua_State *lua) {
  size_t separator_size;
  const char *separator = luaL_optlstring(lua, 2, "", &separator_size);
  lua_Integer first = luaL_optinteger(lua, 3, 1);
  lua_Integer last = lua_isnoneornil(lua, 4) ? luaL_len(lua, 1) : luaL_checkinteger(lua, 4);
  luaL_Buffer buffer;
  luaL_buffinit(lua, &buffer);
  if (first > last) {
    luaL_pushresult(&buffer);
    return 1;
  }
  for (lua_Integer index = first;; index++) {
    lua_geti(lua, 1, index);
    if (!lua_isstring(lua, -1)) {
      return luaL_error(
          lua, "invalid value (%s) at index %I in table for 'concat'", kind_name(lua, -1), (LUAI_UACINT)index);
    }
    charge_bytes(lua, lua_rawlen(lua, -1) + separator_size);
    luaL_addvalue(&buffer);
    if (index == last) break;
    luaL_addlstring(&buffer, separator, separator_size);
  }
  luaL_pushresult(&buffer);
  return 1;
}

/* Sorting: 1 the list, 2 the comparison or nil, 3 and 4 working lists, 5 and 6 the elements at hand. */
enum { COMPARISON = 2, SOURCE = 3, TARGET = 4, LEFT = 5, RIGHT = 6 };

static bool right_is_less(lua_State *lua) {
  charge(lua, 3);
  if (lua_isnil(lua, COMPARISON)) return lua_compare(lua, RIGHT, LEFT, LUA_OPLT);
  lua_pushvalue(lua, COMPARISON);
  lua_pushvalue(lua, RIGHT);
  lua_pushvalue(lua, LEFT);
  lua_call(lua, 2, 1);
  bool is_less = lua_toboolean(lua, -1);
  lua_pop(lua, 1);
  return is_less;
}

static void load(lua_State *lua, int source, int slot, lua_Integer index) {
  lua_rawgeti(lua, source, index);
  lua_replace(lua, slot);
}

/* Merges [low, middle) and [middle, high) of one list into the other. */
static void merge(lua_State *lua, int source, int target, lua_Integer low, lua_Integer middle, lua_Integer high) {
  lua_Integer left = low, right = middle;
  if (left < middle) load(lua, source, LEFT, left);
  if (right < high) load(lua, source, RIGHT, right);
  for (lua_Integer place = low; place < high; place++) {
    bool takes_right = left == middle || (right < high && right_is_less(lua));
    lua_pushvalue(lua, takes_right ? RIGHT : LEFT);
    lua_rawseti(lua, target, place);
    if (takes_right && ++right < high) load(lua, source, RIGHT, right);
    if (!takes_right && ++left < middle) load(lua, source, LEFT, left);
  }
}

/* A stable merge sort: any comparison gives a result, always the same one, after n log n comparisons at most. */
static int table_sort(lua_State *lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  if (!lua_isnoneornil(lua, COMPARISON)) luaL_checktype(lua, COMPARISON, LUA_TFUNCTION);
  lua_settop(lua, 2);
  lua_Integer count = (lua_Integer)lua_rawlen(lua, 1);
  charge(lua, (uint64_t)count * 4);
  int capacity = count > 1 << 24 ? 1 << 24 : (int)count;
  lua_createtable(lua, capacity, 0);
  lua_createtable(lua, capacity, 0);
  lua_settop(lua, RIGHT);
  for (lua_Integer index = 1; index <= count; index++) {
    lua_rawgeti(lua, 1, index);
    lua_rawseti(lua, SOURCE, index);
  }
  int source = SOURCE, target = TARGET;
  for (lua_Integer width = 1; width < count; width *= 2) {
    charge(lua, (uint64_t)count);
    for (lua_Integer low = 1; low <= count; low += 2 * width) {
      lua_Integer middle = low + width > count ? count + 1 : low + width;
      lua_Integer high = middle + width > count ? count + 1 : middle + width;
      merge(lua, source, target, low, middle, high);
    }
    int other = source;
    source = target;
    target = other;
  }
  for (lua_Integer index = 1; index <= count; index++) {
    lua_rawgeti(lua, source, index);
    lua_rawseti(lua, 1, index);
  }
  return 0;
}

void add_tables(lua_State *lua) {
  static const luaL_Reg adapted[] = {{"insert", table_insert}, {"remove", table_remove}, {"move", table_move},
                                     {"unpack", table_unpack}, {"pack", table_pack},     {NULL, NULL}};
  static const luaL_Reg own[] = {{"concat", table_concat}, {"sort", table_sort}, {NULL, NULL}};
  int library = lua_gettop(lua);
  luaL_setfuncs(lua, own, 0);
  lua_pushcfunction(lua, luaopen_table);
  lua_call(lua, 0, 1);
  for (const luaL_Reg *entry = adapted; entry->name != NULL; entry++) {
    lua_getfield(lua, -1, entry->name);
    lua_pushcclosure(lua, entry->func, 1);
    lua_setfield(lua, library, entry->name);
  }
  lua_settop(lua, library);
}
