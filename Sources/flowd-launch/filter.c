/*
 * The filter is a program for the kernel's classic BPF machine, put together from the table of verdicts: the calls with the
 * same verdict in a row are one range, and a search tree over the ranges leads to the verdict. The kernel runs it once per
 * call number when it is installed, and remembers those that are always allowed: they cost nothing later.
 */
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0 /* nobody looked at its calls: filter_install fails */
#endif

/* Younger than some headers (Linux 5.19). */
#define FLAG_WAIT_KILLABLE_RECV (1U << 5)

/* With jumps of one byte; the table gives some 200. */
#define PROGRAM_MAX 320
#define RANGES_MAX 160

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSAL(code) RETURN(SECCOMP_RET_ERRNO | (code))
#define JUMP(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, value, yes, no)
/* The kernel takes these arguments as 32 bits and ignores the others. */
#define ARGUMENT(number) LOAD(offsetof(struct seccomp_data, args) + (number) * sizeof(uint64_t))

#define NEW_NAMESPACES \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
/* In clone's flags these bits are the signal at the end. */
#define NEW_TIME 0x80

static const struct sock_filter allow[] = {RETURN(SECCOMP_RET_ALLOW)};
static const struct sock_filter refuse[] = {REFUSAL(EPERM)};
static const struct sock_filter unknown[] = {REFUSAL(ENOSYS)};

/* The internet, and the kernel's routes, which looking up a name asks for. */
static const struct sock_filter socket_call[] = {
    ARGUMENT(0),
    JUMP(BPF_JEQ, AF_INET, 4, 0),
    JUMP(BPF_JEQ, AF_INET6, 3, 0),
    JUMP(BPF_JEQ, AF_NETLINK, 0, 3),
    ARGUMENT(2),
    JUMP(BPF_JEQ, 0 /* NETLINK_ROUTE */, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSAL(EACCES),
};

/* Not of datagrams: such a socket can be connected to another path later. */
static const struct sock_filter socketpair_call[] = {
    ARGUMENT(0),
    JUMP(BPF_JEQ, AF_UNIX, 0, 5),
    ARGUMENT(1),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf),
    JUMP(BPF_JEQ, SOCK_STREAM, 1, 0),
    JUMP(BPF_JEQ, SOCK_SEQPACKET, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSAL(EACCES),
};

static const struct sock_filter clone_call[] = {
    ARGUMENT(0), JUMP(BPF_JSET, NEW_NAMESPACES, 1, 0), RETURN(SECCOMP_RET_ALLOW), REFUSAL(EPERM)};

static const struct sock_filter unshare_call[] = {
    ARGUMENT(0), JUMP(BPF_JSET, NEW_NAMESPACES | NEW_TIME, 1, 0), RETURN(SECCOMP_RET_ALLOW), REFUSAL(EPERM)};

/*
 * Requests that put words into a terminal's mouth, and those that change a file through a descriptor for reading (flags,
 * versions, verity, encryption): by the letter of their kind, but what reads flags and what copies by reference.
 */
static const struct sock_filter ioctl_call[] = {
    ARGUMENT(1),
    JUMP(BPF_JEQ, 0x5412 /* TIOCSTI */, 10, 0),
    JUMP(BPF_JEQ, 0x541C /* TIOCLINUX */, 9, 0),
    JUMP(BPF_JEQ, 0x5423 /* TIOCSETD */, 8, 0),
    JUMP(BPF_JEQ, 0x80086601 /* FS_IOC_GETFLAGS */, 6, 0),
    JUMP(BPF_JEQ, 0x40049409 /* FICLONE */, 5, 0),
    JUMP(BPF_JEQ, 0x4020940D /* FICLONERANGE */, 4, 0),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00),
    JUMP(BPF_JEQ, 'f' << 8, 3, 0),
    JUMP(BPF_JEQ, 'X' << 8, 2, 0),
    JUMP(BPF_JEQ, 0x94 << 8 /* btrfs */, 1, 0),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSAL(EPERM),
};

static const struct sock_filter personality_call[] = {
    ARGUMENT(0),
    JUMP(BPF_JEQ, 0, 2, 0),
    JUMP(BPF_JEQ, 0xffffffff /* only asks */, 1, 0),
    REFUSAL(EPERM),
    RETURN(SECCOMP_RET_ALLOW),
};

static const struct sock_filter first_is_self[] = {
    ARGUMENT(0), JUMP(BPF_JEQ, 0, 0, 1), RETURN(SECCOMP_RET_ALLOW), REFUSAL(EPERM)};

/* Of the caller or its process group; never of all processes of the user. */
static const struct sock_filter priority_call[] = {
    ARGUMENT(1), JUMP(BPF_JEQ, 0, 0, 3), ARGUMENT(0), JUMP(BPF_JEQ, PRIO_USER, 1, 0),
    RETURN(SECCOMP_RET_ALLOW), REFUSAL(EPERM)};
static const struct sock_filter io_priority_call[] = {
    ARGUMENT(1), JUMP(BPF_JEQ, 0, 0, 3), ARGUMENT(0), JUMP(BPF_JEQ, 3 /* IOPRIO_WHO_USER */, 1, 0),
    RETURN(SECCOMP_RET_ALLOW), REFUSAL(EPERM)};

/* From here on: where Landlock is older (calls.c). */
static const struct sock_filter ask[] = {RETURN(SECCOMP_RET_USER_NOTIF)};

/* Truncating takes a descriptor for writing, about which Landlock has its say. */
#define OPENING(flags) \
  ARGUMENT(flags), JUMP(BPF_JSET, O_TRUNC, 0, 3), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_ACCMODE), \
      JUMP(BPF_JEQ, O_WRONLY, 1, 0), JUMP(BPF_JEQ, O_RDWR, 0, 1), RETURN(SECCOMP_RET_ALLOW), REFUSAL(EACCES)
static const struct sock_filter open_call[] = {OPENING(1)};
static const struct sock_filter openat_call[] = {OPENING(2)};

/* Who gets the signals of a descriptor; the second way names it in memory, which a filter cannot see. */
static const struct sock_filter fcntl_call[] = {
    ARGUMENT(1), JUMP(BPF_JEQ, F_SETOWN, 2, 0), JUMP(BPF_JEQ, F_SETOWN_EX, 2, 0),
    RETURN(SECCOMP_RET_ALLOW), RETURN(SECCOMP_RET_USER_NOTIF), REFUSAL(EPERM)};

/* What asks about any file, and what is for sockets, but who gets their signals. Devices know much else. */
static const struct sock_filter older_ioctl_call[] = {
    ARGUMENT(1),
    JUMP(BPF_JEQ, 0x5401 /* TCGETS */, 14, 0),
    JUMP(BPF_JEQ, 0x802C542A /* TCGETS2 */, 13, 0),
    JUMP(BPF_JEQ, 0x5411 /* TIOCOUTQ */, 12, 0),
    JUMP(BPF_JEQ, 0x5413 /* TIOCGWINSZ */, 11, 0),
    JUMP(BPF_JEQ, 0x541B /* FIONREAD */, 10, 0),
    JUMP(BPF_JEQ, 0x5421 /* FIONBIO */, 9, 0),
    JUMP(BPF_JEQ, 0x5450 /* FIONCLEX */, 8, 0),
    JUMP(BPF_JEQ, 0x5451 /* FIOCLEX */, 7, 0),
    JUMP(BPF_JEQ, 0x80086601 /* FS_IOC_GETFLAGS */, 6, 0),
    JUMP(BPF_JEQ, 0x40049409 /* FICLONE */, 5, 0),
    JUMP(BPF_JEQ, 0x4020940D /* FICLONERANGE */, 4, 0),
    JUMP(BPF_JEQ, 0x8901 /* FIOSETOWN */, 4, 0),
    JUMP(BPF_JEQ, 0x8902 /* SIOCSPGRP */, 3, 0),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff00),
    JUMP(BPF_JEQ, 0x8900 /* of sockets */, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    REFUSAL(EPERM),
};

static const struct sock_filter seccomp_call[] = {
    ARGUMENT(1), JUMP(BPF_JSET, SECCOMP_FILTER_FLAG_NEW_LISTENER, 1, 0), RETURN(SECCOMP_RET_ALLOW), REFUSAL(EPERM)};

#define PIECE(name) {name, sizeof name / sizeof name[0]}
static const struct {
  const struct sock_filter *code;
  size_t length;
} pieces[VERDICTS] = {
    [ALLOW] = PIECE(allow),
    [REFUSE] = PIECE(refuse),
    [UNKNOWN] = PIECE(unknown),
    [SOCKET] = PIECE(socket_call),
    [SOCKETPAIR] = PIECE(socketpair_call),
    [CLONE] = PIECE(clone_call),
    [UNSHARE] = PIECE(unshare_call),
    [IOCTL] = PIECE(ioctl_call),
    [PERSONALITY] = PIECE(personality_call),
    [FIRST_IS_SELF] = PIECE(first_is_self),
    [SET_PRIORITY] = PIECE(priority_call),
    [SET_IO_PRIORITY] = PIECE(io_priority_call),
    [ASK] = PIECE(ask),
    [OPEN] = PIECE(open_call),
    [OPENAT] = PIECE(openat_call),
    [FCNTL] = PIECE(fcntl_call),
    [OLDER_IOCTL] = PIECE(older_ioctl_call),
    [SECCOMP] = PIECE(seccomp_call),
};

/* Calls of another architecture (32 bits by int 0x80) are refused as a whole; those of x32 have numbers above all others. */
static const struct sock_filter prologue[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    JUMP(BPF_JEQ, ARCHITECTURE, 1, 0),
    REFUSAL(EPERM),
    LOAD(offsetof(struct seccomp_data, nr)),
};

struct range {
  unsigned first; /* up to the next range's first */
  uint8_t verdict;
};

struct program {
  struct sock_filter code[PROGRAM_MAX];
  size_t length;
  bool has_piece[VERDICTS];
  size_t piece_at[VERDICTS];
  struct range ranges[RANGES_MAX];
  size_t range_count;
  bool is_too_long;
};

static void append(struct program *program, const struct sock_filter *code, size_t length) {
  if (program->length + length > PROGRAM_MAX) {
    program->is_too_long = true;
    return;
  }
  for (size_t at = 0; at < length; at++) program->code[program->length++] = code[at];
}

static void add_range(struct program *program, unsigned first, uint8_t verdict) {
  if (program->range_count == RANGES_MAX) {
    program->is_too_long = true;
    return;
  }
  program->ranges[program->range_count++] = (struct range){first, verdict};
  program->has_piece[verdict] = true;
}

static void find_ranges(struct program *program, const uint8_t *verdicts) {
  for (unsigned call = 0; call < CALLS_KNOWN; call++) {
    if (call == 0 || verdicts[call] != verdicts[call - 1]) add_range(program, call, verdicts[call]);
  }
  add_range(program, CALLS_KNOWN, UNKNOWN);
}

/* A jump from the instruction at `from`; forward only, as the machine wants it. */
static uint8_t distance(struct program *program, size_t from, size_t to) {
  size_t steps = to - from - 1;
  if (steps > UINT8_MAX) program->is_too_long = true;
  return (uint8_t)steps;
}

/*
 * Writes the tree for some ranges at `at`, one comparison for each but the first; the lower half follows its comparison.
 * Returns where the search for these ranges begins: for a single one at its piece.
 */
static size_t write_tree(struct program *program, size_t at, const struct range *ranges, size_t count) {
  if (count == 1) return program->piece_at[ranges[0].verdict];
  size_t lower = count / 2;
  size_t below = write_tree(program, at + 1, ranges, lower);
  size_t above = write_tree(program, at + lower, ranges + lower, count - lower);
  program->code[at] = (struct sock_filter)JUMP(
      BPF_JGE, ranges[lower].first, distance(program, at, above), distance(program, at, below));
  return at;
}

static void write_program(struct program *program, const uint8_t *verdicts) {
  find_ranges(program, verdicts);
  append(program, prologue, sizeof prologue / sizeof prologue[0]);
  size_t tree = program->length;
  program->length += program->range_count - 1;
  for (size_t verdict = 0; verdict < VERDICTS; verdict++) {
    program->piece_at[verdict] = program->length;
    if (program->has_piece[verdict]) append(program, pieces[verdict].code, pieces[verdict].length);
  }
  if (!program->is_too_long) write_tree(program, tree, program->ranges, program->range_count);
}

static int set_filter(unsigned flags, const struct sock_fprog *filter) {
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, (long)flags, filter);
}

bool filter_install(int landlock, struct listener *listener) {
  static struct program program;
  write_program(&program, verdicts_beside(landlock));
  if (ARCHITECTURE == 0 || program.is_too_long) {
    errno = ARCHITECTURE == 0 ? ENOTSUP : EOVERFLOW;
    return false;
  }
  struct sock_fprog filter = {(unsigned short)program.length, program.code};
  *listener = (struct listener){-1, false};
  if (!program.has_piece[ASK]) return set_filter(0, &filter) == 0;
  listener->fd = set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER | FLAG_WAIT_KILLABLE_RECV, &filter);
  listener->waits_on = listener->fd >= 0;
  if (listener->fd < 0 && errno == EINVAL) listener->fd = set_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
  return listener->fd >= 0;
}
