#ifndef CALLS_H
#define CALLS_H
#include <stdint.h>

/* What becomes of a system call; those from SOCKET on are decided by their arguments (filter.c). */
enum verdict {
  ALLOW,
  REFUSE,  /* EPERM */
  UNKNOWN, /* ENOSYS: so that a program takes another way */
  SOCKET,
  SOCKETPAIR,
  CLONE,
  UNSHARE,
  IOCTL,
  PERSONALITY,
  FIRST_IS_SELF, /* the process that the first argument names is 0: the caller */
  SET_PRIORITY,
  SET_IO_PRIORITY,
  /* Where Landlock is older. */
  ASK, /* this program (referee.c) */
  OPEN,
  OPENAT,
  FCNTL,
  OLDER_IOCTL,
  SECCOMP,
  VERDICTS,
};

/*
 * The calls of Linux 6.18. What came later is UNKNOWN: nobody looked at what it can do.
 */
#define CALLS_KNOWN 470

/* The verdicts beside a Landlock of this version. */
const uint8_t *verdicts_beside(int landlock);
#endif
