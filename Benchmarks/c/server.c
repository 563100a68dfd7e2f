// The plain C server that flowd is compared with: ttrpc 1.2 and protobuf-c on one epoll thread, sessions in memory.
//   server SOCKET
// It does what any server of this contract must do for a call (frame, envelope, dispatch by name, decode, look up,
// encode) and nothing more: no durability, no events, no other protocols, no limits but the frame's.
#define _GNU_SOURCE
#include "flowd/v1/daemon.pb-c.h"
#include "sessions.h"
#include "ttrpc/ttrpc.pb-c.h"
#include <errno.h>
#include <sys/epoll.h>

enum { READ_BYTES = 65536, REPLY_BYTES_MAX = 16384, OUT_BYTES = 262144 };
enum { OK, INVALID_ARGUMENT = 3, DEADLINE_EXCEEDED = 4, NOT_FOUND = 5, RESOURCE_EXHAUSTED = 8, UNIMPLEMENTED = 12 };

static Arena arena;
static ProtobufCAllocator allocator = {arena_allocate, arena_free, &arena};

typedef struct {
  uint8_t bytes[REPLY_BYTES_MAX - 1024];
  size_t length;
} Body;

static bool fits(const char *text, size_t max) { return strlen(text) <= max; }

// ---- the methods: each returns a status code, and with OK a body ----------------------------------
static int hello(const uint8_t *in, size_t length, Body *body) {
  if (!flowd__v1__daemon_service_hello_request__unpack(&allocator, length, in)) return INVALID_ARGUMENT;
  Flowd__V1__DaemonServiceHelloResponse reply = FLOWD__V1__DAEMON_SERVICE_HELLO_RESPONSE__INIT;
  reply.version = "0";
  reply.protocol_version = "flowd.v1";
  reply.epoch = "c";
  body->length = flowd__v1__daemon_service_hello_response__pack(&reply, body->bytes);
  return OK;
}

static int new_session(const uint8_t *in, size_t length, Body *body) {
  Flowd__V1__SessionServiceNewRequest *request =
      flowd__v1__session_service_new_request__unpack(&allocator, length, in);
  if (!request || !*request->workspace || !fits(request->workspace, 4096) || !fits(request->title, 256))
    return INVALID_ARGUMENT;
  Google__Protobuf__Timestamp times[2];
  Flowd__V1__SessionMeta meta = meta_of(make_session(request->workspace, request->title), times);
  Flowd__V1__SessionServiceNewResponse reply = FLOWD__V1__SESSION_SERVICE_NEW_RESPONSE__INIT;
  reply.meta = &meta;
  body->length = flowd__v1__session_service_new_response__pack(&reply, body->bytes);
  return OK;
}

static int get_current_meta(const uint8_t *in, size_t length, Body *body) {
  Flowd__V1__SessionServiceGetCurrentMetaRequest *request =
      flowd__v1__session_service_get_current_meta_request__unpack(&allocator, length, in);
  if (!request) return INVALID_ARGUMENT;
  if (request->target_case != FLOWD__V1__SESSION_SERVICE_GET_CURRENT_META_REQUEST__TARGET_SESSION_ID)
    return INVALID_ARGUMENT;
  Session *session = find_session(request->session_id);
  if (!session) return NOT_FOUND;
  Google__Protobuf__Timestamp times[2];
  Flowd__V1__SessionMeta meta = meta_of(session, times);
  Flowd__V1__SessionServiceGetCurrentMetaResponse reply = FLOWD__V1__SESSION_SERVICE_GET_CURRENT_META_RESPONSE__INIT;
  reply.meta = &meta;
  reply.event_seq = session->event_seq;
  body->length = flowd__v1__session_service_get_current_meta_response__pack(&reply, body->bytes);
  return OK;
}

static int set_executed_flow(const uint8_t *in, size_t length, Body *body) {
  Flowd__V1__SessionServiceSetExecutedFlowRequest *request =
      flowd__v1__session_service_set_executed_flow_request__unpack(&allocator, length, in);
  if (!request || !fits(request->flow_id, NAME_MAX_BYTES)) return INVALID_ARGUMENT;
  Session *session = find_session(request->session_id);
  if (!session) return NOT_FOUND;
  strcpy(session->flow, request->flow_id);
  touch(session);
  Google__Protobuf__Timestamp times[2];
  Flowd__V1__SessionMeta meta = meta_of(session, times);
  Flowd__V1__SessionServiceSetExecutedFlowResponse reply = FLOWD__V1__SESSION_SERVICE_SET_EXECUTED_FLOW_RESPONSE__INIT;
  reply.meta = &meta;
  body->length = flowd__v1__session_service_set_executed_flow_response__pack(&reply, body->bytes);
  return OK;
}

static int set_provider_model(const uint8_t *in, size_t length, Body *body) {
  Flowd__V1__SessionServiceSetProviderModelRequest *request =
      flowd__v1__session_service_set_provider_model_request__unpack(&allocator, length, in);
  if (!request || !fits(request->provider_id, NAME_MAX_BYTES) || !fits(request->model_id, NAME_MAX_BYTES))
    return INVALID_ARGUMENT;
  Session *session = find_session(request->session_id);
  if (!session) return NOT_FOUND;
  strcpy(session->provider, request->provider_id);
  strcpy(session->model, request->model_id);
  touch(session);
  Google__Protobuf__Timestamp times[2];
  Flowd__V1__SessionMeta meta = meta_of(session, times);
  Flowd__V1__SessionServiceSetProviderModelResponse reply =
      FLOWD__V1__SESSION_SERVICE_SET_PROVIDER_MODEL_RESPONSE__INIT;
  reply.meta = &meta;
  body->length = flowd__v1__session_service_set_provider_model_response__pack(&reply, body->bytes);
  return OK;
}

static const struct {
  const char *service, *method;
  int (*answer)(const uint8_t *in, size_t length, Body *body);
} methods[] = {
    {"flowd.v1.SessionService", "GetCurrentMeta", get_current_meta},
    {"flowd.v1.SessionService", "SetProviderModel", set_provider_model},
    {"flowd.v1.SessionService", "SetExecutedFlow", set_executed_flow},
    {"flowd.v1.SessionService", "New", new_session},
    {"flowd.v1.DaemonService", "Hello", hello},
};

static int dispatch(const Ttrpc__Request *request, Body *body) {
  if (request->timeout_nano < 0) return DEADLINE_EXCEEDED;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (strcmp(methods[i].method, request->method) == 0 && strcmp(methods[i].service, request->service) == 0)
      return methods[i].answer(request->payload.data, request->payload.len, body);
  return UNIMPLEMENTED;
}

// Writes the reply frame; returns its length.
static size_t write_reply(uint8_t *out, uint32_t stream, int code, const Body *body) {
  Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
  Ttrpc__Response response = TTRPC__RESPONSE__INIT;
  if (code == OK) {
    response.payload.data = (uint8_t *)body->bytes;
    response.payload.len = body->length;
  } else {
    status.code = code;
    status.message = "refused";
    response.status = &status;
  }
  size_t length = ttrpc__response__pack(&response, out + HEADER_BYTES);
  write_header(out, length, stream, RESPONSE);
  return HEADER_BYTES + length;
}

static size_t answer_frame(uint32_t stream, const uint8_t *in, size_t length, uint8_t *out) {
  static Body body;
  arena.used = 0;
  const Ttrpc__Request *request = ttrpc__request__unpack(&allocator, length, in);
  return write_reply(out, stream, request ? dispatch(request, &body) : INVALID_ARGUMENT, &body);
}

// ---- connections ----------------------------------------------------------------------------------
typedef struct {
  int fd;
  uint8_t *cut, *unsent; // the beginning of a frame; replies that the socket did not take
  size_t cut_length, unsent_length, to_skip;
} Connection;

static int poller;
static uint8_t in[HEADER_BYTES + FRAME_BYTES_MAX + READ_BYTES], out[OUT_BYTES];

static void keep(uint8_t **kept, size_t *kept_length, const uint8_t *bytes, size_t length) {
  if (length == 0 && *kept_length == 0) return;
  uint8_t *copy = NULL;
  if (length && !(copy = malloc(length))) fail("malloc");
  if (length) memcpy(copy, bytes, length);
  free(*kept);
  *kept = copy;
  *kept_length = length;
}

static bool send_or_keep(Connection *c, const uint8_t *bytes, size_t length) {
  ssize_t sent = send(c->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return false;
  if (sent < 0) sent = 0;
  bool was_full = c->unsent_length > 0, is_full = (size_t)sent < length;
  keep(&c->unsent, &c->unsent_length, bytes + sent, length - (size_t)sent);
  if (was_full != is_full) { // until it has taken the replies, no more of its requests are read
    struct epoll_event interest = {.events = is_full ? EPOLLOUT : EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &interest);
  }
  return true;
}

// Answers the whole frames among the bytes; returns how many bytes it has used.
static size_t answer_frames(Connection *c, size_t length, size_t *out_length) {
  size_t at = 0;
  *out_length = 0;
  for (;;) {
    size_t skipped = c->to_skip < length - at ? c->to_skip : length - at;
    c->to_skip -= skipped;
    at += skipped;
    if (c->to_skip || length - at < HEADER_BYTES || OUT_BYTES - *out_length < REPLY_BYTES_MAX) return at;
    size_t body = load_u32(in + at);
    uint32_t stream = load_u32(in + at + 4);
    if (body > FRAME_BYTES_MAX) {
      *out_length += write_reply(out + *out_length, stream, RESOURCE_EXHAUSTED, NULL);
      c->to_skip = body;
    } else {
      if (length - at < HEADER_BYTES + body) return at;
      *out_length += answer_frame(stream, in + at + HEADER_BYTES, body, out + *out_length);
      at += body;
    }
    at += HEADER_BYTES;
  }
}

// Answers what is in `in`, and keeps what it cannot answer yet.
static bool serve(Connection *c, size_t length) {
  size_t used, out_length;
  do { // more than once only when the replies fill `out`
    used = answer_frames(c, length, &out_length);
    if (out_length && !send_or_keep(c, out, out_length)) return false;
    memmove(in, in + used, length -= used);
  } while (used && length && !c->unsent_length);
  keep(&c->cut, &c->cut_length, in, length);
  return true;
}

static bool read_requests(Connection *c) {
  if (c->cut_length) memcpy(in, c->cut, c->cut_length);
  ssize_t got = recv(c->fd, in + c->cut_length, READ_BYTES, MSG_DONTWAIT);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  return serve(c, c->cut_length + (size_t)got);
}

static bool write_replies(Connection *c) {
  if (!send_or_keep(c, c->unsent, c->unsent_length)) return false;
  if (c->unsent_length || !c->cut_length) return true;
  memcpy(in, c->cut, c->cut_length); // whole requests may have waited for the replies to leave
  return serve(c, c->cut_length);
}

static void accept_connection(int listener) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  Connection *c = calloc(1, sizeof *c);
  if (!c) fail("calloc");
  c->fd = fd;
  struct epoll_event interest = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &interest);
}

static void drop(Connection *c) {
  close(c->fd);
  free(c->cut);
  free(c->unsent);
  free(c);
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: server SOCKET\n"), 2;
  raise_descriptor_limit();
  struct sockaddr_un address;
  int listener = unix_socket(argv[1], &address);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail(argv[1]);
  poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event interest = {.events = EPOLLIN}, events[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &interest);
  for (;;) {
    int ready = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      Connection *c = events[i].data.ptr;
      if (!c) accept_connection(listener);
      else if (!(c->unsent_length ? write_replies(c) : read_requests(c))) drop(c);
    }
  }
}
