// The load generator, the same for every server: one thread, a closed loop. Each connection keeps DEPTH calls
// outstanding, encodes every request, and decodes and checks every reply. One JSON line says how it went.
//   load SOCKET prepare COUNT WORKSPACE [FLOW]            makes sessions, prints their ids
//   load SOCKET meta|set CONNECTIONS DEPTH WARM_UP_SECONDS SECONDS SERVER_PID   ids on the standard input
//   load SOCKET idle CONNECTIONS     ids likewise; makes a call on each, says READY, holds them until killed
//   load SOCKET spawn WORKSPACE COMMAND...                starts a server; milliseconds to its first replies
#define _GNU_SOURCE
#include "calls.h"
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { READ_BYTES = 65536, FRAME_BYTES = 16384, OUT_BYTES = 1 << 20 };

typedef struct {
  int fd;
  uint32_t next_stream, slots; // slots: a power of two
  Call *calls;
  Subject subject;
  uint8_t *cut; // the beginning of a frame
  size_t cut_length;
} Connection;

static uint8_t out[OUT_BYTES];
static size_t out_length, reply_bytes;
static Latencies latencies;
static bool measuring, ending;
static uint64_t completed;

// ---- one connection -------------------------------------------------------------------------------
static void start_connection(Connection *c, int fd, unsigned depth) {
  if (fd < 0) fail("connect");
  c->fd = fd;
  c->next_stream = 1;
  // Replies may overtake each other; a call that stays behind this far is an error of the server.
  for (c->slots = 64; c->slots < 64 * depth;) c->slots *= 2;
  c->calls = calloc(c->slots, sizeof *c->calls);
  if (!c->calls) fail("calloc");
}

static void issue(Connection *c, Kind kind, uint64_t time) {
  Call *call = &c->calls[c->next_stream / 2 % c->slots];
  if (call->stream) wrong("a call was left behind by all others");
  Subject *s = &c->subject;
  *call = (Call){.stream = c->next_stream, .kind = kind, .started = time, .revision = s->revision};
  c->next_stream += 2;
  if (kind == SET) {
    s->model ^= 1;
    call->model = s->model;
    if (s->revision) call->revision = ++s->revision;
  }
  if (OUT_BYTES - out_length < FRAME_BYTES) wrong("too much is outstanding");
  out_length += write_call(call, s, out + out_length);
}

static void send_out(Connection *c) {
  for (size_t at = 0; at < out_length;) {
    ssize_t sent = send(c->fd, out + at, out_length - at, MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    at += (size_t)sent;
  }
  out_length = 0;
}

static void take_reply(Connection *c, uint32_t stream, const uint8_t *in, size_t length) {
  Call *call = &c->calls[stream / 2 % c->slots];
  if (!stream || call->stream != stream) wrong("a stream that is not open");
  check_reply(call, &c->subject, in, length);
  reply_bytes = HEADER_BYTES + length;
  uint64_t time = now();
  if (measuring) record(&latencies, time - call->started);
  completed++;
  call->stream = 0;
  if (!ending) issue(c, call->kind, time);
}

static void receive(Connection *c) {
  static uint8_t in[FRAME_BYTES_MAX + READ_BYTES];
  if (c->cut_length) memcpy(in, c->cut, c->cut_length);
  ssize_t got = recv(c->fd, in + c->cut_length, READ_BYTES, 0);
  if (got <= 0) fail("recv");
  size_t length = c->cut_length + (size_t)got, at = 0;
  while (length - at >= HEADER_BYTES) {
    size_t body = load_u32(in + at);
    if (body > FRAME_BYTES_MAX || in[at + 8] != RESPONSE) wrong("frame");
    if (length - at < HEADER_BYTES + body) break;
    take_reply(c, load_u32(in + at + 4), in + at + HEADER_BYTES, body);
    at += HEADER_BYTES + body;
  }
  c->cut_length = length - at;
  if (!c->cut_length) return;
  c->cut = realloc(c->cut, c->cut_length);
  if (!c->cut) fail("realloc");
  memcpy(c->cut, in + at, c->cut_length);
}

static void call_once(Connection *c, Kind kind) {
  uint64_t before = completed;
  ending = true;
  issue(c, kind, now());
  send_out(c);
  while (completed == before) receive(c);
  ending = false;
}

// ---- the modes ------------------------------------------------------------------------------------
static Connection *open_connections(const char *path, unsigned count, unsigned depth) {
  Connection *connections = calloc(count, sizeof *connections);
  if (!connections) fail("calloc");
  for (unsigned i = 0; i < count; i++) start_connection(&connections[i], connect_unix(path), depth);
  return connections;
}

// A session of its own for each connection, as long as there are enough.
static void read_sessions(Connection *connections, unsigned count) {
  unsigned known = 0;
  while (known < count && scanf("%36s", connections[known].subject.session) == 1) known++;
  if (!known) wrong("no session ids on the standard input");
  for (unsigned i = known; i < count; i++) strcpy(connections[i].subject.session, connections[i % known].subject.session);
}

static void prepare(const char *path, unsigned count, const char *workspace, const char *flow) {
  Connection *c = open_connections(path, 1, 1);
  for (unsigned i = 0; i < count; i++) {
    c->subject = (Subject){.workspace = workspace, .flow = flow};
    call_once(c, NEW);
    if (flow) call_once(c, FLOW);
    c->subject.revision = 0; // setting what a session inherited changes nothing
    call_once(c, SET);
    puts(c->subject.session);
  }
}

static void measure(Connection *connections, unsigned count, unsigned depth, Kind kind, double warm_up, double seconds,
                    pid_t server) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event events[256];
  for (unsigned i = 0; i < count; i++) {
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = &connections[i]};
    epoll_ctl(poller, EPOLL_CTL_ADD, connections[i].fd, &interest);
    call_once(&connections[i], META); // learns the revision
  }
  for (unsigned i = 0; i < count; i++) {
    for (unsigned d = 0; d < depth; d++) issue(&connections[i], kind, now());
    send_out(&connections[i]);
  }
  uint64_t begin = now() + (uint64_t)(warm_up * 1e9), end = UINT64_MAX, own_cpu = 0, server_cpu = 0;
  for (uint64_t time = now(); time < end; time = now()) {
    if (!measuring && time >= begin) {
      measuring = true;
      begin = now();
      own_cpu = cpu_time(getpid());
      server_cpu = cpu_time(server);
      end = begin + (uint64_t)(seconds * 1e9);
    }
    int ready = 1;
    events[0].data.ptr = connections;
    if (count > 1) ready = epoll_wait(poller, events, 256, -1); // one caller waits in recv, as a simple client does
    for (int i = 0; i < ready; i++) {
      receive(events[i].data.ptr);
      send_out(events[i].data.ptr);
    }
  }
  end = now();
  own_cpu = cpu_time(getpid()) - own_cpu;
  server_cpu = cpu_time(server) - server_cpu;
  printf("{\"calls\": %llu, \"seconds\": %.6f, \"p50_us\": %.3f, \"p99_us\": %.3f, \"p999_us\": %.3f, "
         "\"client_cpu\": %.6f, \"server_cpu\": %.6f, \"reply_bytes\": %zu}\n",
         (unsigned long long)latencies.total, (double)(end - begin) / 1e9, quantile_us(&latencies, .5),
         quantile_us(&latencies, .99), quantile_us(&latencies, .999), (double)own_cpu / 1e9, (double)server_cpu / 1e9,
         reply_bytes);
}

static void idle(const char *path, unsigned count) {
  Connection *connections = open_connections(path, count, 1);
  read_sessions(connections, count);
  for (unsigned i = 0; i < count; i++) call_once(&connections[i], META);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  puts("READY");
  fflush(stdout);
  pause();
}

// From exec to the first answered call, and on to the first session, which a durable server has on disk by then.
static void spawn(const char *path, const char *workspace, char **command) {
  prctl(PR_SET_TIMERSLACK, 1); // or the 50 µs pauses below would be 100
  pid_t pid;
  uint64_t begin = now();
  if (posix_spawnp(&pid, command[0], NULL, NULL, command, environ)) fail(command[0]);
  int fd;
  while ((fd = connect_unix(path)) < 0) {
    if (waitpid(pid, NULL, WNOHANG)) wrong("the server has ended");
    if (now() - begin > 30000000000u) kill(pid, SIGKILL);
    usleep(50);
  }
  Connection c = {.subject.workspace = workspace};
  start_connection(&c, fd, 1);
  call_once(&c, HELLO);
  uint64_t first = now();
  call_once(&c, NEW);
  uint64_t session = now();
  printf("{\"first_reply_ms\": %.3f, \"first_session_ms\": %.3f}\n", (double)(first - begin) / 1e6,
         (double)(session - begin) / 1e6);
  kill(pid, SIGTERM);
  waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
  raise_descriptor_limit();
  const char *mode = argc > 3 ? argv[2] : "";
  if (!strcmp(mode, "prepare") && argc > 4) {
    prepare(argv[1], (unsigned)atoi(argv[3]), argv[4], argc > 5 ? argv[5] : NULL);
  } else if (!strcmp(mode, "idle")) {
    idle(argv[1], (unsigned)atoi(argv[3]));
  } else if (!strcmp(mode, "spawn") && argc > 4) {
    spawn(argv[1], argv[3], argv + 4);
  } else if ((!strcmp(mode, "meta") || !strcmp(mode, "set")) && argc == 8) {
    unsigned count = (unsigned)atoi(argv[3]), depth = (unsigned)atoi(argv[4]);
    Connection *connections = open_connections(argv[1], count, depth);
    read_sessions(connections, count);
    measure(connections, count, depth, *mode == 'm' ? META : SET, atof(argv[5]), atof(argv[6]), atoi(argv[7]));
  } else {
    fprintf(stderr, "usage: see the first lines of load.c\n");
    return 2;
  }
}
