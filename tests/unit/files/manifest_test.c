/* The .case files of tests/cases/manifest: what is asked, the outcome, the text before, and after
 * (for "by hand": the reason and the lines to paste). STROM_WRITE_CASES=1 writes what came out, to
 * be read before it is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/files/manifest.h"
#include "tests/unit/files/each_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER TESTS_DIR "/cases/manifest/"

enum { MOST_BYTES = 1 << 20 };

struct told {
    char verb[16], outcome[16];
    char instance[64], database[64], user[64];
    char *before, *after;
    const char *path;
};

static void tell_ask(struct told *c, const char *line)
{
    char word[64];
    int used;
    assert_int_equal(sscanf(line, "%15s%n", c->verb, &used), 1);
    for (line += used; sscanf(line, "%63s%n", word, &used) == 1; line += used) {
        char *value = strchr(word, '=');
        assert_non_null(value);
        *value++ = '\0';
        char *to = str_eq(word, "instance")   ? c->instance
                   : str_eq(word, "database") ? c->database
                                              : c->user;
        assert_true(str_copy(to, 64, value));
    }
}

/* The newline before "=== after" belongs to the file's form, not to the text. */
static void tell(struct told *c, char *text, const char *path)
{
    *c = (struct told){.path = path};
    char *outcome = strchr(text, '\n'), *before = strstr(text, "=== before\n");
    char *after = strstr(text, "\n=== after\n");
    assert_true(outcome && before && after);
    *outcome++ = '\0';
    tell_ask(c, text);
    before[-1] = '\0';
    assert_true(str_copy(c->outcome, sizeof c->outcome, outcome));
    *after = '\0';
    c->before = before + strlen("=== before\n");
    c->after = after + strlen("\n=== after\n");
}

static const char *or_null(const char *s)
{
    return *s ? s : NULL;
}

static const char *run(struct arena *a, const struct told *c, const char **text)
{
    static const char *const names[] = {"unchanged", "patched", "by hand"};
    struct manifest_ask ask = {or_null(c->instance), or_null(c->database), c->user};
    struct manifest_result r;
    struct err e = {0};
    bool undo = str_eq(c->verb, "unpatch");
    bool ok = undo ? manifest_unpatch(a, "nais.yaml", c->before, &ask, &r, &e)
                   : manifest_patch(a, "nais.yaml", c->before, &ask, &r, &e);
    *text = "";
    if (!ok) {
        assert_int_equal(e.kind, ERR_MISSING);
        *text = arena_printf(a, "%s\n", e.why);
        return "missing";
    }
    if (r.outcome == MANIFEST_PATCHED) {
        *text = r.text;
        assert_true(str_starts(r.diff, "--- a/nais.yaml\n+++ b/nais.yaml\n@@ -"));
    }
    if (r.outcome == MANIFEST_BY_HAND)
        *text = arena_printf(a, "%s\n%s", r.reason, r.paste);
    return names[r.outcome];
}

/* What was patched has everything: a second time there is nothing to do, and undoing it leads back.
 */
static void check_again(struct arena *a, const struct told *c, const char *text)
{
    struct manifest_ask ask = {or_null(c->instance), or_null(c->database), c->user};
    struct manifest_result r;
    struct err e;
    bool undo = str_eq(c->verb, "unpatch");
    assert_true(undo ? manifest_unpatch(a, "x", text, &ask, &r, &e)
                     : manifest_patch(a, "x", text, &ask, &r, &e));
    assert_int_equal(r.outcome, MANIFEST_UNCHANGED);
}

static void rewrite(const struct told *c, const char *outcome, const char *text)
{
    FILE *f = fopen(c->path, "w");
    assert_non_null(f);
    fprintf(f, "%s%s%s%s%s%s%s\n%s\n=== before\n%s\n=== after\n%s", c->verb,
            *c->instance ? " instance=" : "", c->instance, *c->database ? " database=" : "",
            c->database, " user=", c->user, outcome, c->before, text);
    fclose(f);
}

static void check_case(const char *name)
{
    char path[1024];
    struct str file = {0};
    struct err e;
    struct arena a;
    struct told c;
    arena_init(&a);
    snprintf(path, sizeof path, "%s%s", FOLDER, name);
    assert_true(path_read(path, MOST_BYTES, &file, &e));
    tell(&c, file.text, path);
    const char *text, *outcome = run(&a, &c, &text);
    if (!str_eq(outcome, c.outcome))
        print_error("%s: %s: %s\n", name, outcome, text);
    if (!getenv("STROM_WRITE_CASES"))
        assert_string_equal(outcome, c.outcome);
    if (getenv("STROM_WRITE_CASES"))
        rewrite(&c, outcome, text);
    else if (!str_eq(text, c.after))
        fail_msg("%s gave:\n%s", name, text);
    if (str_eq(outcome, "patched"))
        check_again(&a, &c, text);
    arena_done(&a);
    str_done(&file);
}

static void test_cases(void **state)
{
    (void)state;
    assert_true(each_case(FOLDER, check_case) >= 70);
}

static const char sample[] = "kind: Application\n"
                             "metadata:\n"
                             "  name: app\n"
                             "spec:\n"
                             "  gcp:\n"
                             "    sqlInstances:\n"
                             "      - type: POSTGRES_16\n"
                             "        diskAutoresizeLimit: 50\n"
                             "        flags:\n"
                             "          - name: cloudsql.logical_decoding\n"
                             "            value: on\n"
                             "        databases:\n"
                             "          - name: a\n"
                             "            envVarPrefix: DB_{{x}}\n"
                             "            users:\n"
                             "              - name: metabase\n"
                             "              - name: datastream\n";

static void test_reading(void **state)
{
    (void)state;
    struct arena a;
    struct manifest m;
    struct err e;
    arena_init(&a);
    assert_true(manifest_read(&a, sample, &m, &e));
    assert_string_equal(m.app, "app");
    assert_string_equal(m.kind, "Application");
    assert_int_equal(m.n_instances, 1);
    const struct manifest_instance *in = &m.instances[0];
    assert_null(in->name);
    assert_string_equal(in->type, "POSTGRES_16");
    assert_string_equal(in->flag, "on");
    assert_false(in->logical_decoding); /* without quotes it is a boolean */
    assert_false(in->disk_autoresize);
    assert_string_equal(in->disk_limit, "50");
    assert_int_equal(in->line, 7);
    assert_string_equal(in->databases[0].env_prefix, "DB_{{x}}");
    assert_int_equal(in->databases[0].n_users, 2);
    assert_string_equal(in->databases[0].users[1], "datastream");
    assert_true(manifest_read(&a, "", &m, &e));
    assert_int_equal(m.n_instances, 0);
    assert_false(manifest_read(&a, "a: [", &m, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    arena_done(&a);
}

static void test_names_that_do_not_fit(void **state)
{
    (void)state;
    struct arena a;
    struct manifest_result r;
    struct err e = {0};
    arena_init(&a);
    assert_false(
        manifest_patch(&a, "x", sample, &(struct manifest_ask){NULL, NULL, "a\nb"}, &r, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    arena_done(&a);
}

/* Any byte changed, any part cut off: an answer or an error, and an edited file still reads. */
static void test_hostile_text(void **state)
{
    (void)state;
    static const char marks[] = "-:[]{}#&*!|>'\"%@` \n\tx";
    char text[sizeof sample];
    uint32_t seed = 3;
    for (int round = 0; round < 4000; round++) {
        memcpy(text, sample, sizeof sample);
        for (int change = 0; change < 1 + round % 4; change++) {
            seed = seed * 1664525u + 1013904223u;
            text[(seed >> 8) % (sizeof sample - 1)] = marks[(seed >> 3) % (sizeof marks - 1)];
        }
        if (round % 3 == 0)
            text[(seed >> 12) % (sizeof sample - 1)] = '\0';
        struct arena a;
        struct manifest_result r;
        struct err e;
        arena_init(&a);
        struct manifest_ask ask = {NULL, NULL, "ny"};
        if (manifest_patch(&a, "x", text, &ask, &r, &e) && r.outcome == MANIFEST_PATCHED)
            assert_true(strlen(r.text) > strlen(text));
        (void)manifest_unpatch(&a, "x", text, &ask, &r, &e);
        arena_done(&a);
    }
}

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    struct err e;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(path_write(path, text, strlen(text), false, &e));
}

static void test_finding(void **state)
{
    (void)state;
    char folder[] = "/tmp/strom-manifest-XXXXXX", path[512];
    assert_non_null(mkdtemp(folder));
    static const char *const folders[] = {".nais", ".nais/prod"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    put_file(folder, ".nais/dev.yaml", sample);
    put_file(folder, ".nais/alerts.yaml", "kind: PrometheusRule\n");
    put_file(folder, ".nais/dev-vars.json", "{\"sqlInstances\": 1}");
    put_file(folder, ".nais/prod/nais.yml", sample);
    put_file(folder, "nais.yaml", sample);
    snprintf(path, sizeof path, "%s/.nais/link.yaml", folder);
    assert_int_equal(symlink("dev.yaml", path), 0);
    put_file(folder, ".nais/qa.yaml", "");
    snprintf(path, sizeof path, "%s/.nais/qa.yaml", folder); /* too large to be read */
    assert_int_equal(truncate(path, MANIFEST_MAX_BYTES + 1), 0);
    struct arena a;
    struct err e;
    const char **paths;
    size_t n;
    arena_init(&a);
    assert_true(manifest_find(&a, folder, &paths, &n, &e));
    assert_int_equal(n, 4);
    assert_string_equal(paths[0], ".nais/dev.yaml");
    assert_string_equal(paths[1], ".nais/prod/nais.yml");
    assert_string_equal(paths[2], ".nais/qa.yaml"); /* whoever reads it tells why not */
    assert_string_equal(paths[3], "nais.yaml");
    assert_false(manifest_find(&a, "/nowhere/at/all", &paths, &n, &e));
    arena_done(&a);
    static const char *const made[] = {".nais/dev.yaml",
                                       ".nais/alerts.yaml",
                                       ".nais/dev-vars.json",
                                       ".nais/prod/nais.yml",
                                       ".nais/link.yaml",
                                       ".nais/qa.yaml",
                                       "nais.yaml"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, made[i]);
        unlink(path);
    }
    for (size_t i = 2; i-- > 0;) {
        snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        rmdir(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_names_that_do_not_fit),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
