/*
 * What flowd and flowd-launch say to each other on the control socket (AF_UNIX, SOCK_SEQPACKET: one message, one packet).
 *
 * flowd -> flowd-launch: one byte, an order. The end of the socket (flowd died, however) is an order too: end the tree.
 * flowd-launch -> flowd: flowd_launch_message, in this order:
 *   STARTED or FAILED, then ENDED (only after STARTED), then TREE_ENDED (always last).
 * A socket that ends without TREE_ENDED means that the launcher was killed and processes may be left.
 */
#ifndef FLOWD_LAUNCHER_PROTOCOL_H
#define FLOWD_LAUNCHER_PROTOCOL_H
#include <stdint.h>

/* Where flowd-launch finds the control socket. 0 is /dev/null, 1 and 2 are the pipes. */
#define FLOWD_LAUNCH_CONTROL_FD 3

/* Directories and files that one confinement may name to the kernel, and paths that flowd may name to the launcher. */
#define FLOWD_LAUNCH_RULES_MAX 16384
#define FLOWD_LAUNCH_PATHS_MAX 256

/* Exit codes of flowd-launch itself. */
#define FLOWD_LAUNCH_EXIT_USAGE 64
#define FLOWD_LAUNCH_EXIT_SYSTEM 71

enum flowd_launch_kind {
  FLOWD_LAUNCH_STARTED = 1,    /* value: pid of the command */
  FLOWD_LAUNCH_FAILED = 2,     /* detail: a stage; value: errno */
  FLOWD_LAUNCH_ENDED = 3,      /* detail: how; value: exit code or signal of the command */
  FLOWD_LAUNCH_TREE_ENDED = 4, /* value: how many processes could not be ended, normally 0 */
};

enum flowd_launch_stage {
  FLOWD_LAUNCH_STAGE_PROCESS = 1,     /* no process could be made, or the launcher could not prepare itself */
  FLOWD_LAUNCH_STAGE_DIRECTORY = 2,   /* the working directory could not be entered */
  FLOWD_LAUNCH_STAGE_NOT_FOUND = 3,   /* no such program */
  FLOWD_LAUNCH_STAGE_INTERPRETER = 4, /* the program exists, what its first line or its ELF header names does not */
  FLOWD_LAUNCH_STAGE_EXECUTE = 5,     /* the program exists and cannot be executed */
  FLOWD_LAUNCH_STAGE_PRIVATE = 6,     /* the private directory could not be made */
  /* The command could not be confined, and so was not started. */
  FLOWD_LAUNCH_STAGE_LANDLOCK = 7,    /* the kernel has no Landlock, or it failed */
  FLOWD_LAUNCH_STAGE_RULES = 8,       /* what may be read or written could not be told (E2BIG: too many rules) */
  FLOWD_LAUNCH_STAGE_SECCOMP = 9,     /* system calls cannot be filtered */
  FLOWD_LAUNCH_STAGE_PRIVILEGES = 10, /* privileges could not be given up */
};

enum flowd_launch_how {
  FLOWD_LAUNCH_EXITED = 1,
  FLOWD_LAUNCH_SIGNALLED = 2,
};

enum flowd_launch_order {
  FLOWD_LAUNCH_TERMINATE = 'T', /* SIGTERM to the tree, the grace, then SIGKILL */
  FLOWD_LAUNCH_KILL = 'K',      /* SIGKILL to the tree */
};

struct flowd_launch_message {
  int32_t kind;
  int32_t detail;
  int32_t value;
};
#endif
