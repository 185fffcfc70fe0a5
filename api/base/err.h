#ifndef STROM_BASE_ERR_H
#define STROM_BASE_ERR_H

/* An error is a value: nothing to free. It is filled once, where the fault is seen; nobody logs it
 * on the way up. The words are looked up in the person's language. `why` may hold foreign words:
 * they are made harmless by err_set and err_why. What does not
 * fit ends in "...". */

#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_NETWORK,     /* not reached, cut off, timed out */
    ERR_DENIED,      /* no login, no right */
    ERR_MISSING,     /* the thing is not there */
    ERR_CONFLICT,    /* there already, or changed meanwhile */
    ERR_QUOTA,       /* too many, too fast */
    ERR_INPUT,       /* what the person or a file said is wrong */
    ERR_SQL,         /* PostgreSQL refused */
    ERR_SYSTEM,      /* this machine: files, disk, processes */
    ERR_INTERRUPTED, /* the person stopped it */
    ERR_BUG          /* the other side broke its own rules, or we did */
};

struct err {
    enum err_kind kind;
    int code; /* HTTP status or errno where there is one, else 0 */
    bool retryable;
    char reason[64];    /* IAM_PERMISSION_DENIED, SQLSTATE, ...: what code may compare */
    char resource[192]; /* the thing concerned */
    char what[160];     /* what we tried, in the person's words */
    char why[344];      /* what the other side said, secrets removed */
    char hint[320];     /* what can be done next */
};

/* Starts the error afresh: kind and what we tried. Returns false, so that `return err_set(...)`
 * reads well. */
bool err_set(struct err *e, enum err_kind kind, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
bool err_why(struct err *e, const char *why, ...) __attribute__((format(printf, 2, 3)));
bool err_hint(struct err *e, const char *hint, ...) __attribute__((format(printf, 2, 3)));
bool err_system(struct err *e, int errnum, const char *what, ...)
    __attribute__((format(printf, 3, 4))); /* ERR_SYSTEM with strerror as why */
/* This machine has no room, no memory, no descriptor left, or its disk fails: whatever was asked,
 * nothing was wrong with it. */
bool err_is_machine(const struct err *e);
void err_resource(struct err *e, const char *resource);
void err_reason(struct err *e, const char *reason);
const char *err_kind_name(enum err_kind kind); /* "network", "denied", ... */

#endif
