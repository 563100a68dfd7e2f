#ifndef FILTER_H
#define FILTER_H
#include <stdbool.h>

/* Where the calls arrive that the filter hands to this program. */
struct listener {
  int fd; /* -1: there are none */
  /* Whoever was heard waits for the answer, signals or not (Linux 5.19); before, a signal makes it ask once more. */
  bool waits_on;
};

/*
 * Refuses, for this process and all that it starts, the system calls that calls.c lists, and what a Landlock of this
 * version does not keep in. False and errno.
 */
bool filter_install(int landlock, struct listener *listener);
#endif
