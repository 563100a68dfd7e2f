#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "Internal.h"

struct chttp_client {
  CURLM *multi; /* NULL until the first transfer: then libcurl is loaded */
  long kept;
  int wake;
};

struct chttp_client *chttp_client_create(long kept) {
  struct chttp_client *client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  client->kept = kept;
  client->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (client->wake < 0) {
    free(client);
    return NULL;
  }
  return client;
}

void chttp_client_destroy(struct chttp_client *client) {
  if (client->multi != NULL) curl_multi_cleanup(client->multi);
  close(client->wake);
  free(client);
}

static bool begin(struct chttp_client *client) {
  if (client->multi != NULL) return true;
  if (!chttp_start()) return false;
  client->multi = curl_multi_init();
  if (client->multi == NULL) return false;
  curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, client->kept);
  curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  return true;
}

bool chttp_client_add(struct chttp_client *client, struct chttp_transfer *transfer) {
  return begin(client) && curl_multi_add_handle(client->multi, transfer->easy) == CURLM_OK;
}

void chttp_client_remove(struct chttp_client *client, struct chttp_transfer *transfer) {
  curl_multi_remove_handle(client->multi, transfer->easy);
}

void chttp_client_perform(struct chttp_client *client) {
  int running = 0;
  if (client->multi == NULL) return;
  curl_multi_perform(client->multi, &running);
}

void chttp_client_wait(struct chttp_client *client, int milliseconds) {
  bool is_woken;
  if (client->multi == NULL) {
    struct pollfd input = {.fd = client->wake, .events = POLLIN};
    is_woken = poll(&input, 1, milliseconds) != 0;
  } else {
    struct curl_waitfd input = {.fd = client->wake, .events = CURL_WAIT_POLLIN};
    is_woken = curl_multi_poll(client->multi, &input, 1, milliseconds, NULL) != CURLM_OK || input.revents != 0;
  }
  if (!is_woken) return;
  eventfd_t count = 0;
  eventfd_read(client->wake, &count);
}

void chttp_client_wake(struct chttp_client *client) { eventfd_write(client->wake, 1); }

void *chttp_client_next_ended(struct chttp_client *client, enum chttp_failure *failure) {
  int left = 0;
  if (client->multi == NULL) return NULL;
  CURLMsg *message;
  while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    void *context = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&context);
    *failure = chttp_failure_of((int)message->data.result);
    return context;
  }
  return NULL;
}
