#ifndef COMMAND_H
#define COMMAND_H
#include <sys/types.h>

#include "options.h"

struct start_failure {
  int stage; /* enum flowd_launch_stage */
  int code;  /* errno */
};

/*
 * Starts the command in a process group of its own, with every signal at its default and none blocked.
 * Returns its pid when it has been executed; -1 and a failure when not.
 */
pid_t command_start(const struct options *options, struct start_failure *failure);
#endif
