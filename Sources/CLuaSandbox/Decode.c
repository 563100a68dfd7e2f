/* Bytes of values to Lua values. */
#include <string.h>

#include "Sandbox.h"

struct reader {
  lua_State *lua;
  const uint8_t *next;
  size_t left;
};

static const uint8_t *take(struct reader *reader, size_t count) {
  if (count > reader->left) luaL_error(reader->lua, "the caller's bytes end early");
  const uint8_t *start = reader->next;
  reader->next += count;
  reader->left -= count;
  return start;
}

static size_t take_size(struct reader *reader) {
  size_t size;
  memcpy(&size, take(reader, sizeof size), sizeof size);
  return size;
}

static int capacity(size_t count) { return count > 1 << 24 ? 1 << 24 : (int)count; }

static void push_string(struct reader *reader) {
  size_t size = take_size(reader);
  lua_pushlstring(reader->lua, (const char *)take(reader, size), size);
}

static void push_value(struct reader *reader, int depth);

static void push_array(struct reader *reader, int depth) {
  lua_State *lua = reader->lua;
  size_t count = take_size(reader);
  lua_createtable(lua, capacity(count), 0);
  for (size_t index = 1; index <= count; index++) {
    push_value(reader, depth + 1);
    lua_rawseti(lua, -2, (lua_Integer)index);
  }
}

/* An object's metatable is the list of its names: their order, and the mark that it is an object. */
static void push_object(struct reader *reader, int depth) {
  lua_State *lua = reader->lua;
  size_t count = take_size(reader);
  lua_createtable(lua, 0, capacity(count));
  if (count == 0) {
    mark_object(lua, -1);
    return;
  }
  lua_createtable(lua, capacity(count), 0);
  for (size_t index = 1; index <= count; index++) {
    push_string(reader);
    lua_pushvalue(lua, -1);
    lua_rawseti(lua, -3, (lua_Integer)index);
    push_value(reader, depth + 1);
    lua_rawset(lua, -4);
  }
  lua_setmetatable(lua, -2);
}

static void push_value(struct reader *reader, int depth) {
  lua_State *lua = reader->lua;
  if (depth > CLUA_DEPTH_MAX) luaL_error(lua, "more than %d nested values", CLUA_DEPTH_MAX);
  luaL_checkstack(lua, 8, "too many nested values");
  switch (*take(reader, 1)) {
  case 'z': push_null(lua); return;
  case 't': lua_pushboolean(lua, 1); return;
  case 'f': lua_pushboolean(lua, 0); return;
  case 'i': {
    int64_t number;
    memcpy(&number, take(reader, sizeof number), sizeof number);
    lua_pushinteger(lua, number);
    return;
  }
  case 'd': {
    double number;
    memcpy(&number, take(reader, sizeof number), sizeof number);
    lua_pushnumber(lua, number);
    return;
  }
  case 's': push_string(reader); return;
  case '[': push_array(reader, depth); return;
  case '{': push_object(reader, depth); return;
  default: luaL_error(lua, "the caller's bytes are no value");
  }
}

void decode_value(lua_State *lua, const uint8_t *bytes, size_t count) {
  struct reader reader = {.lua = lua, .next = bytes, .left = count};
  push_value(&reader, 0);
}
