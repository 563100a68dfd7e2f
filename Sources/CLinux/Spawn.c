#define _GNU_SOURCE
#include "Spawn.h"

#include <fcntl.h>
#include <spawn.h>

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
  if (code == 0) code = posix_spawn(pid, file, &actions, NULL, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}
