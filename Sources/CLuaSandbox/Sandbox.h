/* What the files of the sandbox share. */
#ifndef SANDBOX_H
#define SANDBOX_H
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "CLuaSandbox.h"

/* Why an evaluation ends for good: no pcall of its code catches it. */
enum end {
  END_NONE,
  END_INSTRUCTIONS,
  END_MEMORY,
  END_DEADLINE,
  END_HOST, /* CLUA_STOPPED */
};

struct clua_sandbox {
  lua_State *lua;
  struct clua_limits limits;
  bool for_scripts;
  bool is_running;
  bool is_syntax; /* the error in hand is one of the source */
  bool is_nil;    /* the code returned nil */

  size_t used;
  size_t used_tidy; /* when garbage was last looked for */
  /* The allocator refuses beyond it. */
  size_t used_max;
  /* The same a little earlier: asked where an error can be raised, so that Lua need not look for garbage first. */
  size_t used_soft_max;
  /* Long texts of steps that stay for when they are read again. */
  size_t kept_texts;
  /* Of the longest strings made; comparing two is one instruction, however long they are. */
  size_t longest_string;
  size_t second_longest_string;
  int64_t instructions_left;
  int64_t uncounted; /* since the time was looked at */
  int64_t deadline;  /* on the monotonic clock, in nanoseconds; 0: none */

  enum end end;
  int end_line;
  int error_line;

  struct clua_host host;
  struct clua_bytes answer;
  struct clua_bytes output;
  const void *null; /* the userdata that stands for null */
  size_t compiled;
};

static inline struct clua_sandbox *sandbox_of(lua_State *lua) {
  return *(struct clua_sandbox **)lua_getextraspace(lua);
}

/* What the registry keeps. */
enum slot {
  SLOT_NULL = 16,
  SLOT_OBJECT,      /* the metatable of objects without an order */
  SLOT_ENVIRONMENT, /* the global names of the running code */
  SLOT_ENVIRONMENT_META,
  SLOT_BUILTINS,      /* the functions that every code has */
  SLOT_BUILTINS_META, /* __index: SLOT_VALUES */
  SLOT_VALUES_META,   /* of the table of values that were asked for */
  SLOT_STEPS_META,
  SLOT_STEP_META,
  SLOT_LIST_META,
  SLOT_COMPILED,
};

static inline int push_slot(lua_State *lua, enum slot slot) { return lua_rawgeti(lua, LUA_REGISTRYINDEX, slot); }
static inline void set_slot(lua_State *lua, enum slot slot) { lua_rawseti(lua, LUA_REGISTRYINDEX, slot); }

/* Budget.c */
void *sandbox_allocate(void *context, void *block, size_t old_size, size_t new_size);
void sandbox_hook(lua_State *lua, lua_Debug *activation);
void sandbox_begin(struct clua_sandbox *sandbox);
/* Takes instructions for work that a function does; raises when none are left or time is up. */
void charge(lua_State *lua, uint64_t units);
/* For work that is done byte by byte; raises too when so many bytes cannot be had. */
void charge_bytes(lua_State *lua, uint64_t bytes);
/* Ends the evaluation. */
_Noreturn void finish(lua_State *lua, enum end end);
/* Of the innermost Lua function; 0 when there is none. */
int line_of(lua_State *lua);

/* Host.c: asks the caller; raises for CLUA_FAILED and CLUA_STOPPED. */
enum clua_answer_kind ask_host(lua_State *lua, const struct clua_question *question, int64_t *number);
/* The same, and pushes the value or nil. */
void push_answer(lua_State *lua, const struct clua_question *question);

/* Decode.c: pushes the value of bytes. */
void decode_value(lua_State *lua, const uint8_t *bytes, size_t count);

/* Encode.c: appends the bytes of the value at an index. */
void encode_value(lua_State *lua, int index, struct clua_bytes *bytes);

/* Kinds.c */
enum shape { SHAPE_EMPTY, SHAPE_LIST, SHAPE_OBJECT, SHAPE_OTHER };
bool is_null(lua_State *lua, int index);
bool is_nothing(lua_State *lua, int index);
bool has_meta(lua_State *lua, int index, enum slot meta);
void push_null(lua_State *lua);
void mark_object(lua_State *lua, int index);
/* A table's metatable is the order of its members or marks an object; what the code made has none. */
bool is_marked_object(lua_State *lua, int index);
enum shape shape_of(lua_State *lua, int index);
/* "table", "null", …: what `type` says. */
const char *kind_name(lua_State *lua, int index);
/* Elements of the list at an argument; raises when it is none. */
lua_Integer list_length(lua_State *lua, int argument);
/* Replaces a step, a list of steps or `steps` by a table of its parts; leaves anything else. */
void materialize(lua_State *lua, int index);
/* What code is called where Lua names the place of an error: no text of a person begins with it. */
#define CHUNK_NAME "=\x02"
/* Pushes the message at an index without its place, which `line` gets if it is not NULL and there is one. */
void push_message(lua_State *lua, int index, int *line);
/* The same for an error's value, which may be anything: a value that is no text is left as it is. */
void push_plain_message(lua_State *lua, int index);
/* The text of the value at an index, as tostring has it. */
const char *push_text(lua_State *lua, int index, size_t *size);

/* Order.c: pushes a list of the keys of the table at an index; its length. */
lua_Integer push_keys(lua_State *lua, int index);

/* The functions. Each pushes nothing and sets fields of the table at the top. */
void add_basics(lua_State *lua);
void add_steps(lua_State *lua);
void add_tables(lua_State *lua);
void add_lists(lua_State *lua);
void add_texts(lua_State *lua);
void add_json(lua_State *lua);
void add_digests(lua_State *lua);
/* The functions of the strings' own table that look for patterns. */
extern const luaL_Reg pattern_functions[];
int text_match(lua_State *lua);
/* Format.c */
int string_format(lua_State *lua);
int string_rep(lua_State *lua);
/* A function of Lua's own at the top of the stack is replaced by one that charges for its texts first. */
void charge_for_texts(lua_State *lua);
#endif
