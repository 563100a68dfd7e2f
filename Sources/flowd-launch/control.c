#include "control.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

void control_send(int kind, int detail, int value) {
  struct flowd_launch_message message = {kind, detail, value};
  while (send(FLOWD_LAUNCH_CONTROL_FD, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

bool control_is_closed(void) {
  struct pollfd control = {.fd = FLOWD_LAUNCH_CONTROL_FD, .events = 0};
  return poll(&control, 1, 0) == 1 && (control.revents & POLLHUP) != 0;
}

enum control_input control_next(void) {
  char order = 0;
  ssize_t got = 0;
  do got = recv(FLOWD_LAUNCH_CONTROL_FD, &order, 1, MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got < 0) return errno == EAGAIN ? CONTROL_NOTHING : CONTROL_CLOSED;
  if (got == 0) return CONTROL_CLOSED;
  return order == FLOWD_LAUNCH_KILL ? CONTROL_KILL : CONTROL_TERMINATE;
}
