#ifndef PROCESS_H
#define PROCESS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
  pid_t pid;
  pid_t parent;
  uint64_t start_ticks; /* with the pid, names one process for ever (until a reboot) */
};

/* Reads /proc/PID/stat; false when there is no such process. */
bool process_read(pid_t pid, struct process *process);

/* Signals exactly this process: a later one with the same number is never hit. */
void process_signal(const struct process *process, int signal);

/* SIGKILL, to the process and to the process group it leads, if any: a group is killed in one step that no fork can outrun. */
void process_kill(const struct process *process);
#endif
