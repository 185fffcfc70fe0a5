#ifndef TESTS_REPLICATION_SCENE_H
#define TESTS_REPLICATION_SCENE_H

/* The scene of tests of one replica against a real PostgreSQL: before each, table t (1 a, 2 b),
 * table u (1 x), publication and slot; after each, nothing is left. Waiting ends with a failure
 * after a minute. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"
#include "tests/sandbox/replicate/replicate.h"

#include <libpq-fe.h>

enum { SCENE_SKIP = 77, SCENE_PATIENCE_MS = 60000, SCENE_LOOK_MS = 10, SCENE_TEXT = 4096 };

struct scene {
    char path[FOLDER_PATH + 32];
    struct replica_config c;
    struct replica_table tables[4];
    struct replica *r;
};

extern PGconn *scene_db; /* the superuser's */

int scene_run(const char *name, const struct CMUnitTest *tests, size_t n); /* a main of tests */
int scene_set_up(void **state);
int scene_tear_down(void **state);
bool scene_drop_slots(void);
#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

PGconn *scene_connect(void); /* another session of the superuser */
int64_t scene_now_ms(void);
void scene_sql(const char *text);
/* The rows of a query on the dataset's file: values with commas, rows with semicolons. */
const char *scene_file(const char *path, const char *text, char out[SCENE_TEXT]);
void scene_make(struct scene *s, const char *table, const char *other); /* other may be NULL */
void scene_start(struct scene *s);
void scene_stop(struct scene *s);
struct replica_table_look scene_look(struct replica *r, const char *table);
void scene_await_state(struct replica *r, enum replica_state state, const char *reason);
void scene_await_backfill(struct replica *r, const char *table, enum replica_backfill state);
/* What is seen from outside follows the file by some milliseconds. */
void scene_await_events(struct replica *r, int64_t n);
void scene_await_rows(const struct scene *s, const char *query, const char *wanted);
void scene_await_error(struct replica *r, const char *table, const char *part);

#endif
