/* flowd-launch is built from this file too (its removal.c). */
#define _GNU_SOURCE
#include "include/RemoveTree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct removal {
  int root;
  unsigned long left;   /* entries that may still be removed */
  unsigned long lifted; /* directories that were moved into the root: the last one's name */
};

static DIR *open_directory(int parent, const char *name) {
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return NULL;
  DIR *entries = fdopendir(fd);
  if (entries == NULL) close(fd);
  return entries;
}

/* `.lifted-` and a number, of sixteen digits of four bits as letters. */
static void name_lifted(char name[32], unsigned long number) {
  memcpy(name, ".lifted-", 8);
  for (int digit = 0; digit < 16; digit++, number >>= 4) name[8 + digit] = (char)('a' + (number & 15));
  name[24] = '\0';
}

/* To the root, under a name that is free; so that no depth needs more descriptors or stack. */
static bool lift(struct removal *removal, int parent, const char *name) {
  char to[32];
  do name_lifted(to, ++removal->lifted);
  while (faccessat(removal->root, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
  return renameat(parent, name, removal->root, to) == 0;
}

static bool remove_entry(struct removal *removal, int parent, const char *name, bool *is_full_directory) {
  if (removal->left == 0) {
    errno = E2BIG;
    return false;
  }
  removal->left--;
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
  *is_full_directory = errno == ENOTEMPTY || errno == EEXIST;
  return *is_full_directory;
}

/* Empties a directory of the root's; the full directories in it become the root's own. */
static bool remove_directory(struct removal *removal, const char *name) {
  DIR *entries = open_directory(removal->root, name);
  if (entries == NULL && errno == EACCES) {
    /* Made with a mode that does not let its owner read it. */
    if (fchmodat(removal->root, name, 0700, 0) != 0) return false;
    entries = open_directory(removal->root, name);
  }
  if (entries == NULL) return errno == ENOENT;
  bool removed = true;
  const struct dirent *entry = NULL;
  while (removed && (entry = readdir(entries)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    bool is_full = false;
    removed = remove_entry(removal, dirfd(entries), entry->d_name, &is_full);
    if (removed && is_full) removed = lift(removal, dirfd(entries), entry->d_name);
  }
  int code = errno;
  closedir(entries);
  errno = code;
  return removed && (unlinkat(removal->root, name, AT_REMOVEDIR) == 0 || errno == ENOENT || errno == ENOTEMPTY);
}

/* One pass over the root. */
static bool remove_entries(struct removal *removal, DIR *entries, bool *is_empty) {
  *is_empty = true;
  const struct dirent *entry = NULL;
  while ((entry = readdir(entries)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    *is_empty = false;
    bool is_full = false;
    if (!remove_entry(removal, removal->root, entry->d_name, &is_full)) return false;
    if (is_full && !remove_directory(removal, entry->d_name)) return false;
  }
  return true;
}

int clinux_remove_tree(const char *path) {
  if (rmdir(path) == 0) return 0;
  DIR *entries = open_directory(AT_FDCWD, path);
  if (entries == NULL) return errno == ENOENT ? 0 : -1;
  struct removal removal = {dirfd(entries), CLINUX_REMOVED_MAX, 0};
  bool is_empty = false;
  bool removed = true;
  while (removed && !is_empty) {
    rewinddir(entries);
    removed = remove_entries(&removal, entries, &is_empty);
  }
  int code = errno;
  closedir(entries);
  errno = code;
  return removed && (rmdir(path) == 0 || errno == ENOENT) ? 0 : -1;
}
