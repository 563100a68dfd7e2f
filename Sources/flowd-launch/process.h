#ifndef PROCESS_H
#define PROCESS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
  pid_t pid;
  pid_t parent;
  pid_t group;
  uint64_t start_ticks; /* with the pid, names one process for ever (until a reboot) */
};

/* Reads /proc/PID/stat; false when there is no such process. */
bool process_read(pid_t pid, struct process *process);

/* Whether `thread`, a thread of this user's, is one of this process. */
bool process_has_thread(pid_t process, pid_t thread);

/* The process of a thread; -1 when there is no such thread. */
pid_t process_of_thread(pid_t thread);

bool process_equal(const struct process *one, const struct process *other);

/* Signals exactly this process: a later one with the same number is never hit. */
void process_signal(const struct process *process, int signal);

/* SIGKILL, to the process and to the process group it leads, if any: a group is killed in one step that no fork can outrun. */
void process_kill(const struct process *process);
#endif
