#ifndef SETUP_H
#define SETUP_H
#include "Sandbox.h"

/* Fills a new state; a protected call. */
int set_up(lua_State *lua);
/* Lets go of what an evaluation asked for. */
void forget_values(lua_State *lua);
#endif
