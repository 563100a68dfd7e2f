#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "decimal.h"

/* Linux 6.9; older kernels refuse it, and then the processes are killed one by one only. */
#ifndef PIDFD_SIGNAL_PROCESS_GROUP
#define PIDFD_SIGNAL_PROCESS_GROUP (1U << 2)
#endif

/* Skips `count` fields of /proc/PID/stat. */
static const char *skip(const char *text, int count) {
  for (; count > 0; count--) {
    text += strcspn(text, " ");
    if (*text == ' ') text++;
  }
  return text;
}

bool process_read(pid_t pid, struct process *process) {
  char text[1024];
  proc_path(text, pid, "/stat");
  int file = open(text, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t got = read(file, text, sizeof text - 1);
  close(file);
  if (got <= 0) return false;
  text[got] = '\0';
  /* The second field is the program's name in brackets and may hold anything; the last bracket ends it. */
  const char *bracket = strrchr(text, ')');
  if (bracket == NULL) return false;
  const char *rest = skip(bracket, 2);
  uint64_t parent = 0;
  uint64_t start = 0;
  if (!decimal_read(&rest, &parent)) return false;
  rest = skip(bracket, 20);
  if (!decimal_read(&rest, &start)) return false;
  *process = (struct process){pid, (pid_t)parent, start};
  return true;
}

static bool is_current(const struct process *process) {
  struct process now;
  return process_read(process->pid, &now) && now.start_ticks == process->start_ticks;
}

/* The handle is taken first and checked second: then it cannot mean a later process with the same number. */
static void deliver(const struct process *process, int signal, bool and_group) {
  int handle = (int)syscall(SYS_pidfd_open, process->pid, 0);
  if (handle < 0) {
    /* Some containers forbid the call; what is left then is a check right before the signal. */
    if (errno != ESRCH && is_current(process)) kill(process->pid, signal);
    return;
  }
  if (is_current(process)) {
    syscall(SYS_pidfd_send_signal, handle, signal, NULL, 0);
    if (and_group) syscall(SYS_pidfd_send_signal, handle, signal, NULL, PIDFD_SIGNAL_PROCESS_GROUP);
  }
  close(handle);
}

void process_signal(const struct process *process, int signal) { deliver(process, signal, false); }

void process_kill(const struct process *process) { deliver(process, SIGKILL, true); }
