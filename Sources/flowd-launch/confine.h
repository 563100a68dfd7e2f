#ifndef CONFINE_H
#define CONFINE_H
#include "command.h"

/*
 * Gives up for good what a confined command may not do: privileges, files (Landlock), system calls (seccomp). To be called
 * in the child, right before it executes the command. A failure (stage not 0) means that the command must not be started.
 * `listener` gets the calls that are put to this program (referee.h), on kernels where some have to be.
 *
 * docs/STEPS.md says what is promised; what is not promised is written there too.
 */
struct start_failure confine(const struct options *options, struct listener *listener);
#endif
