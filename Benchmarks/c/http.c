// The least that requests through libcurl cost: a loop over its multi interface that keeps its connections and does
// nothing with what they bring. One JSON line.
//   http URL COUNT AT_ONCE      COUNT requests, AT_ONCE of them under way; each answered 200, with equal lengths
#define _GNU_SOURCE
#include "common.h"
#include <curl/curl.h>

enum { AT_ONCE_MAX = 256, WAIT_MS = 1000, REQUEST_SECONDS_MAX = 60 };

typedef struct {
  CURL *easy;
  uint64_t begin;
  size_t bytes;
} Request;

static Request requests[AT_ONCE_MAX];
static Latencies latencies;
static CURLM *multi;
static size_t expected_bytes;

static void wrong(const char *what) {
  fprintf(stderr, "http: %s\n", what);
  exit(1);
}

static size_t take(char *bytes, size_t size, size_t count, void *request) {
  (void)bytes;
  ((Request *)request)->bytes += size * count;
  return size * count;
}

static void prepare(Request *request, const char *url) {
  request->easy = curl_easy_init();
  if (!request->easy) wrong("no handle");
  curl_easy_setopt(request->easy, CURLOPT_URL, url);
  curl_easy_setopt(request->easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(request->easy, CURLOPT_WRITEDATA, request);
  curl_easy_setopt(request->easy, CURLOPT_PRIVATE, request);
  curl_easy_setopt(request->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(request->easy, CURLOPT_PROXY, "");
  curl_easy_setopt(request->easy, CURLOPT_TIMEOUT, (long)REQUEST_SECONDS_MAX);
}

static void begin(Request *request) {
  request->bytes = 0;
  request->begin = now();
  if (curl_multi_add_handle(multi, request->easy)) wrong("a request cannot be added");
}

static void finish(CURLMsg *message) {
  Request *request = NULL;
  long status = 0;
  curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
  curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
  if (message->data.result != CURLE_OK) wrong(curl_easy_strerror(message->data.result));
  if (status != 200) wrong("a status that is not 200");
  if (!expected_bytes) expected_bytes = request->bytes;
  if (request->bytes != expected_bytes) wrong("a body of another length");
  record(&latencies, now() - request->begin);
  curl_multi_remove_handle(multi, request->easy);
}

// Returns the seconds that it took.
static double run(unsigned count, unsigned at_once) {
  unsigned begun = 0, ended = 0;
  uint64_t start = now();
  while (begun < at_once && begun < count) begin(&requests[begun++]);
  while (ended < count) {
    int running, queued;
    if (curl_multi_perform(multi, &running)) wrong("perform");
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &queued));) {
      Request *request = NULL;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
      finish(message);
      ended++;
      if (begun < count) begin(request), begun++;
    }
    if (ended < count && curl_multi_poll(multi, NULL, 0, WAIT_MS, NULL)) wrong("poll");
  }
  return (double)(now() - start) / 1e9;
}

int main(int argc, char **argv) {
  unsigned count = argc == 4 ? (unsigned)atoi(argv[2]) : 0, at_once = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
  if (!count || !at_once || at_once > AT_ONCE_MAX) {
    fprintf(stderr, "usage: see the first lines of http.c\n");
    return 2;
  }
  curl_global_init(CURL_GLOBAL_ALL);
  multi = curl_multi_init();
  for (unsigned i = 0; i < at_once; i++) prepare(&requests[i], argv[1]);
  double seconds = run(count, at_once);
  printf("{\"requests\": %u, \"seconds\": %.6f, \"bytes\": %zu, \"p50_us\": %.3f}\n", count, seconds, expected_bytes,
         quantile_us(&latencies, .5));
}
