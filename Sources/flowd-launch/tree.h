#ifndef TREE_H
#define TREE_H
#include <stdbool.h>
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

/* Adds a process that is not in it yet; false when it is, or there is no room. */
bool tree_note(struct tree *tree, const struct process *process);

/* Whether a process descends from this one: the way up is read, not the tree. */
bool tree_holds(pid_t pid);
#endif
