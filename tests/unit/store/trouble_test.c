#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/store/journeys.h"
#include "api/store/lock.h"
#include "api/store/undo.h"
#include "tests/unit/store/world.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A child writes as fast as it can and is killed; what it said to be saved must be there. */
static void killed_while_writing(void **state)
{
    struct world *w = *state;
    struct journeys_row row;
    struct err e;
    int64_t said;

    for (int round = 0; round < 8; round++) {
        int told[2];
        assert_int_equal(pipe(told), 0);
        pid_t pid = fork();
        if (pid == 0) {
            struct store *s = store_open(w->folder, &e);
            struct kept *k = kept_new();
            int64_t id = 0;
            if (!s)
                _exit(1);
            for (int64_t i = 1;; i++) {
                kept_set_int(k, "i", i);
                kept_set_int(k, "twice", 2 * i);
                if (!journeys_save(s, &id, "t", k, &e))
                    _exit(2);
                struct undo_step step = {"l", "b", "a"};
                if (!undo_push(s, id, "", &step, &e) || write(told[1], &i, sizeof i) != sizeof i)
                    _exit(3);
            }
        }
        close(told[1]);
        int64_t until = clock_mono_ms() + 20 + INT64_C(7) * round;
        for (said = 0; clock_mono_ms() < until;)
            assert_int_equal(read(told[0], &said, sizeof said), sizeof said);
        kill(pid, SIGKILL);
        while (read(told[0], &said, sizeof said) == sizeof said)
            ;
        close(told[0]);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        reopen(w);
        assert_null(store_notice(w->store));
        struct kept *k = journeys_latest(w->store, &w->arena, &row, &e);
        assert_non_null(k);
        assert_in_range(kept_int(k, "i", 0), said, said + 1);
        assert_int_equal(kept_int(k, "twice", 0), 2 * kept_int(k, "i", 0));
        kept_free(k);
    }
}

static void write_file(const char *folder, const char *name, const char *bytes, size_t n, off_t at)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && pwrite(fd, bytes, n, at) == (ssize_t)n);
    close(fd);
}

static void damaged_is_moved_aside(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new();
    struct journeys_row row;
    struct err e;
    int64_t id = 0;
    char rubbish[5000];

    kept_set_int(k, "x", 1);
    memset(rubbish, 'x', sizeof rubbish);
    clock_freeze(1795338900);
    for (off_t at = 0; at < 9000; at += 4096) { /* the header, and pages behind it */
        id = 0;
        assert_true(journeys_save(w->store, &id, "t", k, &e));
        store_close(w->store);
        write_file(w->folder, "strom.db", rubbish, sizeof rubbish, at);
        w->store = open_or_fail(w->folder);
        assert_non_null(strstr(store_notice(w->store), "damaged"));
        assert_true(store_healthy(w->store));
        assert_null(journeys_latest(w->store, &w->arena, &row, &e));
    }
    assert_int_equal(folder_count(w->folder, "strom.db.damaged-2026-11-22T09:15:00Z"), 3);
    reopen(w);
    assert_null(store_notice(w->store));
    kept_free(k);
}

static void damaged_while_running(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new();
    struct err e;
    int64_t id = 0;
    bool saved = false;
    char rubbish[4096];

    memset(rubbish, 'x', sizeof rubbish);
    for (int i = 0; i < 2000; i++) {
        snprintf(rubbish, 32, "key%d", i);
        kept_set_text(k, rubbish, "some text that fills pages");
    }
    memset(rubbish, 'x', sizeof rubbish);
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    reopen(w);                               /* nothing in the WAL */
    sqlite3_db_release_memory(w->store->db); /* nothing in the cache */
    for (off_t at = 4096; at < (off_t)40 * 4096; at += 4096)
        write_file(w->folder, "strom.db", rubbish, sizeof rubbish, at);
    assert_false(journeys_save(w->store, &id, "t", k, &e));
    assert_string_equal(e.reason, "DAMAGED");
    assert_false(store_healthy(w->store));
    saved = journeys_save(w->store, &id, "t", k, &e); /* the next change begins anew */
    assert_true(saved);
    assert_true(store_healthy(w->store));
    assert_non_null(store_notice(w->store));
    struct journeys_row row;
    struct kept *back = journeys_latest(w->store, &w->arena, &row, &e);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
}

static void newer_is_refused(void **state)
{
    struct world *w = *state;
    struct err e;

    assert_true(store_run(w->store, "PRAGMA user_version=99"));
    store_close(w->store);
    w->store = NULL;
    assert_null(store_open(w->folder, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.reason, "NEWER_VERSION");
    assert_non_null(strstr(e.why, "newer version"));
    assert_int_equal(folder_count(w->folder, "damaged"), 0);
}

static void another_programs_file_is_left_alone(void **state)
{
    struct world *w = *state;
    struct err e;

    assert_true(store_run(w->store, "PRAGMA application_id=5"));
    store_close(w->store);
    w->store = NULL;
    assert_null(store_open(w->folder, &e));
    assert_string_equal(e.reason, "NOT_OURS");
    assert_int_equal(folder_count(w->folder, "damaged"), 0);
}

static void disk_full(void **state)
{
    struct world *w = *state;
    struct kept *k = kept_new(), *back;
    struct journeys_row row;
    struct err e;
    int64_t id = 0;
    char *big = malloc(1000001);

    kept_set_text(k, "small", "x");
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_true(store_run(w->store, "PRAGMA max_page_count=40"));
    memset(big, 'x', 1000000);
    big[1000000] = '\0';
    kept_set_text(k, "big", big);
    assert_false(journeys_save(w->store, &id, "t", k, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_string_equal(e.reason, "DISK_FULL");
    assert_true(e.hint[0]);
    assert_false(store_healthy(w->store));
    back = journeys_latest(w->store, &w->arena, &row, &e); /* what was saved before is whole */
    assert_string_equal(kept_text(back, "small", ""), "x");
    assert_false(kept_has(back, "big"));
    kept_free(back);
    assert_true(store_run(w->store, "PRAGMA max_page_count=100000")); /* room again */
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_true(store_healthy(w->store));
    back = journeys_latest(w->store, &w->arena, &row, &e);
    assert_true(kept_eq(k, back));
    kept_free(back);
    kept_free(k);
    free(big);
}

/* Writing fails in the middle of a file, whatever the reason: an error, and nothing half done. */
static void write_error(void **state)
{
    struct world *w = *state;
    int status = 0;
    struct err e;

    store_close(w->store);
    w->store = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s = store_open(w->folder, &e);
        struct kept *k = kept_new();
        int64_t id = 0;
        kept_set_int(k, "a", 1);
        if (!s || !journeys_save(s, &id, "t", k, &e))
            _exit(10);
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit = {200000, 200000};
        setrlimit(RLIMIT_FSIZE, &limit);
        char *big = malloc(500001);
        memset(big, 'y', 500000);
        big[500000] = '\0';
        kept_set_text(k, "big", big);
        if (journeys_save(s, &id, "t", k, &e))
            _exit(11);
        _exit(e.kind == ERR_SYSTEM && e.hint[0] && !store_healthy(s) ? 0 : 12);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    w->store = open_or_fail(w->folder);
    struct journeys_row row;
    struct kept *back = journeys_latest(w->store, &w->arena, &row, &e);
    assert_int_equal(kept_int(back, "a", 0), 1);
    assert_false(kept_has(back, "big"));
    kept_free(back);
}

static void folder_that_cannot_be_written(void **state)
{
    struct world *w = *state;
    int status = 0;
    char file[600];

    snprintf(file, sizeof file, "%s/plain", w->folder);
    write_file(w->folder, "plain", "x", 1, 0);
    struct err e;
    assert_null(store_open(file, &e)); /* a file stands where the folder should be */
    assert_int_equal(e.kind, ERR_SYSTEM);
    snprintf(file, sizeof file, "%s/shut", w->folder);
    assert_int_equal(mkdir(file, 0555), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && (chmod(w->folder, 0755) != 0 || setuid(65534) != 0))
            _exit(10);
        if (store_open(file, &e))
            _exit(11);
        _exit(e.kind == ERR_SYSTEM && strcmp(e.reason, "READ_ONLY") == 0 && e.hint[0] ? 0 : 12);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    rmdir(file);
}

/* Another program holds the file: an error within the promised time, and the next try works. */
static void busy(void **state)
{
    struct world *w = *state;
    struct store *other = open_or_fail(w->folder);
    struct kept *k = kept_new();
    struct err e;
    int64_t id = 0;

    kept_set_int(k, "x", 1);
    assert_true(store_run(other, "BEGIN IMMEDIATE"));
    int64_t from = clock_mono_ms();
    assert_false(journeys_save(w->store, &id, "t", k, &e));
    assert_true(clock_mono_ms() - from < 5000); /* the other one never lets go */
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_true(e.retryable);
    assert_int_equal(id, 0);
    assert_true(store_run(other, "COMMIT"));
    assert_true(journeys_save(w->store, &id, "t", k, &e));
    store_close(other);
    kept_free(k);
}

/* What was changed meanwhile can be undone, in its order, and a lock does not stay. */
static void busy_writes_come_late(void **state)
{
    struct world *w = *state;
    struct store *other = open_or_fail(w->folder);
    const struct undo_step steps[] = {{"one", "a", "b"}, {"two", "b", "c"}};
    struct undo_step got;
    struct kept *k = kept_new();
    struct err e;
    int64_t id = 0;

    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_true(lock_take(w->store, "t", &w->arena, NULL, &e));
    assert_true(store_run(other, "BEGIN IMMEDIATE"));
    for (size_t i = 0; i < 2; i++)
        assert_true(undo_push(w->store, id, "", &steps[i], &e));
    assert_false(lock_give(w->store, "t", &e));
    assert_false(lock_give(w->store, "t", &e));
    assert_string_equal(e.reason, "BUSY");
    assert_false(undo_back(w->store, id, "", &w->arena, &got, &e)); /* not the one before */
    assert_string_equal(e.reason, "BUSY");
    assert_true(store_run(other, "ROLLBACK"));
    assert_true(undo_back(w->store, id, "", &w->arena, &got, &e));
    assert_string_equal(got.label, "two");
    assert_true(undo_back(w->store, id, "", &w->arena, &got, &e));
    assert_string_equal(got.label, "one");
    assert_false(undo_back(w->store, id, "", &w->arena, &got, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_true(store_run(other, "UPDATE lock SET since = 1"));
    assert_int_equal(sqlite3_changes(other->db), 0);
    kept_free(k);
    store_close(other);
}

/* Also when the store is closed before the next change. */
static void busy_writes_come_with_the_end(void **state)
{
    struct world *w = *state;
    struct store *other = open_or_fail(w->folder);
    const struct undo_step step = {"one", "a", "b"};
    struct undo_step got;
    struct kept *k = kept_new();
    struct err e;
    int64_t id = 0;

    assert_true(journeys_save(w->store, &id, "t", k, &e));
    assert_true(store_run(other, "BEGIN IMMEDIATE"));
    assert_true(undo_push(w->store, id, "", &step, &e));
    assert_true(store_run(other, "ROLLBACK"));
    store_close(w->store);
    w->store = other;
    assert_true(undo_back(w->store, id, "", &w->arena, &got, &e));
    kept_free(k);
}

/* Several at once, from the first moment on: all open, all save, nothing is lost. */
static void many_programs(void **state)
{
    struct world *w = *state;
    pid_t pids[6];
    const struct journeys_row *rows;
    struct err e;
    size_t n;

    store_close(w->store);
    w->store = NULL;
    char path[600];
    for (const char *const *suffix = (const char *const[]){"", "-wal", "-shm", NULL}; *suffix;
         suffix++) {
        snprintf(path, sizeof path, "%s/strom.db%s", w->folder, *suffix);
        unlink(path);
    }
    for (int i = 0; i < 6; i++) {
        pids[i] = fork();
        if (pids[i] != 0)
            continue;
        struct store *s = store_open(w->folder, &e);
        if (s == NULL) {
            fprintf(stderr, "%s: %s\n", e.what, e.why);
            _exit(4);
        }
        struct kept *k = kept_new();
        int64_t id = 0, end = clock_mono_ms() + 20000;
        int saved = 0;
        while (saved < 50 && clock_mono_ms() < end) {
            kept_set_int(k, "i", saved);
            if (journeys_save(s, &id, "t", k, &e))
                saved++;
            else if (e.kind != ERR_CONFLICT)
                _exit(2);
        }
        store_close(s);
        _exit(saved == 50 ? 0 : 3);
    }
    for (int i = 0; i < 6; i++) {
        int status = 0;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    w->store = open_or_fail(w->folder);
    assert_true(journeys_list(w->store, &w->arena, &rows, &n, &e));
    assert_int_equal(n, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(killed_while_writing),
        with_store(damaged_is_moved_aside),
        with_store(damaged_while_running),
        with_store(newer_is_refused),
        with_store(another_programs_file_is_left_alone),
        with_store(disk_full),
        with_store(write_error),
        with_store(folder_that_cannot_be_written),
        with_store(busy),
        with_store(busy_writes_come_late),
        with_store(busy_writes_come_with_the_end),
        with_store(many_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
