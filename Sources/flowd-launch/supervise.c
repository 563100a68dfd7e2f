#define _GNU_SOURCE
#include "supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "ending.h"
#include "referee.h"
#include "tree.h"

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void report_end(int status) {
  if (WIFSIGNALED(status)) {
    control_send(FLOWD_LAUNCH_ENDED, FLOWD_LAUNCH_SIGNALLED, WTERMSIG(status));
  } else {
    control_send(FLOWD_LAUNCH_ENDED, FLOWD_LAUNCH_EXITED, WEXITSTATUS(status));
  }
}

/* Per round, so that a tree that forks without end cannot keep the rest of the round from its turn. */
static const int reaped_max = 1024;

/* Takes children that ended, also those that were adopted; false when no child is left at all. */
static bool reap(pid_t command, bool *command_ended) {
  for (int count = 0; count < reaped_max; count++) {
    int status = 0;
    pid_t child = waitpid(-1, &status, WNOHANG | __WALL);
    if (child == 0) return true;
    if (child < 0 && errno == EINTR) continue;
    if (child < 0) return false;
    if (child == command) {
      *command_ended = true;
      report_end(status);
    }
  }
  return true;
}

/* Empties the signal queue; true when one of them asks to end (a shutdown's SIGTERM, a person's kill). */
static bool asked_by_signal(int signals) {
  struct signalfd_siginfo info;
  bool asked = false;
  while (read(signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) asked = true;
  }
  return asked;
}

static int count_left(void) {
  static struct tree tree;
  tree_read(&tree);
  return (int)tree.count;
}

int supervise(pid_t command, int signals, const struct listener *listener, const struct options *options) {
  struct ending ending = {RUNNING, 0, 0};
  struct pollfd inputs[3] = {
      {.fd = FLOWD_LAUNCH_CONTROL_FD, .events = POLLIN},
      {.fd = signals, .events = POLLIN},
      {.fd = listener->fd, .events = POLLIN},
  };
  bool command_ended = false;
  int left = 0;
  while (reap(command, &command_ended)) {
    if (command_ended) ending_leftovers(&ending, now_ms());
    if (!ending_advance(&ending, options, now_ms())) {
      left = count_left();
      break;
    }
    poll(inputs, 3, ending_timeout(&ending, now_ms()));
    if (asked_by_signal(signals)) ending_terminate(&ending, options, now_ms());
    if (inputs[2].revents != 0 && !referee_answer(listener, inputs[2].revents)) {
      close(inputs[2].fd); /* should somebody wait there still, the call fails */
      inputs[2].fd = -1;
    }
    if (inputs[0].revents == 0) continue;
    switch (control_next()) {
      case CONTROL_NOTHING: break;
      case CONTROL_TERMINATE: ending_terminate(&ending, options, now_ms()); break;
      case CONTROL_KILL: ending_kill(&ending, now_ms()); break;
      case CONTROL_CLOSED:
        inputs[0].fd = -1;
        ending_terminate(&ending, options, now_ms());
        break;
    }
  }
  return left;
}
