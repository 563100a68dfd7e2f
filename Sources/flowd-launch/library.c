/* What this program uses of a C library, by way of the kernel; see start.c. The standards say what each function does. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of the kernel's signal sets; the C library's are larger. */
static const size_t signal_set_bytes = 8;

/* This program creates no file: the mode is never needed. */
int openat(int directory, const char *path, int flags, ...) {
  return (int)syscall(SYS_openat, (long)directory, path, (long)flags, 0L);
}
int open(const char *path, int flags, ...) { return openat(AT_FDCWD, path, flags); }

int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  long argument = va_arg(arguments, long);
  va_end(arguments);
  return (int)syscall(SYS_fcntl, (long)fd, (long)command, argument);
}

ssize_t read(int fd, void *bytes, size_t count) { return syscall(SYS_read, (long)fd, bytes, count); }
ssize_t write(int fd, const void *bytes, size_t count) { return syscall(SYS_write, (long)fd, bytes, count); }
int close(int fd) { return (int)syscall(SYS_close, (long)fd); }
int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  return (int)syscall(SYS_ioctl, (long)fd, request, argument);
}
int dup2(int from, int to) { return (int)syscall(SYS_dup3, (long)from, (long)to, 0L); }
int fstat(int fd, struct stat *status) { return (int)syscall(SYS_fstat, (long)fd, status); }
int faccessat(int directory, const char *path, int mode, int flags) {
  return (int)syscall(439L /* faccessat2 */, (long)directory, path, (long)mode, (long)flags);
}
int access(const char *path, int mode) { return (int)syscall(SYS_faccessat, (long)AT_FDCWD, path, (long)mode); }
int fchmodat(int directory, const char *path, mode_t mode, int flags) {
  (void)flags;
  return (int)syscall(SYS_fchmodat, (long)directory, path, (long)mode);
}
int mkdir(const char *path, mode_t mode) { return (int)syscall(SYS_mkdirat, (long)AT_FDCWD, path, (long)mode); }
int unlinkat(int directory, const char *path, int flags) {
  return (int)syscall(SYS_unlinkat, (long)directory, path, (long)flags);
}
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int renameat(int directory, const char *from, int target, const char *to) {
  return (int)syscall(SYS_renameat2, (long)directory, from, (long)target, to, 0L);
}
ssize_t readlink(const char *restrict path, char *restrict text, size_t count) {
  return syscall(SYS_readlinkat, (long)AT_FDCWD, path, text, count);
}
mode_t umask(mode_t mask) { return (mode_t)syscall(SYS_umask, (long)mask); }
int chdir(const char *path) { return (int)syscall(SYS_chdir, path); }
char *getcwd(char *text, size_t count) { return syscall(SYS_getcwd, text, count) < 0 ? NULL : text; }

pid_t getpid(void) { return (pid_t)syscall(SYS_getpid); }
pid_t setsid(void) { return (pid_t)syscall(SYS_setsid); }
int setpgid(pid_t process, pid_t group) { return (int)syscall(SYS_setpgid, (long)process, (long)group); }
pid_t getpgid(pid_t process) { return (pid_t)syscall(SYS_getpgid, (long)process); }
int kill(pid_t process, int signal) { return (int)syscall(SYS_kill, (long)process, (long)signal); }
pid_t waitpid(pid_t process, int *status, int options) {
  return (pid_t)syscall(SYS_wait4, (long)process, status, (long)options, NULL);
}
int execve(const char *path, char *const *words, char *const *environment) {
  return (int)syscall(SYS_execve, path, words, environment);
}
void _exit(int code) {
  for (;;) syscall(SYS_exit_group, (long)code);
}
int prctl(int option, ...) {
  va_list arguments;
  va_start(arguments, option);
  unsigned long words[4];
  for (int at = 0; at < 4; at++) words[at] = va_arg(arguments, unsigned long);
  va_end(arguments);
  return (int)syscall(SYS_prctl, (long)option, words[0], words[1], words[2], words[3]);
}
int getrlimit(__rlimit_resource_t resource, struct rlimit *limit) {
  return (int)syscall(SYS_prlimit64, 0L, (long)resource, NULL, limit);
}
int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) {
  return (int)syscall(SYS_prlimit64, 0L, (long)resource, limit, NULL);
}
int clock_gettime(clockid_t clock, struct timespec *now) {
  return (int)syscall(SYS_clock_gettime, (long)clock, now);
}

int sigemptyset(sigset_t *set) {
  memset(set, 0, sizeof *set);
  return 0;
}
int sigaddset(sigset_t *set, int number) {
  set->__val[0] |= 1UL << (number - 1);
  return 0;
}
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict before) {
  return (int)syscall(SYS_rt_sigprocmask, (long)how, set, before, signal_set_bytes);
}
int signalfd(int fd, const sigset_t *set, int flags) {
  return (int)syscall(SYS_signalfd4, (long)fd, set, signal_set_bytes, (long)flags);
}
int poll(struct pollfd *inputs, nfds_t count, int milliseconds) {
  struct timespec patience = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  return (int)syscall(SYS_ppoll, inputs, count, milliseconds < 0 ? NULL : &patience, NULL, signal_set_bytes);
}
ssize_t send(int fd, const void *bytes, size_t count, int flags) {
  return syscall(SYS_sendto, (long)fd, bytes, count, (long)flags, NULL, 0L);
}
ssize_t recv(int fd, void *bytes, size_t count, int flags) {
  return syscall(SYS_recvfrom, (long)fd, bytes, count, (long)flags, NULL, NULL);
}

char *getenv(const char *name) {
  size_t length = strlen(name);
  for (char **entry = environ; *entry != NULL; entry++) {
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
  }
  return NULL;
}
