#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "decimal.h"

static void add(struct tree *tree, pid_t pid) {
  if (tree->count < TREE_MAX && process_read(pid, &tree->processes[tree->count])) tree->count++;
}

/* Numbers separated by spaces; one that is cut by the end of the buffer is completed by the next read. */
static void read_children(struct tree *tree, pid_t pid, const char *task) {
  char buffer[4096];
  proc_path(buffer, pid, "/task/");
  size_t length = strlen(buffer);
  if (strlen(task) > DECIMAL_MAX) return;
  memcpy(buffer + length, task, strlen(task));
  memcpy(buffer + length + strlen(task), "/children", sizeof "/children");
  int file = open(buffer, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  long number = 0;
  ssize_t got = 0;
  while (tree->count < TREE_MAX && (got = read(file, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < got; at++) {
      if (buffer[at] >= '0' && buffer[at] <= '9') {
        number = number * 10 + (buffer[at] - '0');
      } else if (number > 0) {
        add(tree, (pid_t)number);
        number = 0;
      }
    }
  }
  close(file);
}

/* Each thread has children of its own. */
static void read_threads(struct tree *tree, pid_t pid) {
  char path[64];
  proc_path(path, pid, "/task");
  DIR *threads = opendir(path);
  if (threads == NULL) return;
  struct dirent *entry = NULL;
  while ((entry = readdir(threads)) != NULL) {
    if (entry->d_name[0] != '.') read_children(tree, pid, entry->d_name);
  }
  closedir(threads);
}

void tree_read(struct tree *tree) {
  tree->count = 0;
  read_threads(tree, getpid());
  for (size_t at = 0; at < tree->count; at++) read_threads(tree, tree->processes[at].pid);
}

bool tree_note(struct tree *tree, const struct process *process) {
  for (size_t at = 0; at < tree->count; at++) {
    if (process_equal(&tree->processes[at], process)) return false;
  }
  if (tree->count == TREE_MAX) return false;
  tree->processes[tree->count++] = *process;
  return true;
}

/*
 * Reads the way up, then whether each is still its child's parent: only then had none of the numbers on the way been used
 * again when it was read.
 */
static bool descends(pid_t pid) {
  static struct process way[TREE_MAX];
  size_t count = 0;
  for (pid_t at = pid; at != getpid(); at = way[count++].parent) {
    if (at <= 1 || count == TREE_MAX || !process_read(at, &way[count])) return false;
  }
  struct process now;
  for (size_t at = 0; at < count; at++) {
    if (!process_read(way[at].pid, &now) || !process_equal(&now, &way[at]) || now.parent != way[at].parent) return false;
  }
  return count > 0;
}

/* Again when it is not so: a process on the way may have ended meanwhile, and its children become this one's. */
bool tree_holds(pid_t pid) {
  static const int attempts_max = 3;
  for (int attempt = 0; attempt < attempts_max; attempt++) {
    if (descends(pid)) return true;
  }
  return false;
}
