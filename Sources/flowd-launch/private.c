/*
 * To make a directory costs a file system more than to rename one, and ext4 ever more: it looks at each that was removed
 * within the last minute. So one that a command left empty, as most do, is kept for the next.
 */
#define _GNU_SOURCE
#include "private.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "removal.h"

static const char spare_name[] = "/.spare";

static bool spare_beside(const char *path, char spare[PATH_MAX]) {
  const char *name = strrchr(path, '/');
  size_t length = (size_t)(name - path);
  if (length + sizeof spare_name > PATH_MAX) return false;
  memcpy(spare, path, length);
  memcpy(spare + length, spare_name, sizeof spare_name);
  return true;
}

/* Replaces nothing. */
static bool move(const char *from, const char *to) {
  return syscall(SYS_renameat2, (long)AT_FDCWD, from, (long)AT_FDCWD, to, 1L /* RENAME_NOREPLACE */) == 0;
}

static bool is_empty(const char *path) {
  DIR *entries = opendir(path);
  if (entries == NULL) return false;
  size_t count = 0;
  while (count < 3 && readdir(entries) != NULL) count++;
  closedir(entries);
  return count == 2; /* itself and the one above */
}

bool private_make(const char *path) {
  char spare[PATH_MAX];
  return (spare_beside(path, spare) && move(spare, path)) || mkdir(path, 0700) == 0;
}

void private_leave(const char *path, bool are_dead) {
  char spare[PATH_MAX];
  if (are_dead && spare_beside(path, spare) && is_empty(path) && move(path, spare)) return;
  clinux_remove_tree(path);
}
