#include "api/plan/compare.h"

#include "api/base/str.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct compare_options compare_files = {.told = COMPARE_TYPE | COMPARE_LEVEL |
                                                      COMPARE_CATEGORIES | COMPARE_REASON,
                                              .settings = COMPARE_SETTINGS_ALL,
                                              .off = true};
const struct compare_options compare_stream = {.settings = COMPARE_SETTINGS_TOLD};

struct job {
    const struct compare_options *o;
    struct arena *mem;
    struct compare_column *columns;
    size_t n, room;
    struct comparison *out;
};

/* --- both sides in one order --- */

static int by_table(const void *left, const void *right)
{
    const struct selection_table *const *a = left, *const *b = right;
    int order = strcmp((*a)->schema, (*b)->schema);

    return order ? order : strcmp((*a)->name, (*b)->name);
}

static int by_column(const void *left, const void *right)
{
    const struct selection_column *const *a = left, *const *b = right;

    return strcmp((*a)->name, (*b)->name);
}

static const struct selection_table **tables_of(const struct selection *s, struct arena *a)
{
    const struct selection_table **sorted =
        arena_array(a, const struct selection_table *, s->n_tables + 1);

    for (size_t i = 0; i < s->n_tables; i++)
        sorted[i] = &s->tables[i];
    qsort(sorted, s->n_tables, sizeof *sorted, by_table);
    return sorted;
}

static const struct selection_column **columns_of(const struct selection_table *t, struct arena *a)
{
    size_t n = t ? t->n_columns : 0;
    const struct selection_column **sorted = arena_array(a, const struct selection_column *, n + 1);

    for (size_t i = 0; i < n; i++)
        sorted[i] = &t->columns[i];
    qsort(sorted, n, sizeof *sorted, by_column);
    return sorted;
}

/* --- a column --- */

static bool same_ack(const struct selection_ack *a, const struct selection_ack *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return str_eq(a->reason, b->reason) && str_eq(a->reference, b->reference) &&
           str_eq(a->by, b->by) && str_eq(a->at, b->at);
}

static unsigned differs(const struct selection_column *was, const struct selection_column *is)
{
    return (str_eq(was->type, is->type) ? 0u : COMPARE_TYPE) |
           (was->level == is->level ? 0u : COMPARE_LEVEL) |
           (was->categories == is->categories ? 0u : COMPARE_CATEGORIES) |
           (same_ack(was->ack, is->ack) || !was->included || !is->included ? 0u : COMPARE_REASON);
}

static enum compare_kind kind_of(const struct selection_column *was,
                                 const struct selection_column *is, unsigned what, bool off)
{
    bool flowed = was && was->included, flows = is && is->included;

    if (flows != flowed)
        return flows ? COMPARE_STARTS : COMPARE_STOPS;
    if (was && is)
        return what ? COMPARE_CHANGED : COMPARE_KINDS;
    if (!off)
        return COMPARE_KINDS;
    return is ? COMPARE_NEW : COMPARE_GONE;
}

static void add(struct job *j, const struct compare_column *c)
{
    if (j->n == j->room) {
        size_t room = j->room ? j->room * 2 : 64;
        struct compare_column *more = arena_array(j->mem, struct compare_column, room);
        if (j->n)
            memcpy(more, j->columns, j->n * sizeof *more);
        j->columns = more;
        j->room = room;
    }
    j->columns[j->n++] = *c;
    j->out->count[c->kind]++;
}

static void compare_column(struct job *j, const struct selection_table *before,
                           const struct selection_table *now, const struct selection_column *was,
                           const struct selection_column *is)
{
    const struct selection_table *t = now ? now : before;
    assert(was || is); /* listed on one side at least */
    struct compare_column c = {.what = was && is ? differs(was, is) & j->o->told : 0,
                               .schema = t->schema,
                               .table = t->name,
                               .name = is ? is->name : was->name,
                               .was = was,
                               .is = is,
                               .table_was = before,
                               .table_is = now};

    c.kind = kind_of(was, is, c.what, j->o->off);
    if (c.kind != COMPARE_KINDS)
        add(j, &c);
}

/* --- tables --- */

static void compare_table(struct job *j, const struct selection_table *was,
                          const struct selection_table *is)
{
    struct arena mem = {0};
    const struct selection_column **old = columns_of(was, &mem), **now = columns_of(is, &mem);
    size_t n_old = was ? was->n_columns : 0, n_now = is ? is->n_columns : 0;

    for (size_t a = 0, b = 0; a < n_old || b < n_now;) {
        int order = a == n_old ? 1 : b == n_now ? -1 : strcmp(old[a]->name, now[b]->name);
        compare_column(j, was, is, order <= 0 ? old[a] : NULL, order >= 0 ? now[b] : NULL);
        a += order <= 0;
        b += order >= 0;
    }
    j->out->tables_start += is && is->n_included && (was == NULL || was->n_included == 0);
    j->out->tables_stop += was && was->n_included && (is == NULL || is->n_included == 0);
    arena_done(&mem);
}

static void compare_tables(struct job *j, const struct selection *was, const struct selection *is)
{
    struct arena mem = {0};
    const struct selection_table **old = tables_of(was, &mem), **now = tables_of(is, &mem);

    for (size_t a = 0, b = 0; a < was->n_tables || b < is->n_tables;) {
        int order = a == was->n_tables ? 1 : b == is->n_tables ? -1 : by_table(&old[a], &now[b]);
        compare_table(j, order <= 0 ? old[a] : NULL, order >= 0 ? now[b] : NULL);
        a += order <= 0;
        b += order >= 0;
    }
    arena_done(&mem);
}

/* --- settings: a row each, in the order of the file --- */

static const struct {
    const char *path;
    size_t at; /* of a text; 0 stands for freshness, which is a number */
} settings[] = {
/* NOLINTBEGIN(bugprone-macro-parentheses): a member's name stands in none */
#define ROW(part, key)                                                                             \
    {                                                                                              \
#part "." #key, offsetof(struct selection, part.key)                                       \
    }
    /* NOLINTEND(bugprone-macro-parentheses) */
    ROW(source, app),           ROW(source, context),
    ROW(source, namespace),     ROW(source, instance),
    ROW(source, database),      ROW(source, db_user),
    ROW(source, publication),   ROW(source, slot),
    ROW(destination, project),  ROW(destination, dataset_project),
    ROW(destination, location), ROW(destination, dataset),
    ROW(destination, mode),     ROW(destination, freshness_seconds),
    ROW(naming, family),        ROW(naming, stream),
#undef ROW
};

static const char *setting(const struct selection *s, size_t at, struct arena *a)
{
    if (at == offsetof(struct selection, destination.freshness_seconds))
        return s->destination.freshness_seconds < 0
                   ? NULL
                   : arena_printf(a, "%" PRId64, s->destination.freshness_seconds);
    const char *text = *(const char *const *)(const void *)((const char *)s + at);
    return str_is_empty(text) ? NULL : text;
}

static void compare_settings(struct job *j, const struct selection *was, const struct selection *is)
{
    struct compare_setting *rows =
        arena_array(j->mem, struct compare_setting, sizeof settings / sizeof *settings);
    size_t n = 0;

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const char *before = setting(was, settings[i].at, j->mem),
                   *now = setting(is, settings[i].at, j->mem);
        if (j->o->settings == COMPARE_SETTINGS_TOLD && (before == NULL || now == NULL))
            continue;
        if (!str_eq(before, now))
            rows[n++] = (struct compare_setting){settings[i].path, before, now};
    }
    j->out->settings = rows;
    j->out->n_settings = n;
}

void compare(const struct selection *was, const struct selection *is,
             const struct compare_options *o, struct arena *a, struct comparison *out)
{
    struct job j = {.o = o, .mem = a, .out = out};

    *out = (struct comparison){0};
    compare_tables(&j, was, is);
    if (o->settings != COMPARE_SETTINGS_NONE)
        compare_settings(&j, was, is);
    out->columns = j.columns;
    out->n_columns = j.n;
}

const char *compare_kind_name(enum compare_kind k)
{
    static const char *const names[] = {"starts", "stops", "changed", "new", "gone"};

    assert((size_t)k < sizeof names / sizeof *names);
    return names[k];
}

bool compare_is_same(const struct comparison *c)
{
    return c->n_columns == 0 && c->n_settings == 0;
}

bool compare_is_whole(const struct compare_column *c)
{
    const struct selection_table *other = c->kind == COMPARE_STARTS ? c->table_was : c->table_is;

    return other == NULL || other->n_included == 0;
}
