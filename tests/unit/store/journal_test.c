#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/store/holder.h"
#include "api/store/journal.h"
#include "api/store/lock.h"
#include "tests/unit/store/world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void a_run_from_begin_to_end(void **state)
{
    struct world *w = *state;
    struct journal_run run = {.target = "p/l/s", .kind = JOURNAL_CHANGE, .plan = "{\"version\":1}"};
    struct journal_entry first = {.step = "bigquery.dataset", .name = "d", .intent = "{}"};
    struct journal_entry second = {
        .step = "datastream.stream", .name = "s", .intent = "{\"a\":1}", .request_id = "r-1"};
    const struct journal_entry *entries;
    const struct journal_run *runs;
    struct err e;
    size_t n;

    clock_freeze(5000);
    assert_true(journal_begin(w->store, &run, &w->arena, &e));
    assert_true(run.id > 0 && run.pid == getpid() && run.started == 5000);
    first.run = second.run = run.id;
    assert_true(journal_intent(w->store, &first, &e));
    assert_true(journal_intent(w->store, &second, &e));
    assert_true(second.id > first.id);
    clock_freeze(6000);
    assert_true(journal_result(w->store, first.id, JOURNAL_DONE, "{\"etag\":\"x\"}", &e));
    assert_true(journal_sent(w->store, second.id, "operations/7", &e));
    reopen(w);
    assert_true(journal_unfinished(w->store, "p/l/s", &w->arena, &runs, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(runs[0].plan, "{\"version\":1}");
    assert_int_equal(runs[0].kind, JOURNAL_CHANGE);
    assert_true(runs[0].alive);
    assert_null(runs[0].outcome);
    assert_true(journal_entries(w->store, runs[0].id, &w->arena, &entries, &n, &e));
    assert_int_equal(n, 2);
    assert_int_equal(entries[0].state, JOURNAL_DONE);
    assert_string_equal(entries[0].result, "{\"etag\":\"x\"}");
    assert_null(entries[0].request_id);
    assert_null(entries[0].operation);
    assert_int_equal(entries[1].state, JOURNAL_SENT);
    assert_string_equal(entries[1].operation, "operations/7");
    assert_string_equal(entries[1].request_id, "r-1");
    assert_int_equal(entries[1].time, 6000);
    /* a failure later keeps the operation's name */
    assert_true(journal_result(w->store, second.id, JOURNAL_FAILED, NULL, &e));
    assert_true(journal_entries(w->store, runs[0].id, &w->arena, &entries, &n, &e));
    assert_string_equal(entries[1].operation, "operations/7");
    assert_int_equal(entries[1].state, JOURNAL_FAILED);
    assert_true(journal_end(w->store, run.id, "failed", &e));
    assert_true(journal_unfinished(w->store, NULL, &w->arena, &runs, &n, &e));
    assert_int_equal(n, 0);
    assert_true(journal_runs(w->store, "p/l/s", 10, &w->arena, &runs, &n, &e));
    assert_int_equal(n, 1);
    assert_string_equal(runs[0].outcome, "failed");
    assert_false(runs[0].alive);
}

static void lists_by_target(void **state)
{
    struct world *w = *state;
    const struct journal_run *runs;
    struct err e;
    size_t n;

    for (int i = 0; i < 30; i++) {
        struct journal_run run = {
            .target = i % 3 ? "a" : "b", .kind = JOURNAL_CREATE, .plan = "{}"};
        assert_true(journal_begin(w->store, &run, &w->arena, &e));
        if (i % 2)
            assert_true(journal_end(w->store, run.id, "created", &e));
    }
    assert_true(journal_unfinished(w->store, NULL, &w->arena, &runs, &n, &e));
    assert_int_equal(n, 15);
    assert_true(runs[0].id > runs[14].id);
    assert_true(journal_unfinished(w->store, "b", &w->arena, &runs, &n, &e));
    assert_int_equal(n, 5);
    assert_true(journal_runs(w->store, NULL, 7, &w->arena, &runs, &n, &e));
    assert_int_equal(n, 7);
    assert_true(journal_runs(w->store, "none", 7, &w->arena, &runs, &n, &e));
    assert_int_equal(n, 0);
    assert_null(runs);
}

/* An entry needs its run; a fault leaves no half change behind. */
static void refuses_strays(void **state)
{
    struct world *w = *state;
    struct journal_entry stray = {.run = 999, .step = "x", .name = "x", .intent = "{}"};
    struct err e;

    assert_false(journal_intent(w->store, &stray, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_int_equal(stray.id, 0);
    assert_true(sqlite3_get_autocommit(w->store->db));
}

/* Killed at any moment: every intent that was said to be committed is there, and its run is not
 * alive. */
static void killed_in_a_run(void **state)
{
    struct world *w = *state;
    const struct journal_entry *entries;
    const struct journal_run *runs;
    struct err e;
    size_t n;
    int64_t said = 0;
    int told[2];

    assert_int_equal(pipe(told), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s = store_open(w->folder, &e);
        struct journal_run run = {.target = "t", .kind = JOURNAL_CREATE, .plan = "{}"};
        if (!s || !journal_begin(s, &run, &w->arena, &e))
            _exit(1);
        for (int64_t i = 1;; i++) {
            struct journal_entry entry = {.run = run.id, .step = "s", .name = "n", .intent = "{}"};
            if (!journal_intent(s, &entry, &e) || write(told[1], &i, sizeof i) != sizeof i)
                _exit(2);
        }
    }
    close(told[1]);
    while (said < 25)
        assert_int_equal(read(told[0], &said, sizeof said), sizeof said);
    kill(pid, SIGKILL);
    while (read(told[0], &said, sizeof said) == sizeof said)
        ;
    close(told[0]);
    siginfo_t ended = {0}; /* until it is asked for it is a zombie: its number is taken still */
    assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
    reopen(w);
    assert_true(journal_unfinished(w->store, "t", &w->arena, &runs, &n, &e));
    assert_int_equal(n, 1);
    assert_false(runs[0].alive);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(journal_unfinished(w->store, "t", &w->arena, &runs, &n, &e));
    assert_int_equal(n, 1);
    assert_false(runs[0].alive);
    assert_int_equal(runs[0].pid, pid);
    assert_true(journal_entries(w->store, runs[0].id, &w->arena, &entries, &n, &e));
    assert_in_range(n, said, said + 1);
    assert_int_equal(entries[n - 1].state, JOURNAL_INTENT);
}

/* --- who it is --- */

static void knows_processes(void **state)
{
    struct holder self, other;
    struct rlimit usual;

    (void)state;
    holder_self(&self);
    assert_true(self.pid == getpid() && self.pid_start > 0 && self.boot[0]);
    assert_true(holder_alive(&self) && holder_here(&self));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, usual.rlim_max}); /* nothing can be opened, and */
    holder_self(&other); /* who holds a lock knows it for its own */
    setrlimit(RLIMIT_NOFILE, &usual);
    assert_true(holder_same(&self, &other));
    other = self;
    other.pid_start++; /* the number was given to a younger one */
    assert_false(holder_alive(&other));
    assert_false(holder_same(&self, &other));
    other = self;
    other.pid = 0;
    assert_false(holder_alive(&other));
    other = self;
    str_copy(other.boot, sizeof other.boot, "an earlier start"); /* same host: gone with it */
    assert_false(holder_alive(&other));
    str_copy(other.host, sizeof other.host, "elsewhere"); /* cannot be asked: believed */
    assert_true(holder_alive(&other));
    assert_false(holder_here(&other));
    other = self; /* a container of this machine: its numbers are not ours */
    snprintf(other.boot, sizeof other.boot, "%.*s pid:[1]", (int)strcspn(self.boot, " "),
             self.boot);
    other.pid = 1;
    other.pid_start = 12345;
    assert_true(holder_alive(&other));
    assert_false(holder_here(&other));
    other = self;
    str_copy(other.host, sizeof other.host, "renamed"); /* a laptop in another network */
    assert_true(holder_here(&other));
}

/* --- locks --- */

static void one_at_a_time(void **state)
{
    struct world *w = *state;
    struct lock_holder holder = {0};
    struct err e;
    int ready[2] = {-1, -1}, go[2] = {-1, -1}, status = 0;
    char c;

    assert_true(pipe(ready) == 0 && pipe(go) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(go[1]);
        struct store *s = store_open(w->folder, &e);
        bool ok = s && lock_take(s, "t", &w->arena, NULL, &e);
        if (write(ready[1], ok ? "y" : "n", 1) != 1)
            _exit(1);
        ok = ok && read(go[0], &c, 1) == 1 && lock_give(s, "t", &e);
        store_close(s);
        _exit(ok ? 0 : 1);
    }
    assert_true(read(ready[0], &c, 1) == 1 && c == 'y');
    assert_false(lock_take(w->store, "t", &w->arena, &holder, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_string_equal(e.reason, "LOCKED");
    assert_int_equal(holder.pid, pid);
    assert_true(holder.here && holder.host && holder.since > 0);
    assert_true(lock_give(w->store, "t", &e)); /* not ours: nothing happens */
    assert_false(lock_take(w->store, "t", &w->arena, NULL, &e));
    assert_true(lock_take(w->store, "another", &w->arena, NULL, &e));
    assert_int_equal(write(go[1], "x", 1), 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true(lock_take(w->store, "t", &w->arena, NULL, &e));
    struct lock_holder from = {.pid = 1};
    assert_true(lock_take(w->store, "t", &w->arena, &from, &e)); /* ours already */
    assert_int_equal(from.pid, 0);
    assert_true(lock_give(w->store, "t", &e));
    close(ready[0]);
    close(ready[1]);
    close(go[0]);
    close(go[1]);
}

static void heals_itself(void **state)
{
    struct world *w = *state;
    struct lock_holder from;
    struct err e;
    int ready[2] = {-1, -1};
    char c, ending[64];

    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s = store_open(w->folder, &e);
        bool ok = s && lock_take(s, "t", &w->arena, NULL, &e);
        if (write(ready[1], ok ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    assert_true(read(ready[0], &c, 1) == 1 && c == 'y');
    assert_false(lock_take(w->store, "t", &w->arena, NULL, &e));
    snprintf(ending, sizeof ending, "end it (kill %d)", (int)pid);
    assert_non_null(strstr(e.hint, ending));
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(lock_take(w->store, "t", &w->arena, &from, &e));
    assert_int_equal(from.pid, pid); /* so that it can be said */
    assert_true(from.here);
    close(ready[0]);
    close(ready[1]);
}

static void believes_other_machines(void **state)
{
    struct world *w = *state;
    struct lock_holder holder = {0};
    struct err e;

    clock_freeze(1000 + 23 * 3600);
    assert_true(store_run(w->store, "INSERT INTO lock VALUES('t', 'elsewhere', 'b', 17, 4, 1000)"));
    assert_false(lock_take(w->store, "t", &w->arena, &holder, &e));
    assert_false(holder.here);
    assert_string_equal(holder.host, "elsewhere");
    assert_int_equal(holder.since, 1000);
    assert_non_null(strstr(e.hint, "believed for a day")); /* nothing that there is no way to do */
    clock_freeze(1001 + 24 * 3600);
    assert_true(lock_take(w->store, "t", &w->arena, &holder, &e));
    assert_string_equal(holder.host, "elsewhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(a_run_from_begin_to_end),
        with_store(lists_by_target),
        with_store(refuses_strays),
        with_store(killed_in_a_run),
        cmocka_unit_test(knows_processes),
        with_store(one_at_a_time),
        with_store(heals_itself),
        with_store(believes_other_machines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
