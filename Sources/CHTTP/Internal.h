#ifndef CHTTP_INTERNAL_H
#define CHTTP_INTERNAL_H
#include "CHTTP.h"
#include "Library.h"

struct chttp_file {
  int fd;
  int64_t count;
  int64_t position;
};

struct chttp_transfer {
  CURL *easy;
  const struct chttp_callbacks *callbacks;
  void *context;
  struct curl_slist *headers;
  curl_mime *parts;
  struct chttp_file *body_file;
  char message[CURL_ERROR_SIZE];
};

struct chttp_cookies {
  CURLSH *share;
  CURL *easy;
};

/* NULL closes the descriptor. */
struct chttp_file *chttp_file_create(int fd, int64_t count);
void chttp_file_destroy(void *file);
size_t chttp_file_read(char *buffer, size_t size, size_t count, void *file);
int chttp_file_seek(void *file, curl_off_t offset, int origin);
#endif
