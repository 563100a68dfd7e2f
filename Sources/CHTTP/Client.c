#include <pthread.h>
#include <stdlib.h>

#include "Internal.h"

struct chttp_client {
  CURLM *multi;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool has_started = false;

static void start(void) { has_started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

bool chttp_start(void) {
  pthread_once(&once, start);
  return has_started;
}

struct chttp_client *chttp_client_create(long kept) {
  if (!chttp_start()) return NULL;
  struct chttp_client *client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  client->multi = curl_multi_init();
  if (client->multi == NULL) {
    free(client);
    return NULL;
  }
  curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, kept);
  curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  return client;
}

void chttp_client_destroy(struct chttp_client *client) {
  curl_multi_cleanup(client->multi);
  free(client);
}

bool chttp_client_add(struct chttp_client *client, struct chttp_transfer *transfer) {
  return curl_multi_add_handle(client->multi, transfer->easy) == CURLM_OK;
}

void chttp_client_remove(struct chttp_client *client, struct chttp_transfer *transfer) {
  curl_multi_remove_handle(client->multi, transfer->easy);
}

void chttp_client_perform(struct chttp_client *client) {
  int running = 0;
  curl_multi_perform(client->multi, &running);
}

void chttp_client_wait(struct chttp_client *client, int milliseconds) {
  curl_multi_poll(client->multi, NULL, 0, milliseconds, NULL);
}

void chttp_client_wake(struct chttp_client *client) { curl_multi_wakeup(client->multi); }

void *chttp_client_next_ended(struct chttp_client *client, enum chttp_failure *failure) {
  int left = 0;
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
