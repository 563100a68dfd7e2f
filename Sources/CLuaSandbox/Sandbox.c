#define _GNU_SOURCE
#include "Sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "Setup.h"

/* Garbage that a sandbox for expressions keeps until it looks for it, between two evaluations. */
enum { GARBAGE_BYTES_MAX = 1 << 20 };

struct clua_sandbox *clua_create(struct clua_limits limits, int for_scripts) {
  struct clua_sandbox *sandbox = calloc(1, sizeof *sandbox);
  if (sandbox == NULL) return NULL;
  sandbox->limits = limits;
  sandbox->for_scripts = for_scripts != 0;
  lua_State *lua = lua_newstate(sandbox_allocate, sandbox);
  if (lua != NULL) {
    *(struct clua_sandbox **)lua_getextraspace(lua) = sandbox;
    sandbox->lua = lua;
    lua_pushcfunction(lua, set_up);
    if (lua_pcall(lua, 0, 0, 0) == LUA_OK) {
      sandbox->used_tidy = sandbox->used;
      return sandbox;
    }
  }
  clua_destroy(sandbox);
  return NULL;
}

void clua_destroy(struct clua_sandbox *sandbox) {
  if (sandbox->lua != NULL) lua_close(sandbox->lua);
  free(sandbox->answer.data);
  free(sandbox->output.data);
  free(sandbox);
}

struct source {
  const char *text;
  size_t size;
};

/* Compiles the text at the top, which is replaced by a function; raises the message. */
static void compile(lua_State *lua) {
  size_t size;
  const char *text = lua_tolstring(lua, -1, &size);
  if (luaL_loadbufferx(lua, text, size, CHUNK_NAME, "t") != LUA_OK) {
    sandbox_of(lua)->is_syntax = true;
    lua_error(lua);
  }
  lua_remove(lua, -2);
  push_slot(lua, SLOT_ENVIRONMENT);
  if (lua_setupvalue(lua, -2, 1) == NULL) lua_pop(lua, 1);
}

/* Pushes the source between two texts, compiled. */
static void compile_between(lua_State *lua, const char *before, const struct source *source, const char *after) {
  lua_pushstring(lua, before);
  lua_pushlstring(lua, source->text, source->size);
  lua_pushstring(lua, after);
  lua_concat(lua, 3);
  compile(lua);
}

/*
 * A text is one expression when it is what `return` takes and what stands between parentheses: the first refuses
 * `1) or (1`, the second `1, 2` and `1;`. It is run as a third: after `return`, a call would be a tail call, which has
 * no line, and before a parenthesis the last operation has the line of that.
 */
static void compile_expression(lua_State *lua, const struct source *source) {
  compile_between(lua, "return ", source, "\n");
  compile_between(lua, "return (", source, "\n)");
  lua_pop(lua, 2);
  compile_between(lua, "local value = ", source, "\nreturn value");
}

/* Protected: the source's function. */
static int compile_source(lua_State *lua) {
  const struct source *source = lua_touserdata(lua, 1);
  struct clua_sandbox *sandbox = sandbox_of(lua);
  if (sandbox->for_scripts) {
    lua_pushlstring(lua, source->text, source->size);
    compile(lua);
    return 1;
  }
  push_slot(lua, SLOT_COMPILED);
  lua_pushlstring(lua, source->text, source->size);
  lua_pushvalue(lua, -1);
  if (lua_rawget(lua, 2) == LUA_TFUNCTION) return 1;
  lua_pop(lua, 1);
  compile_expression(lua, source);
  lua_pushvalue(lua, 3);
  lua_pushvalue(lua, -2);
  lua_rawset(lua, 2);
  sandbox->compiled++;
  return 1;
}

/* Protected: calls the function and writes what it returns. */
static int call_and_encode(lua_State *lua) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  lua_call(lua, 0, 1);
  if (lua_isnil(lua, -1)) {
    sandbox->is_nil = true;
    return 0;
  }
  sandbox->output.count = 0;
  encode_value(lua, -1, &sandbox->output);
  return 0;
}

/* Where an error is raised, the calls are still there. */
static int note_line(lua_State *lua) {
  sandbox_of(lua)->error_line = line_of(lua);
  return 1;
}

/* Protected: what one evaluation leaves. */
static int tidy(lua_State *lua) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  forget_values(lua);
  if (sandbox->used > sandbox->used_tidy + GARBAGE_BYTES_MAX) {
    lua_gc(lua, LUA_GCCOLLECT);
    sandbox->used_tidy = sandbox->used;
  }
  return 0;
}

/* Protected: the message of an error, into the output. */
static int write_message(lua_State *lua) {
  struct clua_sandbox *sandbox = sandbox_of(lua);
  push_message(lua, 1, &sandbox->error_line);
  size_t size;
  const char *text = lua_tolstring(lua, -1, &size);
  sandbox->output.count = 0;
  clua_bytes_append(&sandbox->output, text, size);
  return 0;
}

static struct clua_result result_of(struct clua_sandbox *sandbox, enum clua_outcome outcome, int line) {
  return (struct clua_result){
      .outcome = outcome, .line = line, .bytes = sandbox->output.data, .count = sandbox->output.count};
}

static struct clua_result say(struct clua_sandbox *sandbox, enum clua_outcome outcome, const char *text, int line) {
  sandbox->output.count = 0;
  clua_bytes_append(&sandbox->output, text, strlen(text));
  return result_of(sandbox, outcome, line);
}

static struct clua_result ended(struct clua_sandbox *sandbox) {
  static const char *const messages[] = {
      [END_INSTRUCTIONS] = "it needs more steps than are allowed; is there an endless loop?",
      [END_MEMORY] = "it needs more memory than is allowed",
      [END_DEADLINE] = "it takes longer than is allowed",
  };
  if (sandbox->end == END_HOST) {
    sandbox->output.count = 0;
    return result_of(sandbox, CLUA_HALTED, sandbox->end_line);
  }
  return say(sandbox, CLUA_EXHAUSTED, messages[sandbox->end], sandbox->end_line);
}

/* What a protected call's status means; its message is at the top. */
static struct clua_result failed(struct clua_sandbox *sandbox, int status) {
  lua_State *lua = sandbox->lua;
  sandbox->is_running = false;
  if (sandbox->end != END_NONE) return ended(sandbox);
  if (status == LUA_ERRMEM) return say(sandbox, CLUA_EXHAUSTED, "it needs more memory than is allowed", sandbox->error_line);
  lua_pushcfunction(lua, write_message);
  lua_insert(lua, -2);
  if (lua_pcall(lua, 1, 0, 0) != LUA_OK) return say(sandbox, CLUA_ERROR, "it failed", sandbox->error_line);
  if (sandbox->is_syntax) return result_of(sandbox, CLUA_SYNTAX, sandbox->error_line);
  const char overflow[] = "stack overflow";
  if (memmem(sandbox->output.data, sandbox->output.count, overflow, sizeof overflow - 1) != NULL) {
    return say(sandbox, CLUA_EXHAUSTED, "its calls are nested too deep", sandbox->error_line);
  }
  return result_of(sandbox, CLUA_ERROR, sandbox->error_line);
}

/* Leaves the compiled function at the top, with LUA_OK. */
static int load(struct clua_sandbox *sandbox, const char *text, size_t size) {
  struct source source = {.text = text, .size = size};
  sandbox->is_syntax = false;
  sandbox->is_nil = false;
  sandbox->end = END_NONE;
  sandbox->error_line = 0;
  lua_pushcfunction(sandbox->lua, compile_source);
  lua_pushlightuserdata(sandbox->lua, &source);
  return lua_pcall(sandbox->lua, 1, 1, 0);
}

static struct clua_result run(struct clua_sandbox *sandbox, const char *text, size_t size) {
  lua_State *lua = sandbox->lua;
  int status = load(sandbox, text, size);
  if (status != LUA_OK) return failed(sandbox, status);
  lua_pushcfunction(lua, note_line);
  lua_pushcfunction(lua, call_and_encode);
  lua_rotate(lua, -3, 2);
  sandbox_begin(sandbox);
  sandbox->is_running = true;
  status = lua_pcall(lua, 1, 0, -3);
  sandbox->is_running = false;
  if (status != LUA_OK) return failed(sandbox, status);
  return result_of(sandbox, sandbox->is_nil ? CLUA_NIL : CLUA_DONE, 0);
}

struct clua_result clua_run(struct clua_sandbox *sandbox, const char *source, size_t size, struct clua_host host) {
  sandbox->host = host;
  struct clua_result result = run(sandbox, source, size);
  lua_settop(sandbox->lua, 0);
  lua_pushcfunction(sandbox->lua, tidy);
  lua_pcall(sandbox->lua, 0, 0, 0);
  lua_settop(sandbox->lua, 0);
  return result;
}

struct clua_result clua_check(struct clua_sandbox *sandbox, const char *source, size_t size) {
  int status = load(sandbox, source, size);
  struct clua_result result =
      status == LUA_OK ? (struct clua_result){.outcome = CLUA_NIL} : failed(sandbox, status);
  lua_settop(sandbox->lua, 0);
  return result;
}

size_t clua_compiled(const struct clua_sandbox *sandbox) { return sandbox->compiled; }
size_t clua_memory(const struct clua_sandbox *sandbox) { return sandbox->used; }
