#include <stdlib.h>

#include "Internal.h"

struct chttp_cookies *chttp_cookies_create(void) {
  if (!chttp_start()) return NULL;
  struct chttp_cookies *cookies = calloc(1, sizeof *cookies);
  if (cookies == NULL) return NULL;
  cookies->share = curl_share_init();
  cookies->easy = curl_easy_init();
  if (cookies->share == NULL || cookies->easy == NULL ||
      curl_share_setopt(cookies->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK ||
      curl_easy_setopt(cookies->easy, CURLOPT_SHARE, cookies->share) != CURLE_OK) {
    chttp_cookies_destroy(cookies);
    return NULL;
  }
  return cookies;
}

void chttp_cookies_destroy(struct chttp_cookies *cookies) {
  if (cookies->easy != NULL) curl_easy_cleanup(cookies->easy);
  if (cookies->share != NULL) curl_share_cleanup(cookies->share);
  free(cookies);
}

void chttp_cookies_add(struct chttp_cookies *cookies, const char *line) {
  curl_easy_setopt(cookies->easy, CURLOPT_COOKIELIST, line);
}

void chttp_cookies_list(
    struct chttp_cookies *cookies, void (*each)(void *context, const char *line), void *context) {
  struct curl_slist *lines = NULL;
  if (curl_easy_getinfo(cookies->easy, CURLINFO_COOKIELIST, &lines) != CURLE_OK) return;
  for (struct curl_slist *line = lines; line != NULL; line = line->next) each(context, line->data);
  curl_slist_free_all(lines);
}
