/* string.format and string.rep. */
#include <string.h>

#include "Sandbox.h"

/* All the digits of a number such as 1e300 take long. */
static uint64_t number_cost(lua_State *lua, int index) {
  double number = lua_tonumber(lua, index);
  return number > 1e25 || number < -1e25 ? 3000 : 100;
}

/* Upvalue: Lua's own. It would show addresses for %p, and for %s of what is no text. */
int string_format(lua_State *lua) {
  size_t size;
  const char *format = luaL_checklstring(lua, 1, &size);
  const char *end = format + size;
  int argument = 1;
  uint64_t bytes = size;
  for (const char *cursor = format; cursor < end; cursor++) {
    if (*cursor != '%') continue;
    if (++cursor < end && *cursor == '%') continue;
    while (cursor < end && strchr("-+ #0123456789.", *cursor) != NULL && *cursor != '\0') cursor++;
    argument++;
    bytes += 100;
    if (cursor >= end) break;
    if (strchr("aAeEfFgG", *cursor) != NULL) charge(lua, number_cost(lua, argument));
    if (*cursor == 'p') return luaL_error(lua, "invalid conversion '%%p' to 'format'");
    if (*cursor != 's' || argument > lua_gettop(lua)) continue;
    size_t text_size;
    push_text(lua, argument, &text_size);
    lua_replace(lua, argument);
    bytes += text_size;
  }
  charge_bytes(lua, bytes);
  return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

int string_rep(lua_State *lua) {
  size_t size, separator_size;
  const char *text = luaL_checklstring(lua, 1, &size);
  lua_Integer count = luaL_checkinteger(lua, 2);
  const char *separator = luaL_optlstring(lua, 3, "", &separator_size);
  if (count <= 0) {
    lua_pushliteral(lua, "");
    return 1;
  }
  size_t most = sandbox_of(lua)->limits.memory_bytes;
  if (size + separator_size == 0) {
    lua_pushliteral(lua, "");
    return 1;
  }
  if ((uint64_t)count > most / (size + separator_size) + 1) finish(lua, END_MEMORY);
  size_t total = (size_t)count * size + (size_t)(count - 1) * separator_size;
  charge_bytes(lua, total);
  luaL_Buffer buffer;
  char *target = luaL_buffinitsize(lua, &buffer, total);
  memcpy(target, text, size);
  if (count > 1) {
    /* What is there repeats with this period, so it is copied behind itself. */
    memcpy(target + size, separator, separator_size);
    for (size_t done = size + separator_size, more; done < total; done += more) {
      more = done < total - done ? done : total - done;
      memcpy(target + done, target, more);
    }
  }
  luaL_pushresultsize(&buffer, total);
  return 1;
}
