#include "screens/choose.h"
#include "screens/choose_late.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/undoing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- a step --- */

/* What undo tells: one column by its names, else how many of which table. */
struct done {
    size_t tables, columns;
    struct selection_place first;
    size_t changed; /* columns, with the keys that came along */
};

static void record(struct journey *j, const struct done *d, const size_t *tables, size_t n,
                   struct choose_step *step)
{
    const struct selection_table *t = &j->selection.tables[d->first.table];
    struct str label = {0};

    if (d->columns == 0)
        str_printf(&label,
                   step->n_reasons > 1 ? tr("%s.%s, reasons %zu") : tr("the reason of %s.%s"),
                   t->name, t->columns[d->first.column].name, step->n_reasons);
    else if (d->tables > 1)
        str_printf(&label, tr("tables %zu (%s ...), columns %zu"), d->tables, t->name, d->columns);
    else if (d->columns > 1)
        str_printf(&label, tr("%s, columns %zu"), t->name, d->columns);
    else
        str_printf(&label, "%s.%s", t->name, t->columns[d->first.column].name);
    choose_late_step(j, str_text(&label), step);
    choose_late_tables(j, tables, n);
    str_done(&label);
}

static size_t between(size_t before, size_t after)
{
    return before < after ? after - before : before - after;
}

/* --- choosing --- */

static const char *why_not(const struct journey *j, size_t table, enum selection_answer a)
{
    const struct selection_table *t = &j->selection.tables[table];

    return tr(a == SELECTION_NOT_SELECTABLE && t->why ? t->why : selection_answer_text(a));
}

static void say_answer(struct journey *j, size_t table, enum selection_answer a)
{
    if (a != SELECTION_DONE && a != SELECTION_SAME && a != SELECTION_NEEDS_ACK)
        journey_say(j, MARK_WARN, "%s", why_not(j, table, a));
}

/* Turned on without a question, for its reason was given before: whose word that is, is said. */
static void say_reason(struct journey *j, const struct selection_column *c)
{
    if (c->level != RULES_NONE && c->included && c->ack)
        journey_say(j, MARK_NONE, tr("%s is on again by the reason of %s, %s; e changes it"),
                    c->name, c->ack->by, c->ack->at);
}

enum selection_answer choose_column(struct journey *j, size_t table, size_t column, bool on)
{
    struct choose_step step = {0};

    choose_step_begin(&step, j, table);
    enum selection_answer a = selection_set_column(&j->selection, table, column, on);
    choose_step_end(&step, j, a == SELECTION_DONE);
    say_answer(j, table, a);
    if (a == SELECTION_DONE) {
        struct done d = {1, 1, {(uint32_t)table, (uint32_t)column}, 1};
        record(j, &d, &table, 1, &step);
        say_reason(j, &j->selection.tables[table].columns[column]);
    }
    choose_step_done(&step);
    return a;
}

enum selection_answer choose_table(struct journey *j, size_t table, bool on)
{
    struct choose_step step = {0};
    const struct selection_table *t = &j->selection.tables[table];
    size_t left = 0, again = 0, was = t->n_included;

    choose_step_begin(&step, j, table);
    enum selection_answer a = selection_set_table(&j->selection, table, on);
    choose_step_end(&step, j, a == SELECTION_DONE);
    say_answer(j, table, a);
    if (a != SELECTION_DONE) {
        choose_step_done(&step);
        return a;
    }
    for (size_t i = 0; on && i < t->n_columns; i++)
        *(t->columns[i].included ? &again : &left) += t->columns[i].level != RULES_NONE;
    if (again)
        journey_say(j, MARK_NONE,
                    tr("sensitive columns on by a reason of before: %zu; left out, each in need "
                       "of one: %zu"),
                    again, left);
    else if (left)
        journey_say(j, MARK_NONE,
                    tr("sensitive columns left out: %zu; each needs a reason of its own"), left);
    struct done d = {1, between(was, t->n_included), {(uint32_t)table, 0}, 0};
    record(j, &d, &table, 1, &step);
    choose_step_done(&step);
    return a;
}

/* What did not change, and why. */
struct refusals {
    size_t reasons;  /* for want of one */
    size_t n;        /* for others */
    const char *why; /* the first of those */
};

static void note_refusal(struct refusals *no, const struct journey *j, size_t table,
                         enum selection_answer a)
{
    if (a == SELECTION_NEEDS_ACK)
        no->reasons++;
    else if (a != SELECTION_DONE && a != SELECTION_SAME && no->n++ == 0)
        no->why = why_not(j, table, a);
}

void choose_tables(struct journey *j, const size_t *tables, size_t n, bool on)
{
    struct choose_step step = {0};
    struct refusals no = {0};
    struct done d = {0};
    size_t *which = mem_alloc((n + 1) * sizeof *which);

    for (size_t i = 0; i < n; i++) {
        size_t was = j->selection.tables[tables[i]].n_included;
        choose_step_begin(&step, j, tables[i]);
        enum selection_answer a = selection_set_table(&j->selection, tables[i], on);
        choose_step_end(&step, j, a == SELECTION_DONE);
        note_refusal(&no, j, tables[i], a);
        if (a != SELECTION_DONE)
            continue;
        which[d.tables++] = tables[i];
        d.columns += between(was, j->selection.tables[tables[i]].n_included);
    }
    if (d.tables) {
        d.first.table = (uint32_t)which[0];
        record(j, &d, which, d.tables, &step);
    }
    choose_step_done(&step);
    mem_free(which);
    if (no.reasons)
        journey_say(j, MARK_WARN,
                    tr("tables changed: %zu; with a sensitive key, and in need of a reason: %zu"),
                    d.tables, no.reasons);
    else if (no.n)
        journey_say(j, d.tables ? MARK_OK : MARK_WARN,
                    tr("tables changed: %zu; passed over: %zu (%s)"), d.tables, no.n, no.why);
    else
        journey_say(j, MARK_OK, tr("tables changed: %zu"), d.tables);
}

static void note_done(struct done *d, struct selection_place at)
{
    if (d->columns == 0)
        d->first = at;
    d->columns++;
}

/* Places of a table stand together; each table is recorded, into a step that may hold reasons. */
static struct done set_places(struct journey *j, const struct selection_place *places, size_t n,
                              bool on, struct choose_step *step, struct refusals *no)
{
    struct done d = {0};
    size_t n_tables = 0, *tables = mem_alloc((n + 1) * sizeof *tables);

    for (size_t i = 0; i < n;) {
        size_t table = places[i].table, done = d.columns,
               was = j->selection.tables[table].n_included;
        choose_step_begin(step, j, table);
        for (; i < n && places[i].table == table; i++) {
            enum selection_answer a =
                selection_set_column(&j->selection, table, places[i].column, on);
            note_refusal(no, j, table, a);
            if (a == SELECTION_DONE)
                note_done(&d, places[i]);
        }
        choose_step_end(step, j, d.columns > done);
        d.tables += d.columns > done;
        d.changed += between(was, j->selection.tables[table].n_included);
        tables[n_tables++] = table; /* a reason alone may be new */
    }
    if (d.columns == 0 && n)
        d.first = places[0];
    if (d.columns || step->n_reasons)
        record(j, &d, tables, n_tables, step);
    else
        choose_late_tables(j, tables, n_tables);
    choose_step_done(step);
    mem_free(tables);
    return d;
}

void choose_columns(struct journey *j, const struct selection_place *places, size_t n, bool on)
{
    struct choose_step step = {0};
    struct refusals no = {0};
    size_t changed = set_places(j, places, n, on, &step, &no).columns;

    if (no.reasons)
        journey_say(j, MARK_WARN,
                    tr("columns changed: %zu; sensitive, and in need of a reason (e): %zu"),
                    changed, no.reasons);
    else if (no.n)
        journey_say(j, changed ? MARK_OK : MARK_WARN,
                    tr("columns changed: %zu; passed over: %zu (%s)"), changed, no.n, no.why);
    else if (changed == 0)
        journey_say(j, MARK_NONE,
                    on ? tr("columns changed: 0; they are on already")
                       : tr("columns changed: 0; they are off already"));
    else
        journey_say(j, MARK_OK, tr("columns changed: %zu"), changed);
}

/* Those of the first table, what is turned on besides in it, then the others. */
static void turn_on(struct journey *j, const struct choose_reasoned *r, struct choose_step *step)
{
    struct arena a = {0};
    struct selection_place *all = arena_array(&a, struct selection_place, r->n + r->n_besides + 1);
    struct refusals no = {0};
    struct done d;
    size_t n = 0, i = 0;

    for (; i < r->n && r->places[i].table == r->places[0].table; i++)
        all[n++] = r->places[i];
    for (size_t b = 0; b < r->n_besides; b++)
        all[n++] = r->besides[b];
    for (; i < r->n; i++)
        all[n++] = r->places[i];
    d = set_places(j, all, n, true, step, &no);
    if (no.n)
        journey_say(j, MARK_WARN, "%s", no.why);
    else if (d.columns + r->n > 2)
        journey_say(j, MARK_OK, tr("settled by this reason: %zu; turned on: %zu"), r->n, d.changed);
    arena_done(&a);
}

bool choose_with_reason(struct journey *j, const struct choose_reasoned *r, struct err *e)
{
    char when[CLOCK_TEXT];
    const char *user = j->who[0] ? j->who : getenv("USER");
    struct selection_ack ack = {.reason = r->reason,
                                .reference = r->reference,
                                .by = str_is_empty(user) ? "unknown" : user,
                                .at = clock_rfc3339(clock_wall(), when)};

    struct choose_step step = {0};

    for (size_t i = 0; i < r->n; i++) {
        size_t table = r->places[i].table, column = r->places[i].column;
        const struct selection_column *c = &j->selection.tables[table].columns[column];
        struct choose_reason given = {.at = r->places[i], .was = c->ack};
        if (!selection_acknowledge(&j->selection, table, column, &ack, e)) {
            choose_step_done(&step); /* the first: all have the same texts */
            return false;
        }
        given.is = c->ack;
        choose_step_reason(&step, &given);
    }
    turn_on(j, r, &step);
    return true;
}

/* --- back and forth --- */

static void step(struct journey *j, bool back)
{
    struct arena a = {0};
    struct undo_step s;

    choose_late_all(j);
    if (undoing_step(j, "", back, &a, &s)) {
        choose_restore(j, back ? s.before : s.after, back ? s.after : s.before);
        undoing_say(j, back, &s);
    }
    arena_done(&a);
}

void choose_undo(struct journey *j)
{
    step(j, true);
}

void choose_redo(struct journey *j)
{
    step(j, false);
}
