/*
 * Lua 5.4 in a sandbox. Everything that may raise a Lua error (a longjmp) happens in here, inside lua_pcall; the caller
 * is asked for values through one function that returns normally and writes plain bytes.
 *
 * The bytes of a value (numbers in the machine's order, sizes are size_t):
 *   'z' null   't' true   'f' false   'i' int64_t   'd' double   's' size, bytes
 *   '[' count, values   '{' count, (size, bytes of the name, value)…
 */
#ifndef CLUA_SANDBOX_H
#define CLUA_SANDBOX_H
#include <stddef.h>
#include <stdint.h>

#define CLUA_DEPTH_MAX 64

/* Bytes that grow; the memory is malloc's. */
struct clua_bytes {
  uint8_t *_Nullable data;
  size_t count;
  size_t capacity;
};

/* 0 when there is no memory; what was there stays. */
int clua_bytes_append(struct clua_bytes *_Nonnull bytes, const void *_Nullable data, size_t count);

enum clua_question_kind {
  CLUA_ASK_GLOBAL,      /* name: a global name -> value, nothing or failed */
  CLUA_ASK_STEP,        /* name: a step's id -> value: nothing is written; number: children of a list or -1; or failed */
  CLUA_ASK_STEP_IDS,    /* -> an array of strings */
  CLUA_ASK_FIELD,       /* name: a step's id, field, child (from 0; -1: none) -> value or nothing */
  CLUA_ASK_FIELD_NAMES, /* name: a step's id -> an array of strings */
  CLUA_ASK_NOW,         /* -> a string */
  CLUA_ASK_PROGRESS,    /* number: 0 good, 1 failed, 2 cancelled */
  CLUA_ASK_STOP,        /* -> value: stop now; nothing: go on */
  CLUA_ASK_JSON_TEXT,   /* name: the bytes of a value -> a string: its JSON text */
  CLUA_ASK_JSON_VALUE,  /* name: JSON text -> value or failed */
};

struct clua_question {
  enum clua_question_kind kind;
  const char *_Nullable name;
  size_t name_size;
  const char *_Nullable field;
  size_t field_size;
  int64_t child;
};

enum clua_answer_kind {
  CLUA_VALUE,   /* the bytes of a value were written */
  CLUA_NOTHING, /* there is none: nil */
  CLUA_FAILED,  /* a message was written, plain: an error that the code may catch */
  CLUA_STOPPED, /* the caller knows why; nothing catches it */
};

struct clua_answer {
  struct clua_bytes *_Nonnull bytes;
  int64_t number;
};

struct clua_host {
  void *_Nullable context;
  enum clua_answer_kind (*_Nonnull ask)(
      void *_Nullable context, const struct clua_question *_Nonnull question, struct clua_answer *_Nonnull answer);
};

struct clua_limits {
  size_t memory_bytes;
  int64_t instructions;
  int64_t deadline_nanoseconds; /* from the start; 0: none */
};

enum clua_outcome {
  CLUA_DONE,      /* bytes: the value */
  CLUA_NIL,       /* Lua's nil */
  CLUA_SYNTAX,    /* bytes: the message */
  CLUA_ERROR,     /* bytes: the message */
  CLUA_EXHAUSTED, /* bytes: the message */
  CLUA_HALTED,    /* by CLUA_STOPPED */
};

struct clua_result {
  enum clua_outcome outcome;
  int line; /* of the source, from 1; 0 when it is not known */
  const uint8_t *_Nullable bytes; /* until the sandbox is used again */
  size_t count;
};

struct clua_sandbox;

/* Made for expressions, it may evaluate many, one at a time; made for scripts, it runs one. NULL: no memory. */
struct clua_sandbox *_Nullable clua_create(struct clua_limits limits, int for_scripts);
void clua_destroy(struct clua_sandbox *_Nonnull sandbox);

/* Evaluates one expression or runs one chunk, as the sandbox was made for. */
struct clua_result clua_run(
    struct clua_sandbox *_Nonnull sandbox, const char *_Nonnull source, size_t size, struct clua_host host);

/* Compiles only. CLUA_NIL when it is Lua. */
struct clua_result clua_check(struct clua_sandbox *_Nonnull sandbox, const char *_Nonnull source, size_t size);

/* Compiled expressions that the sandbox holds, and the memory it uses. */
size_t clua_compiled(const struct clua_sandbox *_Nonnull sandbox);
size_t clua_memory(const struct clua_sandbox *_Nonnull sandbox);
#endif
