/* A review as lines: one text for the screen, plain output and Markdown. */

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/review_inside.h"
#include "api/plan/said.h"

#include <assert.h>
#include <string.h>

enum { LISTED = 150 }; /* of what is not sensitive, a heading: a comment takes 64 KiB */

void review_add(struct review_writer *w, enum review_line_kind kind, enum review_tone tone,
                const char *text)
{
    struct review_lines *l = w->out;

    if ((l->n & (l->n - 1)) == 0) { /* full at every power of two */
        struct review_line *more = arena_array(w->a, struct review_line, l->n ? l->n * 2 : 1);
        if (l->n)
            memcpy(more, l->items, l->n * sizeof *more);
        l->items = more;
    }
    l->items[l->n++] = (struct review_line){kind, tone, text};
}

void review_head(struct review_writer *w, const char *text)
{
    review_add(w, REVIEW_HEAD, REVIEW_PLAIN, text);
}

void review_detail(struct review_writer *w, const char *text)
{
    review_add(w, REVIEW_DETAIL, REVIEW_PLAIN, text);
}

void review_note(struct review_writer *w, const char *text)
{
    review_add(w, REVIEW_NOTE, REVIEW_PLAIN, text);
}

const char *review_word(struct review_writer *w, const char *text)
{
    return said_word(w->a, text);
}

enum review_tone review_tone_of(enum compare_kind kind)
{
    static const enum review_tone tones[] = {[COMPARE_STARTS] = REVIEW_ADDED,
                                             [COMPARE_STOPS] = REVIEW_REMOVED,
                                             [COMPARE_CHANGED] = REVIEW_CHANGED,
                                             [COMPARE_NEW] = REVIEW_PLAIN,
                                             [COMPARE_GONE] = REVIEW_PLAIN};

    assert((size_t)kind < sizeof tones / sizeof *tones);
    return tones[kind];
}

/* --- the rest, table by table --- */

static bool is_of(const struct review_column *c, enum compare_kind kind)
{
    return c->c->kind == kind && (c->level == RULES_NONE || review_is_listed(c->c));
}

static void put_column(struct review_writer *w, const struct review_column *c, struct str *out)
{
    const struct selection_column *known = c->c->is ? c->c->is : c->c->was;

    str_printf(out, "%s%s", out->bytes ? ", " : "", review_word(w, c->c->name));
    if (!str_is_empty(known->type))
        str_printf(out, " %s", review_word(w, known->type));
    if (c->level != RULES_NONE)
        str_printf(out, " (%s)", tr(rules_level_name(c->level)));
    if (c->c->kind == COMPARE_CHANGED && (c->c->what & COMPARE_TYPE))
        str_printf(out, " (%s %s)", tr("before"), review_word(w, c->c->was->type));
}

/* Columns of that table that the database has and the file has no word of. */
static uint32_t n_unlisted(const struct review *r, const struct compare_column *c)
{
    const struct selection *seen = r->in->live.seen;
    size_t table, column;
    uint32_t n = 0;

    if (seen == NULL || !selection_find(seen, c->schema, c->table, &table))
        return 0;
    for (size_t i = 0; i < seen->tables[table].n_columns; i++)
        n += !selection_find_column(c->table_is, seen->tables[table].columns[i].name, &column);
    return n;
}

/* Of a table none of which flowed before, or of which nothing is left. */
static const char *whole_or_part(struct review_writer *w, const struct compare_column *c)
{
    const char *table = said_name(w->a, c->schema, c->table, NULL);
    const struct selection_table *is = c->table_is;
    bool flow = c->kind == COMPARE_STARTS || c->kind == COMPARE_STOPS;

    if (!flow || !compare_is_whole(c))
        return table;
    if (c->kind == COMPARE_STARTS) {
        uint32_t n_columns = (uint32_t)is->n_columns + n_unlisted(w->r, c);
        if (is->n_included < n_columns)
            return arena_printf(w->a, tr("%s, new: %u of its %u columns"), table, is->n_included,
                                n_columns);
    }
    return arena_printf(w->a, tr("%s, the whole table"), table);
}

static bool same_table(const struct review_column *a, const struct review_column *b)
{
    return str_eq(a->c->table, b->c->table) && str_eq(a->c->schema, b->c->schema);
}

/* Of the table of column i: told above. */
static size_t count_above(const struct review *r, enum compare_kind kind, size_t i)
{
    const struct review_column *here = &r->columns[i];
    size_t n = 0;

    while (i > 0 && same_table(&r->columns[i - 1], here))
        i--;
    for (; i < r->n_columns && same_table(&r->columns[i], here); i++)
        n += r->columns[i].c->kind == kind && !is_of(&r->columns[i], kind);
    return n;
}

/* The columns of one table, from i on; returns where the next table begins. */
static size_t put_table(struct review_writer *w, enum compare_kind kind, size_t i, bool tell)
{
    const struct review_column *columns = w->r->columns, *first = &columns[i];
    size_t above = tell ? count_above(w->r, kind, i) : 0;
    struct str names = {0};

    for (; i < w->r->n_columns && same_table(&columns[i], first); i++)
        if (tell && is_of(&columns[i], kind))
            put_column(w, &columns[i], &names);
    if (names.bytes) {
        review_add(w, REVIEW_ITEM, review_tone_of(kind), whole_or_part(w, first->c));
        if (above)
            str_printf(&names, tr("; and above, sensitive: %zu"), above);
        review_detail(w, arena_str(w->a, str_text(&names)));
    }
    str_done(&names);
    return i;
}

static void rest(struct review_writer *w, enum compare_kind kind, const char *heading)
{
    const struct review *r = w->r;
    size_t tables = 0;

    for (size_t i = 0; i < r->n_columns;) {
        if (!is_of(&r->columns[i], kind)) {
            i++;
            continue;
        }
        if (tables++ == 0)
            review_head(w, heading);
        i = put_table(w, kind, i, tables <= LISTED);
    }
    if (tables > LISTED)
        review_note(
            w, arena_printf(w->a, tr("and %zu more tables; --json has them all"), tables - LISTED));
}

static const char *or_nothing(struct review_writer *w, const char *text)
{
    return text ? review_word(w, text) : tr("nothing");
}

static void settings(struct review_writer *w)
{
    const struct comparison *c = &w->r->change;

    if (c->n_settings)
        review_head(w, tr("Settings"));
    for (size_t i = 0; i < c->n_settings; i++)
        review_add(
            w, REVIEW_ITEM, REVIEW_CHANGED,
            arena_printf(w->a, tr("%s: %s before, %s now"), review_word(w, c->settings[i].path),
                         or_nothing(w, c->settings[i].was), or_nothing(w, c->settings[i].is)));
}

static void rules(struct review_writer *w)
{
    const struct review *r = w->r;

    if (r->n_rules)
        review_head(w, tr("The team's own rules (sensitivity.json)"));
    for (size_t i = 0; i < r->n_rules; i++)
        review_add(w, REVIEW_ITEM, r->rules[i].gone ? REVIEW_REMOVED : REVIEW_ADDED,
                   arena_printf(w->a, r->rules[i].gone ? tr("no longer: %s (%s)") : "%s (%s)",
                                review_word(w, r->rules[i].text),
                                review_word(w, r->rules[i].reason)));
}

/* --- what it takes, what it leaves, what has drifted --- */

static const char *kind_word(const char *kind)
{
    static const char *const words[][2] = {{"migration", "migration"}, {"grant", "grant"},
                                           {"manifest", "manifest"},   {"backfill", "backfill"},
                                           {"bigquery", "BigQuery"},   {"recreate", "a new stream"},
                                           {"command", "command"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(words[i][0], kind))
            return tr(words[i][1]);
    return kind;
}

static void needs(struct review_writer *w)
{
    const struct review *r = w->r;

    if (r->n_needs)
        review_head(w, tr("What it needs besides"));
    for (size_t i = 0; i < r->n_needs && i < LISTED; i++)
        review_add(
            w, REVIEW_ITEM, REVIEW_PLAIN,
            arena_printf(w->a, r->needs[i].sure ? "%s: %s" : tr("%s, where it is not done yet: %s"),
                         kind_word(r->needs[i].kind), r->needs[i].text));
    if (r->n_needs > LISTED)
        review_note(w, arena_printf(w->a, tr("and %zu more"), r->n_needs - LISTED));
}

static void unwritten(struct review_writer *w, const struct review_stay *s)
{
    const char *name = said_name(w->a, s->schema, s->table, s->column);

    review_add(
        w, REVIEW_ITEM, REVIEW_ALARM,
        arena_printf(w->a,
                     s->anothers
                         ? tr("%s: another table that flows arrives under the same name; look "
                              "before anything is deleted")
                         : tr("%s: its name cannot be written into a statement safely"),
                     name));
}

static void stays(struct review_writer *w)
{
    const struct review *r = w->r;
    bool renamed = false;

    if (r->n_stays == 0)
        return;
    review_head(w, tr("What it does not do"));
    review_note(
        w,
        tr("What has arrived in BigQuery stays there. Once the change has been applied, this takes "
           "it away; BigQuery's time travel keeps it for up to seven days more:"));
    for (size_t i = 0; i < r->n_stays; i++)
        if (r->stays[i].sql && i < LISTED)
            review_add(w, REVIEW_CODE, REVIEW_PLAIN, r->stays[i].sql);
    if (r->n_stays > LISTED)
        review_note(w, tr("and more; --json has them all"));
    for (size_t i = 0; i < r->n_stays; i++) {
        renamed = renamed || (r->stays[i].sql && r->stays[i].renamed);
        if (r->stays[i].sql == NULL)
            unwritten(w, &r->stays[i]);
    }
    if (renamed)
        review_note(
            w,
            tr("Some of these names are no plain ones: look up what BigQuery calls them first."));
}

static enum review_tone drift_tone(const struct drift_item *d)
{
    bool wide = d->kind == DRIFT_SELECTION && d->table == NULL;
    bool broken = d->kind == DRIFT_COLUMN && d->live == NULL && str_eq(d->agreed, "flows");

    return broken || d->graver || (d->unagreed && (wide || d->level != RULES_NONE))
               ? REVIEW_ALARM
               : REVIEW_CHANGED;
}

static void drift_line(struct review_writer *w, const struct drift_item *x)
{
    review_add(w, REVIEW_ITEM, drift_tone(x), drift_text(x, w->a));
}

static bool is_of_table(const struct drift_item *x, const struct drift_item *first)
{
    return first->table && str_eq(x->table, first->table) && str_eq(x->schema, first->schema);
}

/* What is said of one table stands together, where the worst of it stands. At most `most`. */
static size_t by_table(const struct drift *d, size_t n, const struct drift_item **out, size_t most,
                       struct arena *a)
{
    bool *taken = arena_array(a, bool, n + 1);
    size_t told = 0;

    memset(taken, 0, n + 1);
    for (size_t i = 0; i < n && told < most; i++) {
        if (taken[i])
            continue;
        out[told++] = &d->items[i];
        for (size_t k = i + 1; k < n && told < most; k++)
            if (!taken[k] && is_of_table(&d->items[k], &d->items[i])) {
                taken[k] = true;
                out[told++] = &d->items[k];
            }
    }
    return told;
}

static void drifted(struct review_writer *w)
{
    const struct drift *d = &w->r->drift;
    const struct drift_item *items[LISTED];
    size_t n = d->n - d->n_unlisted;

    if (n)
        review_head(w, tr("Drift: what runs is not what was agreed on"));
    size_t told = by_table(d, n, items, LISTED, w->a);
    for (size_t i = 0; i < told; i++)
        drift_line(w, items[i]);
    if (n > LISTED)
        review_note(w, arena_printf(w->a, tr("and %zu more"), n - LISTED));
}

/* Tables by name; of one that is known the columns. */
static void news(struct review_writer *w)
{
    const struct drift *d = &w->r->drift;

    if (d->n_unlisted)
        review_head(w, w->r->lists_off ? tr("New in the database, not in the file, and off")
                                       : tr("In the database, not in the file, and off"));
    if (d->n_unlisted && !w->r->lists_off)
        review_note(w, tr("The file lists only tables that flow: which of these are new cannot be "
                          "told."));
    for (size_t i = d->n - d->n_unlisted, n = 0; i < d->n && n < LISTED; i++, n++) {
        const struct drift_item *x = &d->items[i];
        const char *name = said_name(w->a, x->schema, x->table, x->column);
        review_add(w, REVIEW_ITEM, REVIEW_PLAIN,
                   x->level == RULES_NONE
                       ? name
                       : arena_printf(w->a, "%s (%s)", name, tr(rules_level_name(x->level))));
    }
    if (d->n_unlisted > LISTED)
        review_note(w, arena_printf(w->a, tr("and %zu more"), d->n_unlisted - LISTED));
}

void review_lines(const struct review *r, struct arena *a, struct review_lines *out)
{
    struct review_writer w = {.r = r, .a = a, .out = out};

    *out = (struct review_lines){0};
    review_add_totals(&w);
    review_add_sensitive(&w);
    review_add_silenced(&w);
    rest(&w, COMPARE_STARTS, tr("Starts flowing"));
    rest(&w, COMPARE_STOPS, tr("Stops flowing"));
    rest(&w, COMPARE_CHANGED, tr("Described otherwise"));
    settings(&w);
    rules(&w);
    needs(&w);
    stays(&w);
    drifted(&w);
    news(&w);
    rest(&w, COMPARE_NEW, tr("New, and off"));
    rest(&w, COMPARE_GONE, tr("Not listed any more"));
}

char review_sign(enum review_tone t)
{
    static const char signs[] = {' ', '+', '-', '~', '!'};

    assert((size_t)t < sizeof signs);
    return signs[t];
}
