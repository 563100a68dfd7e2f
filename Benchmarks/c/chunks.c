// A server of the OpenAI chat completions API that answers every POST with the same stream, as fast as it is read.
//   chunks COUNT TEXT       COUNT chunks of TEXT, each an event in an HTTP chunk of its own, then the usage and the
//                           end; prints its port and serves one connection after the other until it is killed
#define _GNU_SOURCE
#include "common.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <strings.h>

enum { REQUEST_BYTES_MAX = 1 << 20, CHUNKS_MAX = 1 << 22, TEXT_BYTES_MAX = 256, EVENT_BYTES_MAX = 1024 };

static char *stream;
static size_t stream_bytes;

static void put(const char *bytes, size_t length) {
  memcpy(stream + stream_bytes, bytes, length);
  stream_bytes += length;
}

__attribute__((format(printf, 1, 2))) static void put_event(const char *format, ...) {
  char event[EVENT_BYTES_MAX], size[16];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(event, sizeof event, format, values);
  va_end(values);
  put(size, (size_t)snprintf(size, sizeof size, "%x\r\n", (unsigned)length + 8));
  put("data: ", 6);
  put(event, (size_t)length);
  put("\n\n\r\n", 4);
}

static void prepare(unsigned count, const char *text) {
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n";
  static const char chunk[] = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                              "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{%s\"content\":\"%s\"},\"finish_reason\":%s}]}";
  stream = malloc(sizeof head + (count + 3) * (size_t)EVENT_BYTES_MAX);
  if (!stream) fail("malloc");
  put(head, sizeof head - 1);
  for (unsigned i = 0; i < count; i++) put_event(chunk, i ? "" : "\"role\":\"assistant\",", text, "null");
  put_event(chunk, "", "", "\"stop\"");
  put_event("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],"
            "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":%u,\"total_tokens\":%u}}", count, count + 10);
  put_event("[DONE]");
  put("0\r\n\r\n", 5);
}

// Reads one request to the end of its body; false: the peer has closed.
static bool read_request(int fd) {
  static char request[REQUEST_BYTES_MAX + 1];
  size_t length = 0, whole = 0;
  bool is_expecting = true;
  while (!whole || length < whole) {
    ssize_t got = recv(fd, request + length, REQUEST_BYTES_MAX - length, 0);
    if (got <= 0) return false;
    length += (size_t)got;
    request[length] = 0;
    const char *end = strstr(request, "\r\n\r\n");
    if (!end) continue;
    const char *header = strcasestr(request, "\r\ncontent-length:");
    size_t body = header && header < end ? strtoul(header + 17, NULL, 10) : 0;
    whole = (size_t)(end - request) + 4 + body;
    if (whole > REQUEST_BYTES_MAX) return false;
    const char *expect = strcasestr(request, "\r\nexpect: 100-continue");
    if (is_expecting && expect && expect < end && length < whole) {
      static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
      if (send(fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL) < 0) return false;
      is_expecting = false;
    }
  }
  return true;
}

static void serve(int fd) {
  while (read_request(fd)) {
    for (size_t at = 0; at < stream_bytes;) {
      ssize_t sent = send(fd, stream + at, stream_bytes - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += (size_t)sent;
    }
  }
}

int main(int argc, char **argv) {
  unsigned count = argc == 3 ? (unsigned)atoi(argv[1]) : 0;
  if (!count || count > CHUNKS_MAX || strlen(argv[2]) > TEXT_BYTES_MAX) {
    fprintf(stderr, "usage: see the first lines of chunks.c\n");
    return 2;
  }
  prepare(count, argv[2]);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16)) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &size)) fail("getsockname");
  printf("%u\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) fail("accept");
    serve(fd);
    close(fd);
  }
}
