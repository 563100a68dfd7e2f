#define _GNU_SOURCE
#define CHTTP_LIBRARY_OWN
#include "Library.h"

#include <dlfcn.h>
#include <stdint.h>
#include <pthread.h>

struct chttp_library chttp_library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool has_started = false;

static void start(void) {
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
#define LOAD(name)                                                               \
  chttp_library.name##_ = (__typeof__(name) *)(uintptr_t)dlsym(library, #name); \
  if (chttp_library.name##_ == NULL) return;
  CHTTP_LIBRARY_FUNCTIONS(LOAD)
#undef LOAD
  has_started = chttp_library.curl_global_init_(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool chttp_start(void) {
  pthread_once(&once, start);
  return has_started;
}
