#ifndef CFLOWDPROTO_H
#define CFLOWDPROTO_H
#endif
