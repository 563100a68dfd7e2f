#ifndef CLUA_SANDBOX_H
#define CLUA_SANDBOX_H
#include <stddef.h>
#include <stdint.h>
#endif
