/*
 * Whom a number means must not change between the look at a process and the signal to it. So:
 *  - When it means the caller's own process the kernel goes on with the call (GO_ON): while the caller is in it, nobody else
 *    gets that number, and arguments in registers, as all of these are, stay what they were.
 *  - Every other process is signalled by this program, through a handle that was taken before the look.
 */
#define _GNU_SOURCE
#include "referee.h"

#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "group.h"
#include "tree.h"

/* Per round, one to many processes counting for all, so that those who call without end keep nothing from its turn. */
static const int answered_max = 64;
static const int signal_max = 64;

/* What becomes of a call: 0, a negative errno, or this. */
enum { GO_ON = 1 };

/* For a process or a group that is not to be signalled; the signal 0 only asks. */
static int refusal(pid_t target) { return kill(target, 0) == 0 || errno == EPERM ? -EPERM : -ESRCH; }

/* What one may do to oneself alone. */
static int to_own(pid_t process, pid_t caller) {
  if (process <= 0) return -EINVAL;
  return process_has_thread(process, caller) ? GO_ON : refusal(process);
}

/*
 * tkill, which does not say whose thread it is: so this program says it. The caller has to be alive after the look, or the
 * number of its process could be another's by then.
 */
static int to_thread(pid_t thread, const struct seccomp_notif *call, const struct listener *listener) {
  pid_t caller = (pid_t)call->pid;
  if (thread <= 0) return -EINVAL;
  if (thread == caller) return GO_ON;
  pid_t process = process_of_thread(thread);
  if (process < 0) return -ESRCH;
  if (!process_has_thread(process, caller)) return -EPERM;
  if (ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) != 0) return -EINTR;
  return syscall(SYS_tgkill, (long)process, (long)thread, (long)call->data.args[1]) == 0 ? 0 : -errno;
}

static int to_process(pid_t process, int signal, pid_t caller) {
  if (process_has_thread(process, caller)) return GO_ON;
  int handle = (int)syscall(SYS_pidfd_open, (long)process, 0L);
  if (handle < 0) return errno == EINVAL || errno == ENOENT ? -ESRCH : -errno;
  int outcome = -EPERM;
  if (tree_holds(process)) {
    outcome = syscall(SYS_pidfd_send_signal, (long)handle, (long)signal, NULL, 0L) == 0 ? 0 : -errno;
  }
  close(handle);
  return outcome;
}

static int to_group(pid_t group, int signal, pid_t caller, struct process *own) {
  if (signal < 0 || signal > signal_max) return -EINVAL;
  return group_signal(group, signal, caller, own) > 0 ? 0 : refusal(-group);
}

/* Without the caller, as the kernel does it, and never in vain. */
static int to_all(int signal, pid_t caller) {
  struct process own;
  if (signal < 0 || signal > signal_max) return -EINVAL;
  group_signal(GROUP_OF_ALL, signal, caller, &own);
  return 0;
}

static int by_kill(pid_t target, int signal, pid_t caller, struct process *own) {
  if (target > 0) return to_process(target, signal, caller);
  if (target == -1) return to_all(signal, caller);
  if (target == INT_MIN) return -ESRCH;
  return to_group(target == 0 ? getpgid(caller) : -target, signal, caller, own);
}

/* F_SETOWN: 0 is nobody, and less is a group. */
static int by_input(pid_t owner, pid_t caller) {
  if (owner == 0) return GO_ON;
  return owner < 0 ? -EPERM : to_own(owner, caller);
}

static int decide(const struct seccomp_notif *call, const struct listener *listener, struct process *own) {
  const __u64 *arguments = call->data.args;
  pid_t first = (pid_t)arguments[0];
  pid_t caller = (pid_t)call->pid;
  switch (call->data.nr) {
    case SYS_kill: return by_kill(first, (int)arguments[1], caller, own);
    case SYS_tkill: return to_thread(first, call, listener);
    case SYS_tgkill:
    case SYS_rt_sigqueueinfo:
    case SYS_rt_tgsigqueueinfo: return to_own(first, caller);
    case SYS_fcntl: return by_input((pid_t)arguments[2], caller);
    default: return -EPERM;
  }
}

/*
 * A caller that is in the group it signals gets its signal first, as the call has it, unless the signal would make it ask
 * again. False when nothing was heard; `broad` is whether the call was to many processes, which takes its time.
 */
static bool answer_one(const struct listener *listener, bool *broad) {
  struct seccomp_notif call = {0};
  if (ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return errno == ENOENT || errno == EINTR;
  *broad = call.data.nr == SYS_kill && (pid_t)call.data.args[0] <= 0;
  struct process own = {0};
  int outcome = decide(&call, listener, &own);
  int signal = (int)call.data.args[1];
  if (own.pid != 0 && listener->waits_on) process_signal(&own, signal);
  struct seccomp_notif_resp response = {
      .id = call.id,
      .error = outcome < 0 ? outcome : 0,
      .flags = outcome == GO_ON ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0,
  };
  ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_SEND, &response); /* fails for a caller that was killed meanwhile */
  if (own.pid != 0 && !listener->waits_on) process_signal(&own, signal);
  return true;
}

bool referee_answer(const struct listener *listener, short events) {
  struct pollfd input = {.fd = listener->fd, .events = POLLIN, .revents = events};
  bool broad = false;
  for (int answered = 0; answered < answered_max && !broad; answered++) {
    if ((input.revents & POLLIN) == 0) return (input.revents & POLLHUP) == 0;
    if (!answer_one(listener, &broad)) return false;
    poll(&input, 1, 0);
  }
  return true;
}
