/* join, split, match. */
#define _GNU_SOURCE
#include <string.h>

#include "Sandbox.h"

static int list_join(lua_State *lua) {
  lua_Integer count = list_length(lua, 1);
  size_t separator_size;
  const char *separator = luaL_optlstring(lua, 2, "", &separator_size);
  luaL_Buffer buffer;
  luaL_buffinit(lua, &buffer);
  for (lua_Integer index = 1; index <= count; index++) {
    if (index > 1) luaL_addlstring(&buffer, separator, separator_size);
    lua_geti(lua, 1, index);
    int type = lua_type(lua, -1);
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
      return luaL_error(
          lua, "element %I of the list is a %s, which join cannot join", (LUAI_UACINT)index, kind_name(lua, -1));
    }
    size_t size;
    push_text(lua, -1, &size);
    lua_remove(lua, -2);
    charge_bytes(lua, size + separator_size);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
  return 1;
}

static int text_split(lua_State *lua) {
  size_t size, separator_size;
  const char *text = luaL_checklstring(lua, 1, &size), *end = text + size;
  const char *separator = luaL_checklstring(lua, 2, &separator_size);
  if (separator_size == 0) return luaL_argerror(lua, 2, "the separator is empty");
  charge(lua, size / 8 + 1);
  lua_newtable(lua);
  for (lua_Integer index = 1;; index++) {
    charge(lua, 4);
    const char *found = memmem(text, (size_t)(end - text), separator, separator_size);
    lua_pushlstring(lua, text, (size_t)((found == NULL ? end : found) - text));
    lua_rawseti(lua, -2, index);
    if (found == NULL) return 1;
    text = found + separator_size;
  }
}

void add_texts(lua_State *lua) {
  static const luaL_Reg functions[] = {
      {"join", list_join}, {"split", text_split}, {"match", text_match}, {NULL, NULL}};
  luaL_setfuncs(lua, functions, 0);
}
