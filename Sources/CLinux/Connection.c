#define _GNU_SOURCE
#include "Connection.h"

#include <sys/random.h>
#include <sys/socket.h>

int clinux_accept(int listener) { return accept4(listener, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int64_t clinux_peer_uid(int fd) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
  return credentials.uid;
}

uint64_t clinux_random(void) {
  uint64_t bits;
  return getrandom(&bits, sizeof bits, 0) == sizeof bits ? bits : 0;
}
