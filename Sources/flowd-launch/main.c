/*
 * flowd-launch: stands between flowd and one command, and ends all that the command started.
 *
 * It is the leader of a session and the subreaper of the command: whatever the command forks, also what daemonises, becomes
 * this process's child when its own parent ends. docs/STEPS.md tells the whole story.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"
#include "control.h"
#include "options.h"
#include "private.h"
#include "supervise.h"

/* Nothing of flowd's reaches the command but 0, 1 and 2: all else is closed, and the control socket when it is executed. */
static bool prepare_descriptors(void) {
  if (fcntl(FLOWD_LAUNCH_CONTROL_FD, F_SETFD, FD_CLOEXEC) != 0) return false;
  if (syscall(SYS_close_range, FLOWD_LAUNCH_CONTROL_FD + 1, ~0U, 0) == 0) return true;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  for (int fd = (int)limit.rlim_cur - 1; fd > FLOWD_LAUNCH_CONTROL_FD; fd--) close(fd);
  return true;
}

/*
 * Ignored signals would be inherited by the command. flowd has started this program with none (Spawn.c), but for the two
 * that glibc keeps for its threads: posix_spawn ignores them, and sigaction(3) refuses them. Those that matter here arrive
 * through the returned descriptor.
 */
static int prepare_signals(void) {
  static const char defaults[64] = {0}; /* the kernel's struct sigaction: SIG_DFL, no flags, no mask */
  for (int number = 32; number <= 33; number++) syscall(SYS_rt_sigaction, number, defaults, NULL, (size_t)8);
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGCHLD);
  sigaddset(&taken, SIGTERM);
  sigaddset(&taken, SIGINT);
  sigaddset(&taken, SIGHUP);
  sigprocmask(SIG_SETMASK, &taken, NULL);
  return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Closes what confining the command has left open: all above `last_kept` but the listener. */
static void close_leftovers(unsigned last_kept, const struct listener *listener) {
  unsigned first = last_kept + 1;
  if (listener->fd >= 0) {
    syscall(SYS_close_range, first, listener->fd - 1, 0);
    first = (unsigned)listener->fd + 1;
  }
  syscall(SYS_close_range, first, ~0U, 0);
}

/* The pipes belong to the command alone: they must end when it and its descendants have closed them. */
static void let_go_of_pipes(void) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (nothing < 0) close(fd); else dup2(nothing, fd);
  }
  if (nothing >= 0) close(nothing);
}

/*
 * flowd raises its own soft limit to the hard one. The command gets the usual 1,024 back: programs that use select(2), or
 * that close every possible descriptor, do not expect more. It may raise the limit itself.
 */
static void lower_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= 1024) return;
  limit.rlim_cur = 1024;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static int fail(int stage, int code) {
  control_send(FLOWD_LAUNCH_FAILED, stage, code);
  control_send(FLOWD_LAUNCH_TREE_ENDED, 0, 0);
  return FLOWD_LAUNCH_EXIT_SYSTEM;
}

int main(int count, char **words) {
  struct options options;
  if (!options_parse(count, words, &options) || !prepare_descriptors()) {
    static const char usage[] = "flowd-launch is started by flowd, not by hand\n";
    (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
    return FLOWD_LAUNCH_EXIT_USAGE;
  }
  lower_descriptor_limit();
  int signals = prepare_signals();
  if (signals < 0) return fail(FLOWD_LAUNCH_STAGE_PROCESS, errno);
  setsid();
  /* The command has the same user: so it may not trace this process or take its descriptors (pidfd_getfd, /proc/PID/mem). */
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return fail(FLOWD_LAUNCH_STAGE_PROCESS, errno);
  /* A flowd that died already must not find the command started by a launcher it never knew of. */
  if (control_is_closed()) return 0;

  if (options.private_directory != NULL && !private_make(options.private_directory)) {
    return fail(FLOWD_LAUNCH_STAGE_PRIVATE, errno);
  }
  struct start_failure failure;
  struct listener listener;
  pid_t command = command_start(&options, &listener, &failure);
  let_go_of_pipes();
  if (command < 0) {
    if (options.private_directory != NULL) private_leave(options.private_directory, true);
    return fail(failure.stage, failure.code);
  }
  control_send(FLOWD_LAUNCH_STARTED, 0, command);
  if (options.private_directory != NULL) close_leftovers((unsigned)signals, &listener);
  int left = supervise(command, signals, &listener, &options);
  if (options.private_directory != NULL) private_leave(options.private_directory, left == 0);
  control_send(FLOWD_LAUNCH_TREE_ENDED, 0, left);
  return 0;
}
