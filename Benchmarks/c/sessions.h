// The C server's sessions: in memory, by id, and nothing else.
#ifndef SESSIONS_H
#define SESSIONS_H
#include "common.h"
#include "flowd/v1/session.pb-c.h"

enum { ID_CHARS = 36, NAME_MAX_BYTES = 128 };

typedef struct Session {
  struct Session *next;
  char id[ID_CHARS + 1], flow[NAME_MAX_BYTES + 1], provider[NAME_MAX_BYTES + 1], model[NAME_MAX_BYTES + 1];
  char *workspace, *title;
  uint64_t revision, event_seq;
  struct timespec created, updated;
} Session;

enum { CHAINS = 4096 };
static Session *chains[CHAINS];

static inline Session **chain_of(const char *id) {
  uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
  for (const char *p = id; *p; p++) hash = (hash ^ (uint8_t)*p) * 0x100000001b3u;
  return &chains[hash % CHAINS];
}

static inline Session *find_session(const char *id) {
  for (Session *s = *chain_of(id); s; s = s->next)
    if (strcmp(s->id, id) == 0) return s;
  return NULL;
}

static inline void touch(Session *s) {
  s->revision++;
  s->event_seq++;
  clock_gettime(CLOCK_REALTIME, &s->updated);
}

static inline Session *make_session(const char *workspace, const char *title) {
  static unsigned made;
  Session *s = calloc(1, sizeof *s);
  if (!s || !(s->workspace = strdup(workspace)) || !(s->title = strdup(title))) fail("session");
  made++;
  snprintf(s->id, sizeof s->id, "01890a5d-ac96-7%03x-8%03x-%012x", made & 0xfff, made >> 12 & 0xfff, made);
  touch(s);
  s->created = s->updated;
  Session **chain = chain_of(s->id);
  s->next = *chain;
  *chain = s;
  return s;
}

// Lends the session's strings; `times` are the two timestamps.
static inline Flowd__V1__SessionMeta meta_of(Session *s, Google__Protobuf__Timestamp times[2]) {
  Flowd__V1__SessionMeta meta = FLOWD__V1__SESSION_META__INIT;
  meta.session_id = s->id;
  meta.workspace = s->workspace;
  meta.title = s->title;
  meta.executed_flow_id = s->flow;
  meta.provider_id = s->provider;
  meta.model_id = s->model;
  meta.mode = FLOWD__V1__RUN_MODE__RUN_MODE_INTERACTIVE;
  meta.revision = s->revision;
  google__protobuf__timestamp__init(&times[0]);
  google__protobuf__timestamp__init(&times[1]);
  times[0].seconds = s->created.tv_sec, times[0].nanos = (int32_t)s->created.tv_nsec;
  times[1].seconds = s->updated.tv_sec, times[1].nanos = (int32_t)s->updated.tv_nsec;
  meta.created_at = &times[0];
  meta.updated_at = &times[1];
  return meta;
}
#endif
