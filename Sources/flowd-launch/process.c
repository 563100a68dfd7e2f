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

/* Reads a file of /proc/PID, at most what the buffer holds, and ends it with a NUL. */
static bool read_file(pid_t pid, const char *name, char *text, size_t size) {
  proc_path(text, pid, name);
  int file = open(text, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t got = read(file, text, size - 1);
  close(file);
  if (got <= 0) return false;
  text[got] = '\0';
  return true;
}

bool process_read(pid_t pid, struct process *process) {
  char text[1024];
  if (!read_file(pid, "/stat", text, sizeof text)) return false;
  /* The second field is the program's name in brackets and may hold anything; the last bracket ends it. */
  const char *bracket = strrchr(text, ')');
  if (bracket == NULL) return false;
  const char *rest = skip(bracket, 2);
  uint64_t parent = 0;
  uint64_t group = 0;
  uint64_t start = 0;
  if (!decimal_read(&rest, &parent)) return false;
  rest = skip(bracket, 3);
  if (!decimal_read(&rest, &group)) return false;
  rest = skip(bracket, 20);
  if (!decimal_read(&rest, &start)) return false;
  *process = (struct process){pid, (pid_t)parent, (pid_t)group, start};
  return true;
}

bool process_has_thread(pid_t process, pid_t thread) {
  return syscall(SYS_tgkill, (long)process, (long)thread, 0L) == 0;
}

pid_t process_of_thread(pid_t thread) {
  static const char field[] = "\nTgid:\t";
  char text[1024];
  if (!read_file(thread, "/status", text, sizeof text)) return -1;
  for (const char *line = text; (line = strchr(line, '\n')) != NULL; line++) {
    if (strncmp(line, field, sizeof field - 1) != 0) continue;
    uint64_t process = 0;
    line += sizeof field - 1;
    return decimal_read(&line, &process) ? (pid_t)process : -1;
  }
  return -1;
}

bool process_equal(const struct process *one, const struct process *other) {
  return one->pid == other->pid && one->start_ticks == other->start_ticks;
}

static bool is_current(const struct process *process) {
  struct process now;
  return process_read(process->pid, &now) && process_equal(&now, process);
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
