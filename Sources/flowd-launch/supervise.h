#ifndef SUPERVISE_H
#define SUPERVISE_H
#include <sys/types.h>

#include "filter.h"
#include "options.h"

/*
 * Waits for the command, whose end it reports, and ends everything it started. Returns how many processes could not be
 * ended, normally 0. Meanwhile it answers the calls that are put to this program.
 */
int supervise(pid_t command, int signals, const struct listener *listener, const struct options *options);
#endif
