#ifndef STROM_STORE_INTERNAL_H
#define STROM_STORE_INTERNAL_H

/* Between the files of this folder. The only header that knows SQLite. */

#include "api/base/arena.h"
#include "api/store/kept.h"
#include "api/store/store.h"

#include <sqlite3.h>

enum { STORE_VERSION = 1, STORE_ID = 0x5374726D /* "Strm" */, BUSY_MS = 25 };

struct store {
    sqlite3 *db;
    char *folder; /* NULL: in memory */
    char *file;
    char *notice;
    unsigned serial; /* of this opening of this file: what was saved elsewhere is not saved here */
    bool healthy;
    bool damaged; /* found while running: the next use begins with a new file */
    struct late *late;
};

/* open.c */
bool store_renew(struct store *s, struct err *e); /* moves the damaged file aside */
bool store_run(struct store *s, const char *sql); /* no answer wanted; false: see sqlite3_errcode */

/* query.c: one statement, from its text to its last row. The first fault is kept in *e; after it,
 * all calls do nothing, so that callers ask once, at the end. */
struct query {
    struct store *s;
    sqlite3_stmt *stmt;
    struct err *e;
    const char *what; /* for the error: "save the journey" */
    int at;           /* the next parameter */
    bool failed;
};

void query_open(struct query *q, struct store *s, const char *sql, const char *what, struct err *e);
void query_int(struct query *q, int64_t value); /* binds the next parameter */
void query_text(struct query *q, const char *value);
bool query_row(struct query *q);   /* false: no more rows, or failed */
bool query_close(struct query *q); /* false when anything failed */
bool query_done(struct query *q);  /* runs it to its end, then closes */
void query_again(struct query *q); /* the same statement with other values */

/* Room for one more row in a list that grows in an arena. */
void *store_more(struct arena *a, void *list, size_t n, size_t *room, size_t size);

int64_t column_int(const struct query *q, int at);
const char *column_text(const struct query *q, int at, struct arena *a); /* NULL for null */

/* A change: begin, statements, end. end commits when ok is true and everything worked, else takes
 * it back. */
bool change_begin(struct store *s, const char *what, struct err *e);
bool change_end(struct store *s, bool ok, const char *what, struct err *e);
/* As change_begin; what is committed then is on the disk, not only with the system. */
bool change_begin_synced(struct store *s, const char *what, struct err *e);

/* late.c: what could not be written while another process wrote goes first in the next change. */
enum { LATE_TEXTS = 4 };
typedef bool late_write(struct store *s, int64_t number, const char *const texts[LATE_TEXTS],
                        struct err *e);
/* Texts are copied. once: not when the very same waits already. */
void late_keep(struct store *s, late_write *write, int64_t number,
               const char *const texts[LATE_TEXTS], bool once);
bool late_run(struct store *s, struct err *e); /* inside a change */
void late_forget(struct store *s);             /* it has been committed */

bool store_fail(struct store *s, const char *what, struct err *e); /* by SQLite's last error */

/* kept.c: what changed since the last save, so that a save is small. */
enum kept_kind { KEPT_TEXT, KEPT_INT, KEPT_BOOL };

struct kept_entry {
    char *key;
    char *text; /* KEPT_TEXT */
    int64_t number;
    enum kept_kind kind;
};

const struct kept_entry *kept_entry(const struct kept *k, size_t at);
const struct kept_entry *kept_find(const struct kept *k, const char *key);
void kept_put(struct kept *k, const struct kept_entry *value);
size_t kept_touched(const struct kept *k, const char *const **keys, bool *all);
bool kept_is_saved_as(const struct kept *k, unsigned serial, int64_t id, const char *title);
bool kept_was_saved_as(const struct kept *k, unsigned serial, int64_t id);
void kept_saved(struct kept *k, unsigned serial, int64_t id, const char *title);

#endif
