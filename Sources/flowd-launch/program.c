#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol.h"

/* POSIX leaves the meaning of an absent PATH open; this is what glibc's execvp takes. */
static const char *const path_default = "/bin:/usr/bin";

/* What a failed execve of an existing or absent file means. */
static struct start_failure failure_of(const char *file, int code) {
  if (code == ENOENT || code == ENOTDIR) {
    bool exists = access(file, F_OK) == 0;
    return (struct start_failure){exists ? FLOWD_LAUNCH_STAGE_INTERPRETER : FLOWD_LAUNCH_STAGE_NOT_FOUND, code};
  }
  return (struct start_failure){FLOWD_LAUNCH_STAGE_EXECUTE, code};
}

/* `directory/name` into `out`; an empty directory is the current one (POSIX). False when it is too long. */
static bool join(const char *directory, size_t length, const char *name, char out[PATH_MAX]) {
  size_t name_length = strlen(name);
  if (length + 1 + name_length + 1 > PATH_MAX) return false;
  memcpy(out, directory, length);
  if (length > 0) out[length++] = '/';
  memcpy(out + length, name, name_length + 1);
  return true;
}

struct start_failure program_execute(char *const *arguments) {
  const char *name = arguments[0];
  if (name[0] == '\0') return (struct start_failure){FLOWD_LAUNCH_STAGE_NOT_FOUND, ENOENT};
  if (strchr(name, '/') != NULL) {
    execve(name, arguments, environ);
    return failure_of(name, errno);
  }
  const char *path = getenv("PATH");
  if (path == NULL) path = path_default;
  struct start_failure found = {FLOWD_LAUNCH_STAGE_NOT_FOUND, ENOENT};
  for (;;) {
    size_t length = strcspn(path, ":");
    char file[PATH_MAX];
    if (join(path, length, name, file)) {
      execve(file, arguments, environ);
      struct start_failure failure = failure_of(file, errno);
      /* As shells do: a file that may not be executed is passed over, and named if nothing better follows. */
      if (failure.stage == FLOWD_LAUNCH_STAGE_EXECUTE && failure.code != EACCES) return failure;
      if (failure.stage != FLOWD_LAUNCH_STAGE_NOT_FOUND) found = failure;
    }
    if (path[length] == '\0') return found;
    path += length + 1;
  }
}
