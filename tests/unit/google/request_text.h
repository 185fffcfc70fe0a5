#ifndef TESTS_UNIT_GOOGLE_REQUEST_TEXT_H
#define TESTS_UNIT_GOOGLE_REQUEST_TEXT_H

/* Case files of tests/cases/requests, read and written. */

#include "api/base/str.h"
#include "tests/unit/google/server.h"

#include <stdio.h>

enum { CASE_EXCHANGES = 24, CASE_WORD = 64 };

struct request_exchange {
    char method[8];
    int status; /* 0: the connection is closed without an answer */
    struct str raw, head, text;
    const char *headers, *body; /* of the answer; headers NULL when it has none of its own */
};

struct request_case {
    char file[128];
    char call[CASE_WORD], with[CASE_WORD], login[CASE_WORD];
    struct str text, head; /* head: what stands before the first request */
    struct request_exchange exchanges[CASE_EXCHANGES];
    size_t n;
};

void request_case_read(const char *file, const char *text, struct request_case *c);
void request_case_done(struct request_case *c);

/* "> POST host/path", its parameters, headers that matter, body as JSON in lines. */
void request_write(const struct seen *q, struct str *out);
/* As tools/check_requests.py reads it: one line a request. */
void request_log(const struct server *s, FILE *out);

#endif
