#ifndef OPTIONS_H
#define OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

/*
 * flowd-launch GRACE_MS LEFTOVER_MS DIRECTORY [--umask BITS] [--private PATH [--write PATH]... [--hide PATH]...] -- PROGRAM [ARGUMENT...]
 *
 * BITS is in decimal. With --private the command is confined, or not started. All paths are absolute.
 */
struct options {
  int64_t grace_ms;       /* between SIGTERM and SIGKILL when the tree is ended by order */
  int64_t leftover_ms;    /* the same for what a command that ended by itself left behind */
  const char *directory;  /* the command's working directory */
  int64_t umask;          /* of the command; -1: of flowd-launch */
  char *const *arguments; /* NULL-terminated; the first one is the program */

  const char *private_directory; /* made before the command and removed after it; NULL: not confined */
  size_t writable_count;
  size_t hidden_count;
  const char *writable[FLOWD_LAUNCH_PATHS_MAX];
  const char *hidden[FLOWD_LAUNCH_PATHS_MAX];
};

bool options_parse(int count, char **words, struct options *options);
#endif
