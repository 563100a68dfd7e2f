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

/* What vanished meanwhile, or may not be reached anyway, needs no rule. */
static bool grant_entry(int ruleset, int directory, const char *name, unsigned char type, uint64_t rights) {
  int fd = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return is_absent(errno);
  bool granted = add_rule(ruleset, fd, type, rights);
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

/* Without links; the root becomes "". The length, or -1 and errno. */
static ssize_t resolve(const char *path, char resolved[PATH_MAX]) {
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

static bool grant_path(int ruleset, const char *path, uint64_t rights) {
  static char resolved[PATH_MAX];
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
    if (!grant_entry(ruleset, AT_FDCWD, devices[at].path, DT_UNKNOWN, devices[at].rights)) return false;
  }
  /* It may lie in a directory that is hidden as a whole. */
  return grant_entry(ruleset, AT_FDCWD, options->private_directory, DT_DIR, LANDLOCK_WRITE);
}
