/* Memory, instructions and time. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

#include "Sandbox.h"

/* Instructions between two looks at the budget. */
enum { HOOK_INSTRUCTIONS = 200 };
/* Between two looks at the clock. */
enum { CLOCK_INSTRUCTIONS = 20000 };
/* A copy of so many bytes takes as long as an instruction. */
enum { BYTES_PER_INSTRUCTION = 64 };
/* What making a table, a function or a long string takes beyond its instruction. */
enum { OBJECT_INSTRUCTIONS = 8 };
/* Strings up to here are shared by all that are equal, so making one may cost nothing. */
enum { SHARED_STRING_BYTES_MAX = 128 };
/* Comparing two strings is one instruction; beyond so many bytes it counts as more. */
enum { COMPARED_BYTES = 16384 };

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int line_of(lua_State *lua) {
  lua_Debug activation;
  for (int level = 0; lua_getstack(lua, level, &activation); level++) {
    lua_getinfo(lua, "l", &activation);
    if (activation.currentline > 0) return activation.currentline;
  }
  return 0;
}

static void mark_end(struct clua_sandbox *sandbox, enum end end) {
  if (sandbox->end != END_NONE) return;
  sandbox->end = end;
  /* Reads the chain of calls only, so the allocator may ask for it too. */
  sandbox->end_line = sandbox->lua != NULL ? line_of(sandbox->lua) : 0;
}

_Noreturn void finish(lua_State *lua, enum end end) {
  mark_end(sandbox_of(lua), end);
  lua_pushnil(lua);
  lua_error(lua);
  abort(); /* lua_error does not return */
}

/* Whether the evaluation may go on; else why not. */
static enum end spend(struct clua_sandbox *sandbox, int64_t units) {
  sandbox->instructions_left -= units;
  if (sandbox->instructions_left < 0) return END_INSTRUCTIONS;
  sandbox->uncounted += units;
  if (sandbox->uncounted < CLOCK_INSTRUCTIONS) return END_NONE;
  sandbox->uncounted = 0;
  if (sandbox->deadline != 0 && now() > sandbox->deadline) return END_DEADLINE;
  if (!sandbox->for_scripts) return END_NONE;
  struct clua_question question = {.kind = CLUA_ASK_STOP};
  struct clua_answer answer = {.bytes = &sandbox->answer};
  return sandbox->host.ask(sandbox->host.context, &question, &answer) == CLUA_VALUE ? END_HOST : END_NONE;
}

void charge(lua_State *lua, uint64_t units) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  if (!sandbox->is_running) return;
  int64_t bounded = units > INT64_MAX / 4 ? INT64_MAX / 4 : (int64_t)units;
  enum end end = sandbox->end != END_NONE ? sandbox->end : spend(sandbox, bounded);
  if (end == END_NONE && sandbox->used > sandbox->used_soft_max) end = END_MEMORY;
  if (end != END_NONE) finish(lua, end);
}

void charge_bytes(lua_State *lua, uint64_t bytes) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  if (sandbox->is_running && bytes > sandbox->limits.memory_bytes) finish(lua, END_MEMORY);
  charge(lua, bytes / 16 + 1);
}

void sandbox_hook(lua_State *lua, lua_Debug *activation) {
  (void)activation;
  struct clua_sandbox *sandbox = sandbox_of(lua);
  uint64_t more = HOOK_INSTRUCTIONS * (sandbox->second_longest_string / COMPARED_BYTES);
  /* A script has its time for that. */
  if (sandbox->for_scripts) {
    sandbox->uncounted += (int64_t)more;
    more = 0;
  }
  charge(lua, HOOK_INSTRUCTIONS + more);
}

/*
 * Whether a block may be had. A large one costs instructions too: `..` copies any length as one instruction. What a
 * script leaves may be garbage that Lua looks for when it is refused, so a refusal costs as much as looking.
 */
static bool may_allocate(struct clua_sandbox *sandbox, size_t more) {
  if (!sandbox->is_running) return true;
  if (sandbox->end != END_NONE) return false;
  if (more > sandbox->used_max || sandbox->used > sandbox->used_max - more) {
    enum end end = sandbox->for_scripts ? spend(sandbox, (int64_t)(sandbox->used / 32)) : END_MEMORY;
    if (end != END_NONE) mark_end(sandbox, end);
    else sandbox->error_line = line_of(sandbox->lua);
    return false;
  }
  if (more < 4096) return true;
  enum end end = spend(sandbox, (int64_t)(more / BYTES_PER_INSTRUCTION));
  if (end != END_NONE) mark_end(sandbox, end);
  return end == END_NONE;
}

/* Lua says what a new block is for. */
static void count_object(struct clua_sandbox *sandbox, size_t type, size_t size) {
  if (type == LUA_TSTRING) {
    if (size <= SHARED_STRING_BYTES_MAX) return;
    if (size > sandbox->longest_string) {
      sandbox->second_longest_string = sandbox->longest_string;
      sandbox->longest_string = size;
    } else if (size > sandbox->second_longest_string) {
      sandbox->second_longest_string = size;
    }
  } else if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA) {
    return;
  }
  sandbox->instructions_left -= OBJECT_INSTRUCTIONS;
}

void *sandbox_allocate(void *context, void *block, size_t old_size, size_t new_size) {
  struct clua_sandbox *sandbox = context;
  if (block == NULL) {
    if (sandbox->is_running) count_object(sandbox, old_size, new_size);
    old_size = 0;
  }
  if (new_size == 0) {
    free(block);
    sandbox->used -= old_size;
    return NULL;
  }
  if (new_size > old_size && !may_allocate(sandbox, new_size - old_size)) return NULL;
  void *moved = realloc(block, new_size);
  if (moved == NULL) return NULL;
  sandbox->used = sandbox->used - old_size + new_size;
  return moved;
}

void sandbox_begin(struct clua_sandbox *sandbox) {
  size_t memory = sandbox->limits.memory_bytes;
  sandbox->kept_texts = 0;
  sandbox->used_max = sandbox->used + memory + (sandbox->for_scripts ? 0 : memory / 8);
  sandbox->used_soft_max = sandbox->for_scripts ? SIZE_MAX : sandbox->used + memory;
  sandbox->longest_string = 0;
  sandbox->second_longest_string = 0;
  sandbox->instructions_left = sandbox->limits.instructions;
  sandbox->uncounted = 0;
  sandbox->deadline = sandbox->limits.deadline_nanoseconds == 0 ? 0 : now() + sandbox->limits.deadline_nanoseconds;
  sandbox->end = END_NONE;
  sandbox->end_line = 0;
  sandbox->error_line = 0;
  sandbox->output.count = 0;
  lua_sethook(sandbox->lua, sandbox_hook, LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
}
