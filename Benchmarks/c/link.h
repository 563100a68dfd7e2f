// A connection for one caller that waits for its replies: calls with any message, and one stream of events beside them.
#ifndef LINK_H
#define LINK_H
#include "common.h"
#include "flowd/v1/event.pb-c.h"
#include "ttrpc/ttrpc.pb-c.h"

enum { DATA = 3, CLOSED = 1, READ_BYTES = 65536 };

typedef struct {
  int fd;
  uint32_t last_stream;
  size_t begin, end; // of what was read and not yet taken
  uint8_t in[2 * FRAME_BYTES_MAX];
} Link;

typedef struct {
  uint32_t stream;
  uint8_t type, flags;
  const uint8_t *body;
  size_t length;
} Frame;

static Arena message_arena;
static ProtobufCAllocator message_memory = {arena_allocate, arena_free, &message_arena};

static inline void wrong(const char *what) {
  fprintf(stderr, "flows: wrong reply: %s\n", what);
  exit(1);
}

// Returns the stream on which the replies will come.
static uint32_t send_request(Link *link, const char *service, const char *method, const void *message, bool is_stream) {
  static uint8_t body[READ_BYTES], out[2 * READ_BYTES];
  if (protobuf_c_message_get_packed_size(message) > sizeof body) fail("a request is too long");
  Ttrpc__Request request = TTRPC__REQUEST__INIT;
  request.service = (char *)service;
  request.method = (char *)method;
  request.payload.data = body;
  request.payload.len = protobuf_c_message_pack(message, body);
  size_t length = ttrpc__request__pack(&request, out + HEADER_BYTES);
  link->last_stream += link->last_stream ? 2 : 1;
  write_header(out, length, link->last_stream, REQUEST);
  out[9] = is_stream ? CLOSED : 0;
  for (size_t at = 0; at < HEADER_BYTES + length;) {
    ssize_t sent = send(link->fd, out + at, HEADER_BYTES + length - at, MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    at += (size_t)sent;
  }
  return link->last_stream;
}

// The next frame; its body is valid until the next call.
static Frame next_frame(Link *link) {
  for (;;) {
    const uint8_t *in = link->in + link->begin;
    size_t length = link->end - link->begin;
    if (length >= HEADER_BYTES && length - HEADER_BYTES >= load_u32(in)) {
      Frame frame = {load_u32(in + 4), in[8], in[9], in + HEADER_BYTES, load_u32(in)};
      link->begin += HEADER_BYTES + frame.length;
      return frame;
    }
    if (length >= HEADER_BYTES && load_u32(in) > FRAME_BYTES_MAX) wrong("frame");
    if (sizeof link->in - link->begin < HEADER_BYTES + FRAME_BYTES_MAX) {
      memmove(link->in, in, length);
      link->begin = 0, link->end = length;
    }
    ssize_t got = recv(link->fd, link->in + link->end, sizeof link->in - link->end, 0);
    if (got <= 0) fail("recv");
    link->end += (size_t)got;
  }
}

static void *unpack(const ProtobufCMessageDescriptor *type, const uint8_t *in, size_t length) {
  void *message = protobuf_c_message_unpack(type, &message_memory, length, in);
  if (!message) wrong("a message that cannot be read");
  return message;
}

// What a response frame carries; valid until the arena is emptied.
static void *read_response(const Frame *frame, const ProtobufCMessageDescriptor *type) {
  if (frame->type != RESPONSE) wrong("frame");
  const Ttrpc__Response *response = unpack(&ttrpc__response__descriptor, frame->body, frame->length);
  if (response->status && response->status->code) {
    fprintf(stderr, "flows: status %d, %s\n", response->status->code, response->status->message);
    exit(1);
  }
  return unpack(type, response->payload.data, response->payload.len);
}

// One call, answered; not for a link with a stream. The reply is valid until the next one.
static void *call(Link *link, const char *service, const char *method, const void *request,
                  const ProtobufCMessageDescriptor *reply) {
  uint32_t stream = send_request(link, service, method, request, false);
  Frame frame = next_frame(link);
  if (frame.stream != stream) wrong("a stream that is not open");
  message_arena.used = 0;
  return read_response(&frame, reply);
}

// The event of a data frame.
static Flowd__V1__Event *read_event(const Frame *frame) {
  if (frame->type == RESPONSE) {
    read_response(frame, &flowd__v1__event_service_watch_response__descriptor);
    wrong("the watch has ended");
  }
  message_arena.used = 0;
  Flowd__V1__EventServiceWatchResponse *r =
      unpack(&flowd__v1__event_service_watch_response__descriptor, frame->body, frame->length);
  if (!r->event) wrong("no event");
  return r->event;
}
#endif
