#ifndef CLINUX_PROCESS_HANDLE_H
#define CLINUX_PROCESS_HANDLE_H
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* A descriptor that means one process for ever and becomes readable when it ends; -1 and errno. */
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int clinux_pidfd_send_signal(int handle, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, handle, signal, NULL, 0);
}
#endif
