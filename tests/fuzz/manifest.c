/* A manifest, patched: readable, it says what was asked, and every line that was there still is. */

#include "tests/fuzz/fuzz.h"

#include "api/base/str.h"
#include "api/files/manifest.h"

#include <stdlib.h>
#include <string.h>

/* Lines that may be rewritten: flag, autoresize, two lists in one line. */
enum { CHANGED_MOST = 4, LINES_MOST = 400 };

struct lines {
    const char *at[LINES_MOST];
    size_t n[LINES_MOST], count;
};

static bool split(const char *text, struct lines *out)
{
    for (out->count = 0; *text && out->count < LINES_MOST; out->count++) {
        size_t n = strcspn(text, "\n");
        out->at[out->count] = text;
        out->n[out->count] = n > 0 && text[n - 1] == '\r' ? n - 1 : n;
        text += n + (text[n] == '\n');
    }
    return *text == '\0';
}

/* How many lines of `from` are not in `to` in the same order: by the longest common sequence. Texts
 * of very many lines are not counted. */
static size_t lost_lines(const char *from, const char *to)
{
    static struct lines x, y;
    static size_t row[LINES_MOST + 1];
    if (!split(from, &x) || !split(to, &y))
        return 0;
    memset(row, 0, sizeof row);
    for (size_t i = 0; i < x.count; i++) {
        size_t corner = 0;
        for (size_t j = 0; j < y.count; j++) {
            size_t above = row[j + 1];
            bool same = x.n[i] == y.n[j] && memcmp(x.at[i], y.at[j], x.n[i]) == 0;
            row[j + 1] = same ? corner + 1 : above > row[j] ? above : row[j];
            corner = above;
        }
    }
    return x.count - row[y.count];
}

static size_t count_users(const struct manifest *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_instances; i++)
        for (size_t d = 0; d < m->instances[i].n_databases; d++)
            n += m->instances[i].databases[d].n_users;
    return n;
}

static bool has_user(const struct manifest *m, const char *user)
{
    for (size_t i = 0; i < m->n_instances; i++)
        for (size_t d = 0; d < m->instances[i].n_databases; d++)
            for (size_t u = 0; u < m->instances[i].databases[d].n_users; u++)
                if (str_eq(m->instances[i].databases[d].users[u], user))
                    return true;
    return false;
}

static void check_patched(struct arena *a, const char *text, const struct manifest *before,
                          const struct manifest_ask *ask, const struct manifest_result *r)
{
    struct manifest after;
    struct manifest_result again;
    struct err e;
    fuzz_must(r->text && r->diff && !r->reason && !r->paste);
    fuzz_must(manifest_read(a, r->text, &after, &e));
    fuzz_must(after.n_instances == before->n_instances);
    fuzz_must(has_user(&after, ask->user));
    fuzz_must(count_users(&after) == count_users(before) + (r->had_user ? 0 : 1));
    fuzz_must(lost_lines(text, r->text) <= CHANGED_MOST);
    fuzz_must(manifest_patch(a, "x.yaml", r->text, ask, &again, &e));
    fuzz_must(again.outcome == MANIFEST_UNCHANGED && again.had_flag && again.had_autoresize);
    fuzz_must(manifest_unpatch(a, "x.yaml", r->text, ask, &again, &e));
    if (again.outcome == MANIFEST_PATCHED)
        fuzz_must(manifest_read(a, again.text, &after, &e) &&
                  lost_lines(again.text, r->text) <= CHANGED_MOST);
}

static void take_out(struct arena *a, const char *text, const struct manifest *before,
                     const struct manifest_ask *ask)
{
    struct manifest after;
    struct manifest_result r;
    struct err e = {0};
    if (!manifest_unpatch(a, "x.yaml", text, ask, &r, &e)) {
        fuzz_must(e.kind != ERR_NONE);
    } else if (r.outcome == MANIFEST_PATCHED) {
        fuzz_must(manifest_read(a, r.text, &after, &e));
        fuzz_must(after.n_instances == before->n_instances);
        fuzz_must(count_users(&after) + (r.had_user ? 1 : 0) == count_users(before));
        fuzz_must(lost_lines(r.text, text) <= CHANGED_MOST);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct manifest_ask asks[] = {
        {NULL, NULL, "datastream"}, {"orders", "app", "datastream"}, {NULL, NULL, "on"}};
    struct arena a;
    struct err e = {0};
    char *text = fuzz_text(data, size);
    struct manifest before;
    arena_init(&a);
    bool good = manifest_read(&a, text, &before, &e);
    fuzz_must(good || e.kind != ERR_NONE);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        struct manifest_result r;
        if (!manifest_patch(&a, "x.yaml", text, &asks[i], &r, &e))
            continue;
        fuzz_must(r.outcome != MANIFEST_BY_HAND || (r.reason && r.paste));
        if (r.outcome == MANIFEST_PATCHED)
            check_patched(&a, text, &before, &asks[i], &r);
        if (good)
            take_out(&a, text, &before, &asks[i]);
    }
    arena_done(&a);
    free(text);
    return 0;
}
