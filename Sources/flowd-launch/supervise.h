#ifndef SUPERVISE_H
#define SUPERVISE_H
#include <sys/types.h>

#include "options.h"

/* Waits for the command and ends everything it started; reports both on the control socket. */
void supervise(pid_t command, int signals, const struct options *options);
#endif
