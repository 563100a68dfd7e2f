// What the programs here share: ttrpc's frame header, clocks, a latency histogram, Unix sockets, an allocator.
#ifndef COMMON_H
#define COMMON_H
#include <arpa/inet.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static inline void fail(const char *what) {
  perror(what);
  exit(1);
}

// ---- ttrpc 1.2: length, stream id (both big-endian), type, flags --------------------------------
enum { HEADER_BYTES = 10, FRAME_BYTES_MAX = 4194304, REQUEST = 1, RESPONSE = 2 };

static inline uint32_t load_u32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return ntohl(v);
}

static inline void write_header(uint8_t *p, size_t length, uint32_t stream, uint8_t type) {
  uint32_t words[2] = {htonl((uint32_t)length), htonl(stream)};
  memcpy(p, words, sizeof words);
  p[8] = type;
  p[9] = 0;
}

// ---- time ---------------------------------------------------------------------------------------
static inline uint64_t nanoseconds(clockid_t clock) {
  struct timespec t;
  return clock_gettime(clock, &t) ? 0 : (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t now(void) { return nanoseconds(CLOCK_MONOTONIC); }

// CPU time of all threads of a process, ended ones too, to the nanosecond; /proc counts in ticks of 10 ms.
static inline uint64_t cpu_time(pid_t pid) {
  clockid_t clock;
  return clock_getcpuclockid(pid, &clock) ? 0 : nanoseconds(clock);
}

// ---- latencies: 128 buckets for each power of two, so within 0.8 % --------------------------------
enum { PART_BITS = 7, PARTS = 1 << PART_BITS };

typedef struct {
  uint64_t count[(64 - PART_BITS + 1) * PARTS];
  uint64_t total;
} Latencies;

static inline void record(Latencies *l, uint64_t value) {
  int shift = value < 2 * PARTS ? 0 : 63 - PART_BITS - __builtin_clzll(value);
  l->count[(uint64_t)shift * PARTS + (value >> shift)]++;
  l->total++;
}

static inline double quantile_us(const Latencies *l, double q) {
  uint64_t rank = (uint64_t)(q * (double)l->total), below = 0;
  for (size_t i = 0; i < sizeof l->count / sizeof *l->count; i++) {
    below += l->count[i];
    if (below <= rank) continue;
    size_t shift = i < 2 * PARTS ? 0 : i / PARTS - 1;
    return ((double)((i - shift * PARTS) << shift) + (double)(UINT64_C(1) << shift) / 2) / 1000;
  }
  return 0;
}

// ---- memory for one decoded message, dropped as a whole before the next ---------------------------
typedef struct {
  size_t used;
  _Alignas(16) uint8_t bytes[3 * FRAME_BYTES_MAX]; // touched only as far as a message needs
} Arena;

static inline void *arena_allocate(void *arena, size_t size) {
  Arena *a = arena;
  size = (size + 15) & ~(size_t)15;
  if (size > sizeof a->bytes - a->used) return NULL;
  a->used += size;
  return a->bytes + a->used - size;
}

static inline void arena_free(void *arena, void *memory) { (void)arena, (void)memory; }

// ---- Unix sockets -------------------------------------------------------------------------------
static inline int unix_socket(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) {
    fprintf(stderr, "%s: too long for a socket\n", path);
    exit(1);
  }
  strcpy(address->sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  return fd;
}

// -1: nobody listens there yet.
static inline int connect_unix(const char *path) {
  struct sockaddr_un address;
  int fd = unix_socket(path, &address);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

static inline void raise_descriptor_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}
#endif
