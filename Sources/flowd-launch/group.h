#ifndef GROUP_H
#define GROUP_H
#include <stddef.h>

#include "process.h"

#define GROUP_OF_ALL 0

/*
 * Signals all that descend from this program and are in a process group, or all that there are, but the process of the
 * thread `caller`, which becomes `own` when it is one of them. Returns how many there are. What is forked meanwhile is
 * signalled too, as far as four readings find it.
 */
size_t group_signal(pid_t group, int signal, pid_t caller, struct process *own);
#endif
