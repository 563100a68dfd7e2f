#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"
#include "program.h"
#include "protocol.h"

/* Runs in the child that still shares memory and descriptors with its parent, which waits and sees what is left here. */
static void become(const struct options *options, struct listener *listener, struct start_failure *failure) {
  sigset_t none;
  sigemptyset(&none);
  setpgid(0, 0);
  if (chdir(options->directory) != 0) {
    *failure = (struct start_failure){FLOWD_LAUNCH_STAGE_DIRECTORY, errno};
    return;
  }
  if (options->umask >= 0) umask((mode_t)options->umask);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (options->private_directory != NULL) {
    *failure = confine(options, listener);
    if (failure->stage != 0) return;
  }
  *failure = program_execute(options->arguments);
}

/*
 * vfork: the parent waits until the child is executed, so a failure is known at once and without another pipe, and no
 * page table is copied. Should the file system hang there, this process can no longer be told to end the tree; then flowd
 * kills it, and the child with it as far as the kernel allows.
 *
 * The one here shares the descriptors too (start.c), until the child is executed and loses all but 0, 1 and 2. So this
 * process gets the listener, and has the time to close what confining has opened (main.c), which the command has not.
 */
pid_t command_start(const struct options *options, struct listener *listener, struct start_failure *failure) {
  *listener = (struct listener){-1, false};
  *failure = (struct start_failure){0, 0};
  pid_t child = vfork();
  if (child == 0) {
    become(options, listener, failure);
    _exit(127);
  }
  if (child < 0) {
    *failure = (struct start_failure){FLOWD_LAUNCH_STAGE_PROCESS, errno};
    return -1;
  }
  if (failure->stage == 0) return child;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
  return -1;
}
