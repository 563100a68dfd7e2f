/* Lua's patterns, matched so that every step is charged: Lua's own matcher may run for ever within one call. */
#ifndef PATTERN_H
#define PATTERN_H
#include "Sandbox.h"

enum { CAPTURES_MAX = 32 };
/* Of a capture's size: it has no end yet, or it is a place in the text. */
enum { CAPTURE_OPEN = -1, CAPTURE_PLACE = -2 };

struct match {
  lua_State *lua;
  const uint8_t *subject;
  const uint8_t *subject_end;
  const uint8_t *pattern_end;
  int depth;
  unsigned steps; /* not yet charged */
  int captures;
  struct {
    const uint8_t *start;
    ptrdiff_t size;
  } capture[CAPTURES_MAX];
};

/* Matches a pattern at a place: where the match ends, or NULL. */
const uint8_t *match_at(struct match *match, const uint8_t *text, const uint8_t *pattern);
/* Pushes the captures, or the whole match when there are none; how many. */
int push_captures(struct match *match, const uint8_t *start, const uint8_t *end);
/* Pushes one; 0 is the whole match when there are none. */
void push_capture(struct match *match, int index, const uint8_t *start, const uint8_t *end);
#endif
