/*
 * Landlock can only allow, for a directory with all below it. So to hide a path, each directory above it is split: its
 * entries are allowed one by one, but the one that leads to the hidden path.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "decimal.h"
#include "landlock.h"

/* Devices hold more than files do (terminals, disks, other programs' memory): only these may be used. */
static const struct {
  const char *path;
  uint64_t rights;
} devices[] = {
    {"/dev/null", LANDLOCK_FILE_RIGHTS},
    {"/dev/zero", LANDLOCK_FILE_RIGHTS},
    {"/dev/full", LANDLOCK_FILE_RIGHTS},
    {"/dev/random", LANDLOCK_READ_FILE_RIGHTS},
    {"/dev/urandom", LANDLOCK_READ_FILE_RIGHTS},
};

/* One program confines one command: what is hidden (resolved), how many rules there are, and what could not be split. */
static const char *hidden[FLOWD_LAUNCH_PATHS_MAX + 1];
static size_t hidden_count;
static size_t rule_count;
static bool some_were_unreadable;

enum place { OUTSIDE, ABOVE_HIDDEN, HIDDEN };

/* Whether `path` is `above` or below it; "" stands for the root. */
static bool is_within(const char *path, const char *above) {
  size_t length = strlen(above);
  return strncmp(path, above, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static enum place place_of(const char *path) {
  enum place place = OUTSIDE;
  for (size_t at = 0; at < hidden_count; at++) {
    if (is_within(path, hidden[at])) return HIDDEN;
    if (is_within(hidden[at], path)) place = ABOVE_HIDDEN;
  }
  return place;
}

static bool is_absent(int code) { return code == ENOENT || code == ENOTDIR || code == EACCES; }

static bool add_rule(int ruleset, int fd, unsigned char type, uint64_t rights) {
  if (type == DT_UNKNOWN) {
    struct stat status;
    if (fstat(fd, &status) != 0) return false;
    type = IFTODT(status.st_mode);
  }
  /* A link leads to something that is judged where that is. */
  if (type == DT_LNK) return true;
  if (rule_count++ == FLOWD_LAUNCH_RULES_MAX) {
    errno = E2BIG;
    return false;
  }
  return landlock_add(ruleset, fd, type == DT_DIR ? rights : rights & LANDLOCK_FILE_RIGHTS);
}

/* Up to here descriptors are left open; the command loses them, and its parent closes them later (command.c). */
#define LEFT_OPEN_MAX 64

/* What vanished meanwhile, or may not be reached anyway, needs no rule. */
static bool grant_entry(int ruleset, int directory, const char *name, unsigned char type, uint64_t rights) {
  int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return is_absent(errno);
  bool granted = add_rule(ruleset, fd, type, rights);
  if (fd < LEFT_OPEN_MAX) return granted;
  int code = errno;
  close(fd);
  errno = code;
  return granted;
}

static bool grant_tree(int ruleset, char path[PATH_MAX], size_t length, uint64_t rights);

/* Grants the entries of a directory that is above something hidden. */
static bool split(int ruleset, char path[PATH_MAX], size_t length, uint64_t rights) {
  DIR *entries = opendir(length == 0 ? "/" : path);
  if (entries == NULL) {
    some_were_unreadable = true;
    return is_absent(errno);
  }
  bool granted = true;
  const struct dirent *entry = NULL;
  while (granted && (errno = 0, entry = readdir(entries)) != NULL) {
    const char *name = entry->d_name;
    size_t name_length = strlen(name);
    if (entry->d_type == DT_LNK || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    if (length + 1 + name_length >= PATH_MAX) continue;
    path[length] = '/';
    memcpy(path + length + 1, name, name_length + 1);
    switch (place_of(path)) {
      case OUTSIDE: granted = grant_entry(ruleset, dirfd(entries), name, entry->d_type, rights); break;
      case ABOVE_HIDDEN: granted = grant_tree(ruleset, path, length + 1 + name_length, rights); break;
      case HIDDEN: break;
    }
    path[length] = '\0';
  }
  int code = errno;
  closedir(entries);
  errno = code;
  return granted && (entry != NULL || code == 0);
}

/* Grants `rights` for `path`, resolved and without a slash at its end, and all below it that is not hidden. */
static bool grant_tree(int ruleset, char path[PATH_MAX], size_t length, uint64_t rights) {
  switch (place_of(path)) {
    case HIDDEN: return true;
    case ABOVE_HIDDEN: return split(ruleset, path, length, rights);
    case OUTSIDE: break;
  }
  return grant_entry(ruleset, AT_FDCWD, length == 0 ? "/" : path, DT_UNKNOWN, rights);
}

/* Whether the text of an absolute path has nothing to take out: no slash too many, no `.` and no `..`. */
static bool is_plain(const char *path) {
  if (path[1] == '\0') return true;
  while (*path == '/') {
    size_t length = strcspn(++path, "/");
    if (length == 0 || (path[0] == '.' && (length == 1 || (length == 2 && path[1] == '.')))) return false;
    path += length;
  }
  return true;
}

/* Whether no part of a path is a link; else errno says why that is not known. */
static bool has_no_links(const char *path) {
  const struct { uint64_t flags, mode, resolve; } how = {O_PATH | O_CLOEXEC, 0, 4 /* RESOLVE_NO_SYMLINKS */};
  int fd = (int)syscall(437 /* openat2 */, (long)AT_FDCWD, path, &how, sizeof how);
  if (fd < 0) return false;
  close(fd);
  return true;
}

/*
 * Without links; the root becomes "". The length, or -1 and errno. Most paths are what they say, and asking /proc costs five
 * times as much.
 */
static ssize_t resolve(const char *path, char resolved[PATH_MAX]) {
  size_t given = strlen(path);
  if (given < PATH_MAX && is_plain(path) && has_no_links(path)) {
    memcpy(resolved, path, given + 1);
    if (given > 1) return (ssize_t)given;
    resolved[0] = '\0';
    return 0;
  }
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return -1;
  char link[64] = "/proc/self/fd/";
  decimal_write(link + strlen(link), (uint64_t)fd);
  ssize_t length = readlink(link, resolved, PATH_MAX);
  int code = errno;
  close(fd);
  errno = code == ENOENT ? EIO : code; /* without /proc nothing is known, so nothing is absent */
  if (length < 0) return -1;
  if (length == PATH_MAX || resolved[0] != '/') {
    errno = ENAMETOOLONG;
    return -1;
  }
  if (length == 1) length = 0;
  resolved[length] = '\0';
  return length;
}

/* One path is looked at after the other. */
static char resolved[PATH_MAX];

static bool grant_path(int ruleset, const char *path, uint64_t rights) {
  ssize_t length = resolve(path, resolved);
  if (length < 0) return is_absent(errno);
  return grant_tree(ruleset, resolved, (size_t)length, rights);
}

/* What is not there cannot be hidden; what cannot be resolved for another reason must not stay readable. */
static bool resolve_hidden(const struct options *options) {
  hidden[hidden_count++] = "/dev";
  for (size_t at = 0; at < options->hidden_count; at++) {
    static char paths[FLOWD_LAUNCH_PATHS_MAX][PATH_MAX];
    if (resolve(options->hidden[at], paths[at]) >= 0) {
      hidden[hidden_count++] = paths[at];
    } else if (!is_absent(errno)) {
      return false;
    }
  }
  return true;
}

/*
 * A directory above it may be searched and not read, and then could not be split. When something below it is hidden it can
 * still be listed, as a program expects.
 */
static bool grant_working_directory(int ruleset) {
  static char path[PATH_MAX];
  if (getcwd(path, sizeof path) == NULL) return false;
  if (some_were_unreadable && !grant_path(ruleset, path, LANDLOCK_READ)) return false;
  if (strcmp(path, "/") == 0 || place_of(path) != ABOVE_HIDDEN) return true;
  return grant_entry(ruleset, AT_FDCWD, path, DT_DIR, LANDLOCK_READ_DIR);
}

bool landlock_grant_all(int ruleset, const struct options *options) {
  if (!resolve_hidden(options)) return false;
  if (!grant_path(ruleset, "/", LANDLOCK_READ) || !grant_working_directory(ruleset)) return false;
  for (size_t at = 0; at < options->writable_count; at++) {
    if (!grant_path(ruleset, options->writable[at], LANDLOCK_WRITE)) return false;
  }
  for (size_t at = 0; at < sizeof devices / sizeof devices[0]; at++) {
    if (!grant_entry(ruleset, AT_FDCWD, devices[at].path, DT_CHR, devices[at].rights)) return false;
  }
  /* It may lie in a directory that is hidden as a whole. */
  return grant_entry(ruleset, AT_FDCWD, options->private_directory, DT_DIR, LANDLOCK_WRITE);
}
