#ifndef CONTROL_H
#define CONTROL_H
#include <stdbool.h>

#include "protocol.h"

enum control_input {
  CONTROL_NOTHING,
  CONTROL_TERMINATE,
  CONTROL_KILL,
  CONTROL_CLOSED, /* flowd is gone */
};

/* Sends one message; a flowd that is gone is no error here, reading tells. */
void control_send(int kind, int detail, int value);

/* Whether flowd is gone; takes no order out of the queue. */
bool control_is_closed(void);

/* The next order; never blocks. */
enum control_input control_next(void);
#endif
