#ifndef CHTTP_CLIENT_H
#define CHTTP_CLIENT_H
#include <stdbool.h>

#include "Failure.h"
#include "Transfer.h"

/* A set of transfers that are driven together, with the connections that they share (CURLM). */
struct chttp_client;

/* At most `kept` idle connections are kept. NULL: no memory. */
struct chttp_client *_Nullable chttp_client_create(long kept);

/* All transfers must have been taken out. */
void chttp_client_destroy(struct chttp_client *_Nonnull client);

/* The transfer belongs to the caller and must be taken out before it is destroyed. */
bool chttp_client_add(struct chttp_client *_Nonnull client, struct chttp_transfer *_Nonnull transfer);
void chttp_client_remove(struct chttp_client *_Nonnull client, struct chttp_transfer *_Nonnull transfer);

/* Does what can be done without waiting; callbacks are called. */
void chttp_client_perform(struct chttp_client *_Nonnull client);

/* Waits until something can be done, somebody wakes it, or the time is over. */
void chttp_client_wait(struct chttp_client *_Nonnull client, int milliseconds);

/* Ends a wait, or the next one; from any thread. */
void chttp_client_wake(struct chttp_client *_Nonnull client);

/* The context of a transfer that has ended since the last call, and how; NULL: none. */
void *_Nullable chttp_client_next_ended(struct chttp_client *_Nonnull client, enum chttp_failure *_Nonnull failure);
#endif
