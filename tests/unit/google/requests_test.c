#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* A case file a call (tests/cases/requests, see the README there): the whole request, the answer as
 * Google gives it, what is decoded. Every call that a header declares has one, and every request is
 * held against Google's discovery documents. */

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/base/safe.h"
#include "tests/unit/google/calls.h"
#include "tests/unit/google/request_text.h"
#include "tests/unit/google/requests.h"
#include "tests/unit/google/run.h"

#include <dirent.h>
#include <unistd.h>

#define CASES   TESTS_DIR "/cases/requests"
#define HEADERS TESTS_DIR "/../api/google"

enum { NOW = 1763798400, FILE_MOST = 256 * 1024, MOST_CASES = 256 };

static const struct request_call *const groups[] = {cloud_calls, compute_calls, datastream_calls};

const struct request_call *request_call(const char *name)
{
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        for (const struct request_call *c = groups[g]; c->name; c++)
            if (str_eq(c->name, name))
                return c;
    return NULL;
}

/* --- what was decoded --- */

void show(struct str *out, const char *name, const char *value)
{
    char text[4096];
    safe_text(text, sizeof text, value); /* foreign text: nothing that a terminal would obey */
    str_printf(out, "= %s %s", name, text);
    while (out->bytes && out->text[out->bytes - 1] == ' ') /* an empty one: nothing at the end */
        out->text[--out->bytes] = '\0';
    str_addc(out, '\n');
}

void show_int(struct str *out, const char *name, long long value)
{
    str_printf(out, "= %s %lld\n", name, value);
}

void show_bool(struct str *out, const char *name, bool value)
{
    show(out, name, value ? "true" : "false");
}

void show_labels(struct str *out, const struct google_labels *labels)
{
    for (size_t i = 0; i < labels->n; i++)
        str_printf(out, "= label %s: %s\n", labels->items[i].key, labels->items[i].value);
}

void show_nothing(const struct task *t, struct str *out)
{
    (void)t;
    str_add(out, "= done\n");
}

const char *nth(const char *group, size_t i)
{
    static char text[64];
    snprintf(text, sizeof text, "%s[%zu]", group, i);
    return text;
}

/* whoami and permissions are no calls of rest.c: they have no operation */
static bool has_operation(const char *call)
{
    return !str_eq(call, "google_whoami") && !str_eq(call, "projects_test_permissions");
}

static void show_operation(const struct task *t, struct str *out)
{
    size_t n;
    const struct google_validation *v = google_validations(t, &n);
    if (google_operation_name(t))
        show(out, "operation", google_operation_name(t));
    if (google_adopted(t))
        str_add(out, "= adopted\n");
    for (size_t i = 0; i < n; i++) {
        show(out, nth("validation", i), v[i].state_text);
        show(out, "  code", v[i].code);
        show(out, "  description", v[i].description);
        for (size_t k = 0; k < v[i].n_messages; k++)
            show(out, "  message", v[i].messages[k]);
    }
}

static void show_error(const struct err *e, struct str *out)
{
    const char *resource = str_eq(e->resource, w.file) ? "(the login's file)" : e->resource;
    str_printf(out, "! %s %s%s\n", err_kind_name(e->kind), e->reason,
               e->retryable ? ", may pass" : "");
    str_printf(out, "! what %s\n! why %s\n! hint %s\n! resource%s%s\n", e->what, e->why, e->hint,
               *resource ? " " : "", resource);
}

/* --- one case --- */

#define ACTING                                                                                     \
    "{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"            \
    "\"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"                       \
    "ci@" P ".iam.gserviceaccount.com:generateAccessToken\",\"delegates\":["                       \
    "\"projects/-/serviceAccounts/deploy@" P ".iam.gserviceaccount.com\"],"                        \
    "\"source_credentials\":" PERSON "}"

static void open_world(const struct request_case *c)
{
    world_open(&w, str_eq(c->login, "impersonated") ? ACTING : PERSON);
    google_use_project(w.google, P);
    if (!*c->login)
        world_token(&w);
    for (size_t i = 0; i < c->n; i++)
        server_rule(&w.server, (struct rule){c->exchanges[i].method, NULL, c->exchanges[i].status,
                                             c->exchanges[i].headers, c->exchanges[i].body, 1});
}

static bool is_part(const struct request_case *c, const struct seen *q)
{
    return *c->login || !str_starts(q->target, "/oauth2.googleapis.com/");
}

static void render(const struct request_case *c, struct str *out)
{
    size_t at = 0;
    str_add(out, str_text(&c->head));
    for (size_t i = 0; i < w.server.n_seen; i++) {
        if (!is_part(c, &w.server.seen[i]))
            continue;
        request_write(&w.server.seen[i], out);
        if (at < c->n)
            str_add(out, str_text(&c->exchanges[at].raw));
        at++;
        str_addc(out, '\n');
    }
    if (at < c->n)
        str_printf(out, "%zu answers were not asked for\n", c->n - at);
}

static void run_case(const struct request_case *c, struct str *out)
{
    const struct request_call *call = request_call(c->call);
    struct str decoded = {0};
    if (!call)
        fail_msg("%s: no call of the name '%s'", c->file, c->call);
    open_world(c);
    struct task *t = call->start(w.google, c->with);
    assert_true(net_until(w.net, t));
    if (has_operation(c->call))
        show_operation(t, &decoded);
    if (task_state(t) == TASK_OK)
        call->show(t, &decoded);
    else
        show_error(task_error(t), &decoded);
    render(c, out);
    str_add(out, str_text(&decoded));
    task_drop(t);
    str_done(&decoded);
}

/* --- all of them --- */

static char *names[MOST_CASES];
static size_t n_names;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_cases(void **state)
{
    (void)state;
    DIR *d = opendir(CASES);
    assert_non_null(d);
    for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
        if (str_ends(entry->d_name, ".case")) {
            assert_true(n_names < MOST_CASES);
            names[n_names++] = strdup(entry->d_name);
        }
    closedir(d);
    qsort(names, n_names, sizeof *names, by_name);
    return 0;
}

static int forget_cases(void **state)
{
    (void)state;
    while (n_names)
        free(names[--n_names]);
    return 0;
}

static void read_case(const char *name, struct request_case *c)
{
    struct str text = {0};
    struct err e;
    char path[512];
    snprintf(path, sizeof path, CASES "/%s", name);
    if (!path_read(path, FILE_MOST, &text, &e))
        fail_msg("%s: %s", path, e.why);
    request_case_read(name, str_text(&text), c);
    str_done(&text);
}

static void accept_case(const char *name, const struct str *got)
{
    char path[512];
    snprintf(path, sizeof path, CASES "/%s", name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(str_text(got), f);
    fclose(f);
}

/* The first line that differs, on both sides. */
static bool differs(const char *name, const char *got, const char *want)
{
    const char *a = got, *b = want, *line_a = got, *line_b = want;
    int line = 1;
    for (; *a && *a == *b; a++, b++)
        if (*a == '\n') {
            line_a = a + 1;
            line_b = b + 1;
            line++;
        }
    if (*a == *b)
        return false;
    print_error("%s:%d: %.*s\n    instead of: %.*s\n", name, line, (int)strcspn(line_a, "\n"),
                line_a, (int)strcspn(line_b, "\n"), line_b);
    return true;
}

static FILE *sent; /* every request of every case, as the checker reads them */

/* STROM_ACCEPT_CASES=1 writes requests and decoded lines anew: look at the diff then. */
static void every_case_holds(void **state)
{
    (void)state;
    size_t wrong = 0;
    clock_freeze(NOW);
    for (size_t i = 0; i < n_names; i++) {
        struct request_case c;
        struct str got = {0};
        read_case(names[i], &c);
        run_case(&c, &got);
        if (sent)
            request_log(&w.server, sent);
        if (getenv("STROM_ACCEPT_CASES"))
            accept_case(names[i], &got);
        else
            wrong += differs(names[i], str_text(&got), str_text(&c.text));
        world_close(&w);
        request_case_done(&c);
        str_done(&got);
    }
    clock_freeze(0);
    assert_true(n_names > 60);
    assert_int_equal(wrong, 0);
}

/* The same once more with a log, for the checker: nothing refused, no warning. */
static void every_request_is_googles(void **state)
{
    char log[] = "/tmp/strom-requests-XXXXXX", command[512], said[4096];
    if (access(SHARED_DIR "/tools/check_requests.py", R_OK) != 0) {
        print_message("the discovery documents are not there (../shared): not held against them\n");
        skip();
    }
    int fd = mkstemp(log);
    assert_true(fd >= 0);
    sent = fdopen(fd, "w");
    assert_non_null(sent);
    every_case_holds(state);
    fclose(sent);
    sent = NULL;
    snprintf(command, sizeof command, "python3 " SHARED_DIR "/tools/check_requests.py %s 2>&1",
             log);
    int status = run_command(command, said, sizeof said);
    unlink(log);
    assert_int_equal(status, 0);
    assert_non_null(strstr(said, " 0 refused, 0 warnings"));
}

/* --- none is left out --- */

static bool has_case(const char *call)
{
    bool found = false;
    for (size_t i = 0; i < n_names && !found; i++) {
        struct request_case c;
        read_case(names[i], &c);
        found = str_eq(c.call, call);
        request_case_done(&c);
    }
    return found;
}

/* "struct task *NAME(" at the start of a line, of a header that others include. */
static size_t look_through(const char *text)
{
    static const char mark[] = "\nstruct task *";
    size_t missing = 0;
    if (strstr(text, "Inside api/google") || strstr(text, "For the service files of this folder"))
        return 0;
    for (const char *at = strstr(text, mark); at; at = strstr(at + 1, mark)) {
        char name[128];
        const char *from = at + strlen(mark);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(from, "("), from);
        if (request_call(name) && has_case(name))
            continue;
        print_error("%s has no case in tests/cases/requests\n", name);
        missing++;
    }
    return missing;
}

static void every_call_has_a_case(void **state)
{
    (void)state;
    size_t missing = 0, headers = 0;
    DIR *d = opendir(HEADERS);
    assert_non_null(d);
    for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
        char path[512];
        struct str text = {0};
        struct err e;
        if (!str_ends(entry->d_name, ".h"))
            continue;
        snprintf(path, sizeof path, HEADERS "/%s", entry->d_name);
        assert_true(path_read(path, FILE_MOST, &text, &e));
        missing += look_through(str_text(&text));
        headers++;
        str_done(&text);
    }
    closedir(d);
    assert_true(headers > 10);
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_has_a_case),
        cmocka_unit_test(every_case_holds),
        cmocka_unit_test(every_request_is_googles),
    };
    return cmocka_run_group_tests(tests, list_cases, forget_cases);
}
