#ifndef FILTER_H
#define FILTER_H
#include <stdbool.h>

/* Refuses, for this process and all that it starts, the system calls that calls.c lists. False and errno. */
bool filter_install(void);
#endif
