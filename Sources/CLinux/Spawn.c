#define _GNU_SOURCE
#include "Spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

static int spawn_with_defaults(
    pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, char *const *arguments,
    char *const *environment) {
  posix_spawnattr_t attributes;
  int code = posix_spawnattr_init(&attributes);
  if (code != 0) return code;
  sigset_t all;
  sigfillset(&all);
  code = posix_spawnattr_setsigdefault(&attributes, &all);
  if (code == 0) code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  if (code == 0) code = posix_spawn(pid, file, actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  return code;
}

int clinux_spawn(
    pid_t *pid, const char *file, char *const *arguments, char *const *environment, int standard_input,
    int standard_output, int standard_error, int control) {
  posix_spawn_file_actions_t actions;
  int code = posix_spawn_file_actions_init(&actions);
  if (code != 0) return code;
  if (standard_input < 0) {
    code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  } else {
    code = posix_spawn_file_actions_adddup2(&actions, standard_input, 0);
  }
  if (code == 0) code = posix_spawn_file_actions_adddup2(&actions, standard_output, 1);
  if (code == 0) code = posix_spawn_file_actions_adddup2(&actions, standard_error, 2);
  if (code == 0) code = posix_spawn_file_actions_adddup2(&actions, control, 3);
  if (code == 0) code = spawn_with_defaults(pid, file, &actions, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}
