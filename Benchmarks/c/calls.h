// The calls the load generator makes: encoding a request, and checking that a reply says what it must.
#ifndef CALLS_H
#define CALLS_H
#include "common.h"
#include "flowd/v1/daemon.pb-c.h"
#include "flowd/v1/session.pb-c.h"
#include "ttrpc/ttrpc.pb-c.h"

typedef enum { HELLO, NEW, FLOW, META, SET } Kind;

// Two models in turn, so that each `SET` is a change; of one length, so that each call is as long.
#define PROVIDER "openai"
static const char *const models[2] = {"gpt-5.1", "gpt-5.2"};

typedef struct {
  uint32_t stream; // 0: not in use
  Kind kind;
  unsigned model;    // SET: which it asks for
  uint64_t revision; // the one its reply must carry; 0: not known yet
  uint64_t started;
} Call;

// What a connection asks about. One connection per session while it changes it.
typedef struct {
  char session[37];
  const char *workspace, *flow; // NEW, FLOW
  uint64_t revision;            // after all calls sent so far; 0: not known
  unsigned model;
} Subject;

static Arena envelope_arena, body_arena;
static ProtobufCAllocator envelope_memory = {arena_allocate, arena_free, &envelope_arena};
static ProtobufCAllocator body_memory = {arena_allocate, arena_free, &body_arena};

static inline void wrong(const char *what) {
  fprintf(stderr, "load: wrong reply: %s\n", what);
  exit(1);
}

static inline size_t encode_body(const Call *call, const Subject *subject, uint8_t *out, const char **method) {
  switch (call->kind) {
  case HELLO: {
    Flowd__V1__DaemonServiceHelloRequest r = FLOWD__V1__DAEMON_SERVICE_HELLO_REQUEST__INIT;
    r.client = "benchmark";
    *method = "Hello";
    return flowd__v1__daemon_service_hello_request__pack(&r, out);
  }
  case NEW: {
    Flowd__V1__SessionServiceNewRequest r = FLOWD__V1__SESSION_SERVICE_NEW_REQUEST__INIT;
    r.workspace = (char *)subject->workspace;
    r.title = "Rework the importer";
    r.client = "benchmark";
    *method = "New";
    return flowd__v1__session_service_new_request__pack(&r, out);
  }
  case FLOW: {
    Flowd__V1__SessionServiceSetExecutedFlowRequest r = FLOWD__V1__SESSION_SERVICE_SET_EXECUTED_FLOW_REQUEST__INIT;
    r.session_id = (char *)subject->session;
    r.flow_id = (char *)subject->flow;
    *method = "SetExecutedFlow";
    return flowd__v1__session_service_set_executed_flow_request__pack(&r, out);
  }
  case META: {
    Flowd__V1__SessionServiceGetCurrentMetaRequest r = FLOWD__V1__SESSION_SERVICE_GET_CURRENT_META_REQUEST__INIT;
    r.target_case = FLOWD__V1__SESSION_SERVICE_GET_CURRENT_META_REQUEST__TARGET_SESSION_ID;
    r.session_id = (char *)subject->session;
    *method = "GetCurrentMeta";
    return flowd__v1__session_service_get_current_meta_request__pack(&r, out);
  }
  case SET: {
    Flowd__V1__SessionServiceSetProviderModelRequest r = FLOWD__V1__SESSION_SERVICE_SET_PROVIDER_MODEL_REQUEST__INIT;
    r.session_id = (char *)subject->session;
    r.provider_id = PROVIDER;
    r.model_id = (char *)models[call->model];
    *method = "SetProviderModel";
    return flowd__v1__session_service_set_provider_model_request__pack(&r, out);
  }
  }
  abort();
}

// Writes the request's frame; returns its length.
static inline size_t write_call(const Call *call, const Subject *subject, uint8_t *out) {
  uint8_t body[8192];
  const char *method;
  Ttrpc__Request request = TTRPC__REQUEST__INIT;
  request.payload.data = body;
  request.payload.len = encode_body(call, subject, body, &method);
  request.service = call->kind == HELLO ? "flowd.v1.DaemonService" : "flowd.v1.SessionService";
  request.method = (char *)method;
  size_t length = ttrpc__request__pack(&request, out + HEADER_BYTES);
  write_header(out, length, call->stream, REQUEST);
  return HEADER_BYTES + length;
}

static inline void check_meta(const Flowd__V1__SessionMeta *meta, const Call *call, Subject *subject) {
  if (!meta || strlen(meta->session_id) != 36 || meta->workspace[0] != '/' || !meta->created_at || !meta->updated_at)
    wrong("a field of the metadata is missing");
  if (call->kind == NEW) {
    strcpy(subject->session, meta->session_id);
    return;
  }
  if (strcmp(meta->session_id, subject->session)) wrong("of another session");
  if (call->kind == FLOW && strcmp(meta->executed_flow_id, subject->flow)) wrong("flow");
  if (call->kind == SET && (strcmp(meta->provider_id, PROVIDER) || strcmp(meta->model_id, models[call->model])))
    wrong("provider or model");
  // Also with many calls in flight: a session's calls are decided in the order in which they were sent.
  if (meta->revision == 0 || (call->revision && meta->revision != call->revision)) wrong("revision");
  if (subject->revision) return;
  subject->revision = meta->revision;
  subject->model = strcmp(meta->model_id, models[0]) != 0;
}

static inline void check_body(const Call *call, Subject *subject, const uint8_t *in, size_t length) {
  body_arena.used = 0;
  switch (call->kind) {
  case HELLO: {
    Flowd__V1__DaemonServiceHelloResponse *r =
        flowd__v1__daemon_service_hello_response__unpack(&body_memory, length, in);
    if (!r || strcmp(r->protocol_version, "flowd.v1")) wrong("hello");
    return;
  }
  case NEW: {
    Flowd__V1__SessionServiceNewResponse *r =
        flowd__v1__session_service_new_response__unpack(&body_memory, length, in);
    check_meta(r ? r->meta : NULL, call, subject);
    return;
  }
  case FLOW: {
    Flowd__V1__SessionServiceSetExecutedFlowResponse *r =
        flowd__v1__session_service_set_executed_flow_response__unpack(&body_memory, length, in);
    check_meta(r ? r->meta : NULL, call, subject);
    return;
  }
  case META: {
    Flowd__V1__SessionServiceGetCurrentMetaResponse *r =
        flowd__v1__session_service_get_current_meta_response__unpack(&body_memory, length, in);
    check_meta(r ? r->meta : NULL, call, subject);
    if (!r->event_seq) wrong("event_seq");
    return;
  }
  case SET: {
    Flowd__V1__SessionServiceSetProviderModelResponse *r =
        flowd__v1__session_service_set_provider_model_response__unpack(&body_memory, length, in);
    check_meta(r ? r->meta : NULL, call, subject);
    return;
  }
  }
}

static inline void check_reply(const Call *call, Subject *subject, const uint8_t *in, size_t length) {
  envelope_arena.used = 0;
  const Ttrpc__Response *response = ttrpc__response__unpack(&envelope_memory, length, in);
  if (!response) wrong("envelope");
  if (response->status && response->status->code) {
    fprintf(stderr, "load: status %d, %s\n", response->status->code, response->status->message);
    exit(1);
  }
  check_body(call, subject, response->payload.data, response->payload.len);
}
#endif
