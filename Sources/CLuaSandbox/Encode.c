/* Lua values to bytes of values. */
#include <math.h>
#include <string.h>

#include "Sandbox.h"

struct writer {
  lua_State *lua;
  struct clua_bytes *bytes;
};

/* Where a value stands, for messages. */
struct place {
  const struct place *parent;
  const char *name; /* NULL: an element */
  lua_Integer index;
  int depth;
};

static void push_place(lua_State *lua, const struct place *place) {
  if (place->parent == NULL) {
    lua_pushliteral(lua, "the value");
    return;
  }
  push_place(lua, place->parent);
  if (place->name != NULL) lua_pushfstring(lua, place->parent->parent == NULL ? " at %s" : ".%s", place->name);
  else lua_pushfstring(lua, place->parent->parent == NULL ? " at [%I]" : "[%I]", (LUAI_UACINT)place->index);
  lua_concat(lua, 2);
}

static void refuse(lua_State *lua, const struct place *place, const char *why) {
  luaL_where(lua, 1);
  luaL_checkstack(lua, CLUA_DEPTH_MAX + 4, "too many nested values");
  push_place(lua, place);
  lua_pushfstring(lua, " %s", why);
  lua_concat(lua, 3);
  lua_error(lua);
}

static void append(struct writer *writer, const void *data, size_t count) {
  size_t most = sandbox_of(writer->lua)->limits.memory_bytes;
  if (count > most || writer->bytes->count > most - count || !clua_bytes_append(writer->bytes, data, count)) {
    finish(writer->lua, END_MEMORY);
  }
}

static void append_tag(struct writer *writer, char tag) { append(writer, &tag, 1); }

static void append_sized(struct writer *writer, const char *data, size_t count) {
  append(writer, &count, sizeof count);
  append(writer, data, count);
}

/* UTF-8 as RFC 3629 has it: shortest forms, no surrogates. */
static bool is_utf8(const uint8_t *text, size_t count) {
  for (size_t index = 0; index < count;) {
    uint8_t first = text[index++];
    if (first < 0x80) continue;
    int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || count - index < (size_t)more) return false;
    uint8_t second = text[index];
    if (first == 0xE0 && second < 0xA0) return false;
    if (first == 0xED && second > 0x9F) return false;
    if (first == 0xF0 && second < 0x90) return false;
    if (first == 0xF4 && second > 0x8F) return false;
    for (; more > 0; more--) {
      if ((text[index++] & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

static void write_value(struct writer *writer, int index, const struct place *place);

static void write_list(struct writer *writer, int index, const struct place *place) {
  lua_State *lua = writer->lua;
  size_t count = lua_rawlen(lua, index);
  append_tag(writer, '[');
  append(writer, &count, sizeof count);
  for (size_t number = 1; number <= count; number++) {
    struct place element = {.parent = place, .index = (lua_Integer)number, .depth = place->depth + 1};
    lua_rawgeti(lua, index, (lua_Integer)number);
    write_value(writer, -1, &element);
    lua_pop(lua, 1);
  }
}

static void write_object(struct writer *writer, int index, const struct place *place) {
  lua_State *lua = writer->lua;
  size_t count = (size_t)push_keys(lua, index);
  int keys = lua_gettop(lua);
  append_tag(writer, '{');
  append(writer, &count, sizeof count);
  for (size_t number = 1; number <= count; number++) {
    if (lua_rawgeti(lua, keys, (lua_Integer)number) != LUA_TSTRING) {
      refuse(lua, place, "has both names and numbers as keys, so it is neither an object nor a list");
    }
    size_t size;
    const char *name = lua_tolstring(lua, -1, &size);
    if (!is_utf8((const uint8_t *)name, size)) refuse(lua, place, "has a name that is not valid UTF-8");
    append_sized(writer, name, size);
    struct place member = {.parent = place, .name = name, .depth = place->depth + 1};
    lua_pushvalue(lua, -1);
    lua_rawget(lua, index);
    write_value(writer, -1, &member);
    lua_pop(lua, 2);
  }
  lua_pop(lua, 1);
}

static void write_table(struct writer *writer, int index, const struct place *place) {
  lua_State *lua = writer->lua;
  if (place->depth >= CLUA_DEPTH_MAX) refuse(lua, place, "is nested too deep, or contains itself");
  luaL_checkstack(lua, 16, "too many nested values");
  lua_pushvalue(lua, index);
  materialize(lua, lua_gettop(lua));
  index = lua_gettop(lua);
  if (lua_type(lua, index) != LUA_TTABLE || has_meta(lua, index, SLOT_ENVIRONMENT_META)) {
    refuse(lua, place, "is no JSON value");
  }
  switch (shape_of(lua, index)) {
  case SHAPE_EMPTY: write_list(writer, index, place); break;
  case SHAPE_LIST: write_list(writer, index, place); break;
  case SHAPE_OBJECT: write_object(writer, index, place); break;
  case SHAPE_OTHER:
    refuse(lua, place, "is neither a list (keys 1, 2, 3 ... without gaps) nor an object (names as keys)");
  }
  lua_pop(lua, 1);
}

static void write_number(struct writer *writer, int index, const struct place *place) {
  lua_State *lua = writer->lua;
  if (lua_isinteger(lua, index)) {
    int64_t number = lua_tointeger(lua, index);
    append_tag(writer, 'i');
    append(writer, &number, sizeof number);
    return;
  }
  double number = lua_tonumber(lua, index);
  if (isnan(number)) refuse(lua, place, "is not a number (NaN), which JSON cannot hold");
  if (isinf(number)) refuse(lua, place, "is infinite, which JSON cannot hold");
  append_tag(writer, 'd');
  append(writer, &number, sizeof number);
}

static void write_value(struct writer *writer, int index, const struct place *place) {
  lua_State *lua = writer->lua;
  index = lua_absindex(lua, index);
  charge(lua, 2);
  switch (lua_type(lua, index)) {
  case LUA_TBOOLEAN: append_tag(writer, lua_toboolean(lua, index) ? 't' : 'f'); return;
  case LUA_TNUMBER: write_number(writer, index, place); return;
  case LUA_TSTRING: {
    size_t size;
    const char *text = lua_tolstring(lua, index, &size);
    charge_bytes(lua, size);
    if (!is_utf8((const uint8_t *)text, size)) refuse(lua, place, "is text that is not valid UTF-8");
    append_tag(writer, 's');
    append_sized(writer, text, size);
    return;
  }
  case LUA_TTABLE: write_table(writer, index, place); return;
  case LUA_TUSERDATA:
    if (is_null(lua, index)) append_tag(writer, 'z');
    else write_table(writer, index, place);
    return;
  case LUA_TNIL: refuse(lua, place, "is nil"); return;
  default: refuse(lua, place, "is a function, which JSON cannot hold");
  }
}

void encode_value(lua_State *lua, int index, struct clua_bytes *bytes) {
  struct writer writer = {.lua = lua, .bytes = bytes};
  struct place root = {.parent = NULL};
  write_value(&writer, index, &root);
}
