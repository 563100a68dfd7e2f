#ifndef TREE_H
#define TREE_H
#include <stddef.h>

#include "process.h"

/* How many descendants one reading sees; ending repeats readings until none is left, so more are ended too. */
#define TREE_MAX 4096

struct tree {
  size_t count;
  struct process processes[TREE_MAX]; /* every process before its children */
};

/*
 * Reads all descendants of this process from /proc/PID/task/TID/children. As this process is their subreaper, also those
 * that left their session, their group and their parent are found. Processes may come and go meanwhile.
 */
void tree_read(struct tree *tree);
#endif
