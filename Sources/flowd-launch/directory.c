/* Reading directories; see start.c. The entries of the kernel are laid out as `struct dirent` is. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Directories that are open at the same time: a hidden path is as deep as this at most. */
#define OPEN_MAX_DIRECTORIES 128

struct __dirstream {
  bool is_open;
  int fd;
  size_t at;
  size_t filled;
  _Alignas(struct dirent) char entries[4096];
};

static struct __dirstream streams[OPEN_MAX_DIRECTORIES];

DIR *fdopendir(int fd) {
  for (size_t at = 0; at < OPEN_MAX_DIRECTORIES; at++) {
    if (streams[at].is_open) continue;
    streams[at].is_open = true;
    streams[at].fd = fd;
    streams[at].at = streams[at].filled = 0;
    return &streams[at];
  }
  errno = EMFILE;
  return NULL;
}

DIR *opendir(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir(fd);
  if (fd >= 0 && directory == NULL) close(fd);
  return directory;
}

struct dirent *readdir(DIR *directory) {
  if (directory->at == directory->filled) {
    long got = syscall(SYS_getdents64, (long)directory->fd, directory->entries, sizeof directory->entries);
    if (got <= 0) return NULL;
    directory->at = 0;
    directory->filled = (size_t)got;
  }
  struct dirent *entry = (struct dirent *)(void *)(directory->entries + directory->at);
  directory->at += entry->d_reclen;
  return entry;
}

void rewinddir(DIR *directory) {
  syscall(SYS_lseek, (long)directory->fd, 0L, 0L);
  directory->at = directory->filled = 0;
}

int dirfd(DIR *directory) { return directory->fd; }

int closedir(DIR *directory) {
  directory->is_open = false;
  return close(directory->fd);
}
