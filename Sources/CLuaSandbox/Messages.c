/* Messages of errors. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "Sandbox.h"

void push_message(lua_State *lua, int index, int *line) {
  index = lua_absindex(lua, index);
  size_t size;
  const char *text = push_text(lua, index, &size);
  if (lua_type(lua, index) != LUA_TSTRING && lua_type(lua, index) != LUA_TNUMBER) {
    lua_pop(lua, 1);
    lua_pushfstring(lua, "the code raised an error that is a %s, not text", kind_name(lua, index));
    return;
  }
  if (strncmp(text, &CHUNK_NAME[1], 1) != 0 || text[1] != ':' || !isdigit((unsigned char)text[2])) return;
  char *rest;
  long number = strtol(text + 2, &rest, 10);
  if (line != NULL) *line = (int)number;
  if (rest[0] == ':') rest++;
  if (rest[0] == ' ') rest++;
  lua_pushlstring(lua, rest, size - (size_t)(rest - text));
  lua_replace(lua, -2);
}

void push_plain_message(lua_State *lua, int index) {
  if (lua_type(lua, index) == LUA_TSTRING) push_message(lua, index, NULL);
  else lua_pushvalue(lua, index);
}
