#ifndef CLINUX_H
#define CLINUX_H
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "Connection.h"
#include "ErrorText.h"
#include "Landlock.h"
#include "LauncherProtocol.h"
#include "PathHandle.h"
#include "Pipe.h"
#include "ProcessHandle.h"
#include "RemoveTree.h"
#include "Spawn.h"
#endif
