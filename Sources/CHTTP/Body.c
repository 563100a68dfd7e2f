#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "Internal.h"

struct chttp_file *chttp_file_create(int fd, int64_t count) {
  struct chttp_file *file = calloc(1, sizeof *file);
  if (file == NULL) {
    close(fd);
    return NULL;
  }
  file->fd = fd;
  file->count = count;
  return file;
}

void chttp_file_destroy(void *argument) {
  struct chttp_file *file = argument;
  close(file->fd);
  free(file);
}

size_t chttp_file_read(char *buffer, size_t size, size_t count, void *argument) {
  struct chttp_file *file = argument;
  int64_t left = file->count - file->position;
  size_t room = size * count;
  if (left < (int64_t)room) room = (size_t)left;
  if (room == 0) return 0;
  ssize_t got = pread(file->fd, buffer, room, file->position);
  if (got <= 0) return CURL_READFUNC_ABORT; /* 0: the file has become shorter than was promised */
  file->position += got;
  return (size_t)got;
}

int chttp_file_seek(void *argument, curl_off_t offset, int origin) {
  struct chttp_file *file = argument;
  if (origin != SEEK_SET || offset < 0 || offset > file->count) return CURL_SEEKFUNC_FAIL;
  file->position = offset;
  return CURL_SEEKFUNC_OK;
}

bool chttp_transfer_set_body(struct chttp_transfer *transfer, const uint8_t *bytes, size_t count) {
  CURL *easy = transfer->easy;
  return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, count == 0 ? "" : (const char *)bytes) == CURLE_OK;
}

bool chttp_transfer_set_body_file(struct chttp_transfer *transfer, int fd, int64_t count) {
  CURL *easy = transfer->easy;
  transfer->body_file = chttp_file_create(fd, count);
  return transfer->body_file != NULL && curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_READFUNCTION, chttp_file_read) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_READDATA, transfer->body_file) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, chttp_file_seek) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer->body_file) == CURLE_OK;
}

static curl_mimepart *add_part(
    struct chttp_transfer *transfer, const char *name, const char *filename, const char *type) {
  if (transfer->parts == NULL) transfer->parts = curl_mime_init(transfer->easy);
  if (transfer->parts == NULL) return NULL;
  curl_mimepart *part = curl_mime_addpart(transfer->parts);
  if (part == NULL || curl_mime_name(part, name) != CURLE_OK) return NULL;
  if (filename != NULL && curl_mime_filename(part, filename) != CURLE_OK) return NULL;
  if (type != NULL && curl_mime_type(part, type) != CURLE_OK) return NULL;
  return part;
}

bool chttp_transfer_add_part(
    struct chttp_transfer *transfer, const char *name, const char *filename, const char *type, const uint8_t *bytes,
    size_t count) {
  curl_mimepart *part = add_part(transfer, name, filename, type);
  if (part == NULL) return false;
  return curl_mime_data(part, count == 0 ? "" : (const char *)bytes, count) == CURLE_OK;
}

bool chttp_transfer_add_part_file(
    struct chttp_transfer *transfer, const char *name, const char *filename, const char *type, int fd,
    int64_t count) {
  struct chttp_file *file = chttp_file_create(fd, count);
  if (file == NULL) return false;
  curl_mimepart *part = add_part(transfer, name, filename, type);
  if (part != NULL && curl_mime_data_cb(
                          part, (curl_off_t)count, chttp_file_read, chttp_file_seek, chttp_file_destroy, file) ==
                          CURLE_OK) {
    return true;
  }
  chttp_file_destroy(file);
  return false;
}
