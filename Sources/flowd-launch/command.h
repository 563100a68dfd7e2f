#ifndef COMMAND_H
#define COMMAND_H
#include <sys/types.h>

#include "filter.h"
#include "options.h"

struct start_failure {
  int stage; /* enum flowd_launch_stage */
  int code;  /* errno */
};

/*
 * Starts the command in a process group of its own, with every signal at its default and none blocked.
 * Returns its pid when it has been executed, and where its calls arrive that are put to this program; -1 and a failure
 * when not.
 */
pid_t command_start(const struct options *options, struct listener *listener, struct start_failure *failure);
#endif
