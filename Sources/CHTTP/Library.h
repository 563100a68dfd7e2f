/*
 * libcurl, loaded when it is first needed: it brings some thirty libraries, which would double the time that a daemon
 * takes to start and the memory that it has when idle.
 */
#ifndef CHTTP_LIBRARY_H
#define CHTTP_LIBRARY_H
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdbool.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

/* The functions that are used. */
#define CHTTP_LIBRARY_FUNCTIONS(each)                                                                                  \
  each(curl_global_init) each(curl_easy_init) each(curl_easy_cleanup) each(curl_easy_setopt) each(curl_easy_getinfo)   \
  each(curl_easy_pause) each(curl_multi_init) each(curl_multi_cleanup) each(curl_multi_setopt)                         \
  each(curl_multi_add_handle) each(curl_multi_remove_handle) each(curl_multi_perform) each(curl_multi_poll)            \
  each(curl_multi_info_read) each(curl_share_init) each(curl_share_cleanup) each(curl_share_setopt)                    \
  each(curl_mime_init) each(curl_mime_free) each(curl_mime_addpart) each(curl_mime_name) each(curl_mime_filename)      \
  each(curl_mime_type) each(curl_mime_data) each(curl_mime_data_cb) each(curl_slist_append) each(curl_slist_free_all)  \
  each(curl_url) each(curl_url_cleanup) each(curl_url_dup) each(curl_url_get) each(curl_url_set) each(curl_url_strerror) \
  each(curl_free)

#define CHTTP_LIBRARY_MEMBER(name) __typeof__(name) *name##_;
struct chttp_library {
  CHTTP_LIBRARY_FUNCTIONS(CHTTP_LIBRARY_MEMBER)
};
#undef CHTTP_LIBRARY_MEMBER

/* Filled by chttp_start. */
extern struct chttp_library chttp_library;

/* Loads and initialises libcurl once; every function that begins something calls it. false: it cannot be loaded. */
bool chttp_start(void);

#ifndef CHTTP_LIBRARY_OWN
#define curl_global_init chttp_library.curl_global_init_
#define curl_easy_init chttp_library.curl_easy_init_
#define curl_easy_cleanup chttp_library.curl_easy_cleanup_
#define curl_easy_setopt chttp_library.curl_easy_setopt_
#define curl_easy_getinfo chttp_library.curl_easy_getinfo_
#define curl_easy_pause chttp_library.curl_easy_pause_
#define curl_multi_init chttp_library.curl_multi_init_
#define curl_multi_cleanup chttp_library.curl_multi_cleanup_
#define curl_multi_setopt chttp_library.curl_multi_setopt_
#define curl_multi_add_handle chttp_library.curl_multi_add_handle_
#define curl_multi_remove_handle chttp_library.curl_multi_remove_handle_
#define curl_multi_perform chttp_library.curl_multi_perform_
#define curl_multi_poll chttp_library.curl_multi_poll_
#define curl_multi_info_read chttp_library.curl_multi_info_read_
#define curl_share_init chttp_library.curl_share_init_
#define curl_share_cleanup chttp_library.curl_share_cleanup_
#define curl_share_setopt chttp_library.curl_share_setopt_
#define curl_mime_init chttp_library.curl_mime_init_
#define curl_mime_free chttp_library.curl_mime_free_
#define curl_mime_addpart chttp_library.curl_mime_addpart_
#define curl_mime_name chttp_library.curl_mime_name_
#define curl_mime_filename chttp_library.curl_mime_filename_
#define curl_mime_type chttp_library.curl_mime_type_
#define curl_mime_data chttp_library.curl_mime_data_
#define curl_mime_data_cb chttp_library.curl_mime_data_cb_
#define curl_slist_append chttp_library.curl_slist_append_
#define curl_slist_free_all chttp_library.curl_slist_free_all_
#define curl_url chttp_library.curl_url_
#define curl_url_cleanup chttp_library.curl_url_cleanup_
#define curl_url_dup chttp_library.curl_url_dup_
#define curl_url_get chttp_library.curl_url_get_
#define curl_url_set chttp_library.curl_url_set_
#define curl_url_strerror chttp_library.curl_url_strerror_
#define curl_free chttp_library.curl_free_
#endif
#endif
