/* find, match, gmatch and gsub. */
#define _GNU_SOURCE
#include <string.h>

#include "Pattern.h"

struct search {
  struct match match;
  const uint8_t *pattern;
  bool is_anchored;
};

static void prepare(lua_State *lua, struct search *search, int text, int pattern, bool has_anchor) {
  size_t text_size, pattern_size;
  search->match = (struct match){.lua = lua};
  search->match.subject = (const uint8_t *)luaL_checklstring(lua, text, &text_size);
  search->match.subject_end = search->match.subject + text_size;
  search->pattern = (const uint8_t *)luaL_checklstring(lua, pattern, &pattern_size);
  search->match.pattern_end = search->pattern + pattern_size;
  search->is_anchored = has_anchor && pattern_size > 0 && *search->pattern == '^';
  if (search->is_anchored) search->pattern++;
}

/* The first match from a place on: its start, and its end in `end`; NULL when there is none. */
static const uint8_t *search_from(struct search *search, const uint8_t *start, const uint8_t **end) {
  for (;; start++) {
    *end = match_at(&search->match, start, search->pattern);
    if (*end != NULL) return start;
    if (search->is_anchored || start == search->match.subject_end) return NULL;
  }
}

/* Where an `init` argument says; NULL: behind the end. */
static const uint8_t *start_of(lua_State *lua, const struct match *match, int argument) {
  lua_Integer size = match->subject_end - match->subject;
  lua_Integer init = luaL_optinteger(lua, argument, 1);
  if (init < 0) init = init < -size ? 1 : size + init + 1;
  if (init == 0) init = 1;
  return init > size + 1 ? NULL : match->subject + init - 1;
}

static bool is_plain(const uint8_t *pattern, const uint8_t *end) {
  for (; pattern < end; pattern++) {
    if (*pattern != 0 && strchr("^$*+?.([%-", *pattern) != NULL) return false;
  }
  return true;
}

static int push_place(lua_State *lua, const struct match *match, const uint8_t *start, const uint8_t *end) {
  lua_pushinteger(lua, start - match->subject + 1);
  lua_pushinteger(lua, end - match->subject);
  return 2;
}

static int string_find(lua_State *lua) {
  struct search search;
  prepare(lua, &search, 1, 2, false);
  const uint8_t *start = start_of(lua, &search.match, 3);
  if (start == NULL) return 0;
  size_t pattern_size = (size_t)(search.match.pattern_end - search.pattern);
  if (lua_toboolean(lua, 4) || is_plain(search.pattern, search.match.pattern_end)) {
    size_t left = (size_t)(search.match.subject_end - start);
    charge(lua, left / 8 + 1);
    const uint8_t *found = memmem(start, left, search.pattern, pattern_size);
    return found == NULL ? 0 : push_place(lua, &search.match, found, found + pattern_size);
  }
  prepare(lua, &search, 1, 2, true);
  const uint8_t *end;
  start = search_from(&search, start, &end);
  if (start == NULL) return 0;
  push_place(lua, &search.match, start, end);
  return 2 + (search.match.captures > 0 ? push_captures(&search.match, start, end) : 0);
}

static int string_match(lua_State *lua) {
  struct search search;
  prepare(lua, &search, 1, 2, true);
  const uint8_t *start = start_of(lua, &search.match, 3);
  const uint8_t *end;
  if (start == NULL || (start = search_from(&search, start, &end)) == NULL) return 0;
  return push_captures(&search.match, start, end);
}

int text_match(lua_State *lua) {
  struct search search;
  prepare(lua, &search, 1, 2, true);
  const uint8_t *end, *start = search_from(&search, search.match.subject, &end);
  if (start == NULL) {
    push_null(lua);
    return 1;
  }
  if (search.match.captures == 0) return push_captures(&search.match, start, end);
  lua_createtable(lua, search.match.captures, 0);
  for (int index = 0; index < search.match.captures; index++) {
    push_capture(&search.match, index, start, end);
    lua_rawseti(lua, -2, index + 1);
  }
  return 1;
}

/* Upvalues: the text, the pattern, where to go on, where the last match ended. */
static int next_match(lua_State *lua) {
  struct search search;
  prepare(lua, &search, lua_upvalueindex(1), lua_upvalueindex(2), false);
  const uint8_t *subject = search.match.subject, *start = subject + lua_tointeger(lua, lua_upvalueindex(3)), *end;
  lua_Integer last = lua_tointeger(lua, lua_upvalueindex(4));
  while (start <= search.match.subject_end && (start = search_from(&search, start, &end)) != NULL) {
    if (end - subject == last) {
      start++;
      continue;
    }
    lua_pushinteger(lua, end - subject);
    lua_pushvalue(lua, -1);
    lua_replace(lua, lua_upvalueindex(3));
    lua_replace(lua, lua_upvalueindex(4));
    return push_captures(&search.match, start, end);
  }
  return 0;
}

static int string_gmatch(lua_State *lua) {
  struct search search;
  prepare(lua, &search, 1, 2, false);
  const uint8_t *start = start_of(lua, &search.match, 3);
  if (start == NULL) start = search.match.subject_end + 1;
  lua_settop(lua, 2);
  lua_pushinteger(lua, start - search.match.subject);
  lua_pushinteger(lua, -1);
  lua_pushcclosure(lua, next_match, 4);
  return 1;
}

/* Adds a replacement text, in which %0 to %9 are captures. */
static void add_text(struct search *search, luaL_Buffer *buffer, const uint8_t *start, const uint8_t *end) {
  lua_State *lua = search->match.lua;
  size_t size;
  const char *text = lua_tolstring(lua, 3, &size);
  charge_bytes(lua, size);
  for (const char *stop = text + size; text < stop;) {
    const char *percent = memchr(text, '%', (size_t)(stop - text));
    luaL_addlstring(buffer, text, (size_t)((percent == NULL ? stop : percent) - text));
    if (percent == NULL) return;
    char kind = percent + 1 < stop ? percent[1] : 0;
    text = percent + 2;
    if (kind == '%') {
      luaL_addchar(buffer, '%');
    } else if (kind == '0') {
      charge_bytes(lua, (uint64_t)(end - start));
      luaL_addlstring(buffer, (const char *)start, (size_t)(end - start));
    } else if (kind >= '1' && kind <= '9') {
      push_capture(&search->match, kind - '1', start, end);
      luaL_tolstring(lua, -1, NULL);
      lua_remove(lua, -2);
      luaL_addvalue(buffer);
    } else {
      luaL_error(lua, "invalid use of '%%' in replacement string");
    }
  }
}

/* Adds what a table or a function gives for a match; the match itself for nil and false. */
static void add_value(struct search *search, luaL_Buffer *buffer, const uint8_t *start, const uint8_t *end) {
  lua_State *lua = search->match.lua;
  if (lua_type(lua, 3) == LUA_TFUNCTION) {
    lua_pushvalue(lua, 3);
    int count = push_captures(&search->match, start, end);
    lua_call(lua, count, 1);
  } else {
    push_capture(&search->match, 0, start, end);
    lua_gettable(lua, 3);
  }
  if (!lua_toboolean(lua, -1)) {
    lua_pop(lua, 1);
    charge_bytes(lua, (uint64_t)(end - start));
    luaL_addlstring(buffer, (const char *)start, (size_t)(end - start));
    return;
  }
  if (!lua_isstring(lua, -1)) luaL_error(lua, "invalid replacement value (a %s)", kind_name(lua, -1));
  charge_bytes(lua, lua_rawlen(lua, -1));
  luaL_addvalue(buffer);
}

static int string_gsub(lua_State *lua) {
  struct search search;
  prepare(lua, &search, 1, 2, true);
  int type = lua_type(lua, 3);
  bool is_text = type == LUA_TSTRING || type == LUA_TNUMBER;
  if (!is_text && type != LUA_TTABLE && type != LUA_TFUNCTION) {
    const char *found = type == LUA_TNONE ? "no value" : kind_name(lua, 3);
    return luaL_argerror(lua, 3, lua_pushfstring(lua, "text, a table or a function expected, got %s", found));
  }
  const uint8_t *start = search.match.subject, *stop = search.match.subject_end, *last = NULL;
  lua_Integer most = luaL_optinteger(lua, 4, stop - start + 1), count = 0;
  luaL_Buffer buffer;
  luaL_buffinit(lua, &buffer);
  while (count < most) {
    const uint8_t *end = match_at(&search.match, start, search.pattern);
    if (end != NULL && end != last) {
      count++;
      if (is_text) add_text(&search, &buffer, start, end);
      else add_value(&search, &buffer, start, end);
      start = last = end;
    } else if (start < stop) {
      luaL_addchar(&buffer, (char)*start);
      start++;
    } else {
      break;
    }
    if (search.is_anchored) break;
  }
  charge_bytes(lua, (uint64_t)(stop - start));
  luaL_addlstring(&buffer, (const char *)start, (size_t)(stop - start));
  luaL_pushresult(&buffer);
  lua_pushinteger(lua, count);
  return 2;
}

const luaL_Reg pattern_functions[] = {
    {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL}};
