#ifndef OPTIONS_H
#define OPTIONS_H
#include <stdbool.h>
#include <stdint.h>

/* flowd-launch GRACE_MS LEFTOVER_MS DIRECTORY -- PROGRAM [ARGUMENT...] */
struct options {
  int64_t grace_ms;       /* between SIGTERM and SIGKILL when the tree is ended by order */
  int64_t leftover_ms;    /* the same for what a command that ended by itself left behind */
  const char *directory;  /* the command's working directory */
  char *const *arguments; /* NULL-terminated; the first one is the program */
};

bool options_parse(int count, char **words, struct options *options);
#endif
