#include "Pattern.h"

#include <string.h>

/* How deep one pattern may nest; each level is a frame of C's stack. */
enum { MATCH_DEPTH_MAX = 200 };
enum { STEPS_AT_ONCE = 64 };

static const uint8_t *match_rest(struct match *match, const uint8_t *text, const uint8_t *pattern);

static void step(struct match *match) {
  if (++match->steps < STEPS_AT_ONCE) return;
  match->steps = 0;
  charge(match->lua, STEPS_AT_ONCE);
}

/* The end of the item (a character, a class or a set) that begins at a place. */
static const uint8_t *item_end(struct match *match, const uint8_t *pattern) {
  const uint8_t *end = match->pattern_end;
  uint8_t first = *pattern++;
  if (first == '%') {
    if (pattern == end) luaL_error(match->lua, "malformed pattern (ends with '%%')");
    return pattern + 1;
  }
  if (first != '[') return pattern;
  if (pattern < end && *pattern == '^') pattern++;
  bool is_first = true;
  while (pattern < end && (is_first || *pattern != ']')) {
    is_first = false;
    pattern += *pattern == '%' ? 2 : 1;
    step(match);
  }
  if (pattern >= end) luaL_error(match->lua, "malformed pattern (missing ']')");
  return pattern + 1;
}

static bool is_between(uint8_t byte, uint8_t low, uint8_t high) { return byte >= low && byte <= high; }
static bool is_letter(uint8_t byte) { return is_between(byte | 0x20, 'a', 'z'); }
static bool is_digit(uint8_t byte) { return is_between(byte, '0', '9'); }
static bool is_visible(uint8_t byte) { return is_between(byte, 0x21, 0x7E); }

/* A class as `%a`; an upper-case letter means the opposite, what is no letter means itself. ASCII only. */
static bool in_class(uint8_t byte, uint8_t class) {
  bool is_member;
  switch (class | 0x20) {
  case 'a': is_member = is_letter(byte); break;
  case 'c': is_member = byte < 0x20 || byte == 0x7F; break;
  case 'd': is_member = is_digit(byte); break;
  case 'g': is_member = is_visible(byte); break;
  case 'l': is_member = is_between(byte, 'a', 'z'); break;
  case 'p': is_member = is_visible(byte) && !is_letter(byte) && !is_digit(byte); break;
  case 's': is_member = byte == ' ' || is_between(byte, '\t', '\r'); break;
  case 'u': is_member = is_between(byte, 'A', 'Z'); break;
  case 'w': is_member = is_letter(byte) || is_digit(byte); break;
  case 'x': is_member = is_digit(byte) || is_between(byte | 0x20, 'a', 'f'); break;
  case 'z': is_member = byte == 0; break;
  default: return byte == class;
  }
  if (!is_letter(class)) return byte == class;
  return (class & 0x20) != 0 ? is_member : !is_member;
}

/* `[set]`; `end` is behind its `]`. */
static bool in_set(struct match *match, uint8_t byte, const uint8_t *set, const uint8_t *end) {
  bool found = true;
  set++;
  end--;
  if (*set == '^') {
    found = false;
    set++;
  }
  while (set < end) {
    step(match);
    if (*set == '%') {
      if (in_class(byte, set[1])) return found;
      set += 2;
    } else if (end - set > 2 && set[1] == '-') {
      if (is_between(byte, set[0], set[2])) return found;
      set += 3;
    } else {
      if (*set == byte) return found;
      set++;
    }
  }
  return !found;
}

static bool matches_item(struct match *match, const uint8_t *text, const uint8_t *item, const uint8_t *end) {
  step(match);
  if (text == match->subject_end) return false;
  switch (*item) {
  case '.': return true;
  case '%': return in_class(*text, item[1]);
  case '[': return in_set(match, *text, item, end);
  default: return *item == *text;
  }
}

/* `item*`: as many as there are, then fewer. */
static const uint8_t *match_most(struct match *match, const uint8_t *text, const uint8_t *item, const uint8_t *end) {
  const uint8_t *last = text;
  while (matches_item(match, last, item, end)) last++;
  for (;; last--) {
    const uint8_t *found = match_rest(match, last, end + 1);
    if (found != NULL || last == text) return found;
  }
}

/* `item-`: as few as will do. */
static const uint8_t *match_fewest(struct match *match, const uint8_t *text, const uint8_t *item, const uint8_t *end) {
  for (;; text++) {
    const uint8_t *found = match_rest(match, text, end + 1);
    if (found != NULL) return found;
    if (!matches_item(match, text, item, end)) return NULL;
  }
}

static const uint8_t *open_capture(
    struct match *match, const uint8_t *text, const uint8_t *pattern, ptrdiff_t size) {
  if (match->captures == CAPTURES_MAX) luaL_error(match->lua, "too many captures");
  match->capture[match->captures].start = text;
  match->capture[match->captures].size = size;
  match->captures++;
  const uint8_t *found = match_rest(match, text, pattern);
  if (found == NULL) match->captures--;
  return found;
}

static const uint8_t *close_capture(struct match *match, const uint8_t *text, const uint8_t *pattern) {
  int index = match->captures - 1;
  while (index >= 0 && match->capture[index].size != CAPTURE_OPEN) index--;
  if (index < 0) luaL_error(match->lua, "invalid pattern capture");
  match->capture[index].size = text - match->capture[index].start;
  const uint8_t *found = match_rest(match, text, pattern);
  if (found == NULL) match->capture[index].size = CAPTURE_OPEN;
  return found;
}

/* `%bxy`; `pattern` is at x. */
static const uint8_t *match_balanced(struct match *match, const uint8_t *text, const uint8_t *pattern) {
  if (match->pattern_end - pattern < 2) luaL_error(match->lua, "malformed pattern (missing arguments to '%%b')");
  if (text == match->subject_end || *text != pattern[0]) return NULL;
  int depth = 1;
  while (++text < match->subject_end) {
    step(match);
    if (*text == pattern[1]) {
      if (--depth == 0) return text + 1;
    } else if (*text == pattern[0]) {
      depth++;
    }
  }
  return NULL;
}

/* `%1`: the text of a capture again. */
static const uint8_t *match_again(struct match *match, const uint8_t *text, uint8_t digit) {
  int index = digit - '1';
  if (index < 0 || index >= match->captures || match->capture[index].size == CAPTURE_OPEN) {
    luaL_error(match->lua, "invalid capture index %%%d", index + 1);
  }
  ptrdiff_t size = match->capture[index].size;
  if (size == CAPTURE_PLACE || match->subject_end - text < size) return NULL;
  charge(match->lua, (uint64_t)size / 16 + 1);
  return memcmp(match->capture[index].start, text, (size_t)size) == 0 ? text + size : NULL;
}

/* `%f[set]`; `set` is at `[`. Where the pattern goes on, or NULL. */
static const uint8_t *match_frontier(struct match *match, const uint8_t *text, const uint8_t *set) {
  if (set >= match->pattern_end || *set != '[') luaL_error(match->lua, "missing '[' after '%%f' in pattern");
  const uint8_t *end = item_end(match, set);
  uint8_t before = text == match->subject ? 0 : text[-1];
  uint8_t after = text == match->subject_end ? 0 : *text;
  return !in_set(match, before, set, end) && in_set(match, after, set, end) ? end : NULL;
}

/* The items that begin with `%` and are no classes: whether it was one; `text` and `pattern` move on, or `text` is
 * NULL. */
static bool match_special(struct match *match, const uint8_t **text, const uint8_t **pattern) {
  if (**pattern != '%' || *pattern + 1 == match->pattern_end) return false;
  uint8_t kind = (*pattern)[1];
  if (kind == 'b') {
    *text = match_balanced(match, *text, *pattern + 2);
    *pattern += 4;
    return true;
  }
  if (kind == 'f') {
    *pattern = match_frontier(match, *text, *pattern + 2);
    if (*pattern == NULL) *text = NULL;
    return true;
  }
  if (!is_digit(kind)) return false;
  *text = match_again(match, *text, kind);
  *pattern += 2;
  return true;
}

static const uint8_t *match_items(struct match *match, const uint8_t *text, const uint8_t *pattern) {
  while (pattern != match->pattern_end) {
    step(match);
    bool is_last = pattern + 1 == match->pattern_end;
    if (*pattern == '(') {
      bool is_place = !is_last && pattern[1] == ')';
      return open_capture(match, text, pattern + (is_place ? 2 : 1), is_place ? CAPTURE_PLACE : CAPTURE_OPEN);
    }
    if (*pattern == ')') return close_capture(match, text, pattern + 1);
    if (*pattern == '$' && is_last) return text == match->subject_end ? text : NULL;
    if (match_special(match, &text, &pattern)) {
      if (text == NULL) return NULL;
      continue;
    }
    const uint8_t *end = item_end(match, pattern);
    uint8_t repeat = end < match->pattern_end ? *end : 0;
    if (repeat == '*') return match_most(match, text, pattern, end);
    if (repeat == '-') return match_fewest(match, text, pattern, end);
    bool is_match = matches_item(match, text, pattern, end);
    if (repeat == '+') return is_match ? match_most(match, text + 1, pattern, end) : NULL;
    if (repeat == '?') {
      const uint8_t *found = is_match ? match_rest(match, text + 1, end + 1) : NULL;
      if (found != NULL) return found;
      pattern = end + 1;
      continue;
    }
    if (!is_match) return NULL;
    text++;
    pattern = end;
  }
  return text;
}

static const uint8_t *match_rest(struct match *match, const uint8_t *text, const uint8_t *pattern) {
  if (++match->depth > MATCH_DEPTH_MAX) luaL_error(match->lua, "pattern too complex");
  const uint8_t *found = match_items(match, text, pattern);
  match->depth--;
  return found;
}

const uint8_t *match_at(struct match *match, const uint8_t *text, const uint8_t *pattern) {
  match->depth = 0;
  match->captures = 0;
  return match_rest(match, text, pattern);
}

void push_capture(struct match *match, int index, const uint8_t *start, const uint8_t *end) {
  if (index >= match->captures) {
    if (index > 0) luaL_error(match->lua, "invalid capture index %%%d", index + 1);
    charge_bytes(match->lua, (uint64_t)(end - start));
    lua_pushlstring(match->lua, (const char *)start, (size_t)(end - start));
    return;
  }
  ptrdiff_t size = match->capture[index].size;
  if (size == CAPTURE_OPEN) luaL_error(match->lua, "unfinished capture");
  if (size == CAPTURE_PLACE) {
    lua_pushinteger(match->lua, match->capture[index].start - match->subject + 1);
  } else {
    charge_bytes(match->lua, (uint64_t)size);
    lua_pushlstring(match->lua, (const char *)match->capture[index].start, (size_t)size);
  }
}

int push_captures(struct match *match, const uint8_t *start, const uint8_t *end) {
  int count = match->captures == 0 ? 1 : match->captures;
  luaL_checkstack(match->lua, count, "too many captures");
  for (int index = 0; index < count; index++) push_capture(match, index, start, end);
  return count;
}
