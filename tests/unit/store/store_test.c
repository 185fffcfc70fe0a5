#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/store/journeys.h"
#include "api/store/undo.h"
#include "tests/unit/store/world.h"

#include <fcntl.h>
#include <sys/stat.h>

static mode_t mode_of(const char *folder, const char *name)
{
    struct stat st = {0};
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void is_private(void **state)
{
    struct world *w = *state;
    char inner[600];
    struct err e;

    assert_int_equal(mode_of(w->folder, "strom.db"), 0600);
    assert_int_equal(mode_of(w->folder, "strom.db-wal"), 0600);
    assert_null(store_notice(w->store));
    assert_true(store_healthy(w->store));
    snprintf(inner, sizeof inner, "%s/in", w->folder);
    struct store *s = store_open(inner, &e);
    assert_non_null(s);
    assert_int_equal(mode_of(w->folder, "in"), 0700);
    store_close(s);
    snprintf(inner, sizeof inner, "%s/in/strom.db", w->folder);
    chmod(inner, 0644); /* somebody was careless: mended */
    snprintf(inner, sizeof inner, "%s/in", w->folder);
    s = store_open(inner, &e);
    assert_int_equal(mode_of(inner, "strom.db"), 0600);
    store_close(s);
    snprintf(inner, sizeof inner, "%s/in/strom.db", w->folder);
    unlink(inner);
    char elsewhere[600];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", w->folder);
    int fd = open(elsewhere, O_WRONLY | O_CREAT | O_EXCL, 0644);
    assert_true(fd >= 0 && fchmod(fd, 0644) == 0 && close(fd) == 0);
    assert_int_equal(symlink(elsewhere, inner), 0);
    snprintf(inner, sizeof inner, "%s/in", w->folder);
    assert_null(store_open(inner, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_int_equal(mode_of(w->folder, "elsewhere"), 0644); /* not touched through the link */
    char *copy = malloc(sizeof inner);
    memcpy(copy, inner, sizeof inner);
    folder_remove(copy);
}

static void journeys_survive(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new(), *back;
    struct journeys_row row;
    struct err e;
    int64_t id = 0, other = 0;

    back = journeys_latest(w->store, &w->arena, &row, &e);
    assert_null(back);
    assert_int_equal(e.kind, ERR_MISSING);
    clock_freeze(1000);
    kept_set_text(k, "app", "postmottak-backend");
    kept_set_int(k, "step", 4);
    assert_true(journeys_save(w->store, &id, "postmottak → BigQuery", k, &e));
    assert_true(id > 0);
    clock_freeze(2000);
    kept_set_int(k, "step", 5);
    kept_set_bool(k, "seen", true);
    kept_remove(k, "app");
    assert_true(journeys_save(w->store, &id, "postmottak → BigQuery", k, &e));
    struct kept *empty = kept_new();
    assert_true(journeys_save(w->store, &other, "other", empty, &e));
    assert_true(other != id);
    kept_free(empty);
    reopen(w);
    back = journeys_load(w->store, id, &w->arena, &row, &e);
    assert_true(kept_eq(k, back));
    assert_string_equal(row.title, "postmottak → BigQuery");
    assert_int_equal(row.updated, 2000);
    /* what was loaded can be saved on, and is the newest then */
    clock_freeze(3000);
    kept_set_text(back, "app", "ny");
    assert_true(journeys_save(w->store, &id, row.title, back, &e));
    kept_free(k);
    k = journeys_latest(w->store, &w->arena, &row, &e);
    assert_int_equal(row.id, id);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
}

static void only_changes_are_written(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new();
    struct err e;
    int64_t id = 0;
    char key[32];

    for (int i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "column.%06d", i);
        kept_set_bool(k, key, i % 2);
    }
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    int before = sqlite3_total_changes(w->store->db);
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_int_equal(sqlite3_total_changes(w->store->db), before);
    kept_set_bool(k, "column.000000", false); /* as it was */
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_int_equal(sqlite3_total_changes(w->store->db), before);
    kept_set_bool(k, "column.000000", true);
    kept_remove(k, "column.000001");
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_int_equal(sqlite3_total_changes(w->store->db), before + 3); /* with the title's row */
    assert_true(journeys_save(w->store, &id, "another title", k, &e));
    assert_int_equal(sqlite3_total_changes(w->store->db), before + 4);
    for (int i = 0; i < 20000; i++) { /* more than is noted one by one */
        snprintf(key, sizeof key, "column.%06d", i);
        kept_set_int(k, key, i);
    }
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    struct journeys_row row;
    struct kept *back = journeys_load(w->store, id, &w->arena, &row, &e);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
}

static void lists_and_removes(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new();
    const struct journeys_row *rows;
    struct undo_step step = {"l", "b", "a"};
    struct err e;
    int64_t ids[40] = {0};
    size_t n;

    for (int i = 0; i < 40; i++) {
        clock_freeze(1000 + i);
        assert_true(journeys_save(w->store, &ids[i], "t", k, &e));
    }
    assert_true(journeys_list(w->store, &w->arena, &rows, &n, &e));
    assert_int_equal(n, 40);
    assert_int_equal(rows[0].id, ids[39]);
    assert_int_equal(rows[39].id, ids[0]);
    assert_true(undo_push(w->store, ids[3], "", &step, &e));
    assert_true(journeys_remove(w->store, ids[3], &e));
    assert_true(journeys_remove(w->store, ids[3], &e)); /* gone is gone */
    assert_false(undo_back(w->store, ids[3], "", &w->arena, &step, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_null(journeys_load(w->store, ids[3], &w->arena, &(struct journeys_row){0}, &e));
    assert_true(journeys_list(w->store, &w->arena, &rows, &n, &e));
    assert_int_equal(n, 39);
    /* removed in another window while this one goes on: it comes back whole */
    kept_set_text(k, "x", "y");
    assert_true(journeys_save(w->store, &ids[3], "t", k, &e));
    struct journeys_row row;
    struct kept *back = journeys_load(w->store, ids[3], &w->arena, &row, &e);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
}

static int64_t count_of(struct world *w, const char *sql)
{
    struct query q;
    struct err e;

    query_open(&q, w->store, sql, "count", &e);
    assert_true(query_row(&q));
    int64_t n = column_int(&q, 0);
    assert_true(query_close(&q));
    return n;
}

/* A year later: what nobody touched, and the runs that ended; never one that did not end. */
static void what_is_old_is_forgotten(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new();
    struct journeys_row row;
    struct err e;
    int64_t id[2] = {0};

    kept_set_text(k, "target.stream", "s");
    kept_set_int(k, "reached", 4);
    kept_set_bool(k, "opened", true);
    for (size_t i = 0; i < 2; i++)
        assert_true(journeys_save(w->store, &id[i], "t", k, &e));
    kept_free(k);
    assert_true(journeys_prune(w->store, &e));
    assert_int_equal(count_of(w, "SELECT count(*) FROM journey"), 2);
    assert_int_equal(
        sqlite3_exec(w->store->db,
                     "UPDATE journey SET updated = 5 WHERE id = 1;"
                     "INSERT INTO run(id, target, kind, plan, host, boot, pid, pid_start, started, "
                     "ended) VALUES(1,'t',0,'','','',1,1,1,9),(2,'t',0,'','','',1,1,1,0);"
                     "INSERT INTO entry(run, step, name, intent, state, time) "
                     "VALUES(1,'','','',0,1),(2,'','','',0,1);",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_true(journeys_prune(w->store, &e));
    assert_int_equal(count_of(w, "SELECT count(*) FROM journey"), 1);
    assert_int_equal(count_of(w, "SELECT count(DISTINCT journey) FROM kept"), 1);
    assert_int_equal(count_of(w, "SELECT min(id) FROM run"), 2);
    assert_int_equal(count_of(w, "SELECT min(run) FROM entry"), 2);
    const struct journeys_row *rows;
    size_t n;
    assert_true(journeys_list(w->store, &w->arena, &rows, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].stream, "s");
    assert_int_equal(rows[0].reached, 4);
    assert_true(rows[0].opened);
    assert_null(journeys_load(w->store, id[0], &w->arena, &row, &e));
}

static void undo_and_redo(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new();
    struct undo_step step;
    const char *undo, *redo;
    struct err e;
    int64_t id = 0;
    char label[16], before[16], after[16];

    assert_true(journeys_save(w->store, &id, "t", k, &e));
    kept_free(k);
    assert_false(undo_back(w->store, id, "", &w->arena, &step, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    for (int i = 0; i < 500; i++) {
        snprintf(label, sizeof label, "l%d", i);
        snprintf(before, sizeof before, "%d", i);
        snprintf(after, sizeof after, "%d", i + 1);
        assert_true(undo_push(w->store, id, "", &(struct undo_step){label, before, after}, &e));
    }
    assert_true(undo_back(w->store, id, "", &w->arena, &step, &e));
    assert_string_equal(step.label, "l499");
    assert_string_equal(step.before, "499");
    assert_true(undo_back(w->store, id, "", &w->arena, &step, &e));
    reopen(w);
    assert_true(undo_labels(w->store, id, "", &w->arena, &undo, &redo, &e));
    assert_string_equal(undo, "l497");
    assert_string_equal(redo, "l498");
    assert_true(undo_forward(w->store, id, "", &w->arena, &step, &e));
    assert_string_equal(step.after, "499");
    assert_true(undo_push(w->store, id, "", &(struct undo_step){"new", "a", "b"}, &e));
    assert_false(
        undo_forward(w->store, id, "", &w->arena, &step, &e)); /* the other branch is gone */
    assert_int_equal(e.kind, ERR_MISSING);
    for (int i = 0; i < 500; i++)
        assert_true(undo_back(w->store, id, "", &w->arena, &step, &e));
    assert_string_equal(step.before, "0");
    assert_false(undo_back(w->store, id, "", &w->arena, &step, &e));
    assert_true(undo_labels(w->store, id, "", &w->arena, &undo, &redo, &e));
    assert_null(undo);
    assert_string_equal(redo, "l0");
}

/* Steps that an older file keeps in its own way stay, with what was undone of them. */
static void undo_of_an_older_file(void **state)
{
    struct world *w = *state;
    struct undo_step step;
    struct err e;

    assert_int_equal(sqlite3_exec(w->store->db,
                                  "DROP TABLE undo_step; CREATE TABLE undo(journey INTEGER NOT NULL"
                                  " REFERENCES journey ON DELETE CASCADE, seq INTEGER NOT NULL,"
                                  " undone INTEGER NOT NULL DEFAULT 0, label TEXT NOT NULL,"
                                  " before TEXT NOT NULL, after TEXT NOT NULL,"
                                  " PRIMARY KEY(journey, seq)) WITHOUT ROWID;"
                                  "INSERT INTO journey(id, title, updated) VALUES(7, 'x', 1);"
                                  "INSERT INTO undo VALUES(7, 2, 1, 'l2', 'b2', 'a2'),"
                                  " (7, 1, 0, 'l1', 'b1', 'a1')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    reopen(w);
    assert_true(undo_forward(w->store, 7, "", &w->arena, &step, &e));
    assert_string_equal(step.after, "a2");
    assert_true(undo_back(w->store, 7, "", &w->arena, &step, &e));
    assert_true(undo_back(w->store, 7, "", &w->arena, &step, &e));
    assert_string_equal(step.before, "b1");
    assert_false(undo_back(w->store, 7, "", &w->arena, &step, &e));
}

/* A file whose steps tell not of which screen they are: all are choices. */
static void undo_of_each_screen(void **state)
{
    struct world *w = *state;
    struct undo_step step;
    struct err e;

    assert_int_equal(sqlite3_exec(w->store->db,
                                  "DROP INDEX undo_of; ALTER TABLE undo_step DROP COLUMN of;"
                                  "INSERT INTO journey(id, title, updated) VALUES(7, 'x', 1);"
                                  "INSERT INTO undo_step(journey, label, before, after)"
                                  " VALUES(7, 'l1', 'b1', 'a1')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    reopen(w);
    assert_true(undo_push(w->store, 7, "field", &(struct undo_step){"f", "b", "a"}, &e));
    assert_true(undo_back(w->store, 7, "", &w->arena, &step, &e));
    assert_string_equal(step.label, "l1");
    assert_true(undo_push(w->store, 7, "field", &(struct undo_step){"g", "b", "a"}, &e));
    assert_true(undo_forward(w->store, 7, "", &w->arena, &step, &e)); /* not of this branch */
    assert_string_equal(step.label, "l1");
    assert_true(undo_back(w->store, 7, "field", &w->arena, &step, &e));
    assert_string_equal(step.label, "g");
}

static void in_memory(void **state)
{
    struct err e;
    struct store *s = store_open_memory(&e);
    struct kept *k = kept_new();
    struct arena a;
    struct journeys_row row;
    int64_t id = 0;

    (void)state;
    arena_init(&a);
    assert_non_null(s);
    assert_string_equal(store_file(s), "");
    kept_set_int(k, "x", 1);
    assert_true(journeys_save(s, &id, "t", k, &e));
    struct kept *back = journeys_latest(s, &a, &row, &e);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
    store_close(s);
    store_close(NULL);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(is_private),
        with_store(journeys_survive),
        with_store(only_changes_are_written),
        with_store(lists_and_removes),
        with_store(what_is_old_is_forgotten),
        with_store(undo_and_redo),
        with_store(undo_of_an_older_file),
        with_store(undo_of_each_screen),
        cmocka_unit_test(in_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
