#include "screens/choose.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/store/undo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEP "\x1f"

/* --- what tables look like, as a line each: schema, table, columns that flow --- */

static void describe(const struct journey *j, size_t table, struct str *out)
{
    const struct selection_table *t = &j->selection.tables[table];

    str_printf(out, "%s" SEP "%s", t->schema, t->name);
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included)
            str_printf(out, SEP "%s", t->columns[i].name);
    str_addc(out, '\n');
}

static bool named(char *names, const char *column)
{
    size_t n = strlen(column);

    for (char *at = names; at && *at; at = strchr(at, *SEP), at = at ? at + 1 : NULL)
        if (strncmp(at, column, n) == 0 && (at[n] == *SEP || at[n] == '\0'))
            return true;
    return false;
}

/* Puts one table as a line says. Off first, so that nothing is left of what was. False: it is gone.
 */
static bool restore_line(struct journey *j, char *line, size_t *table)
{
    char *table_name = strchr(line, *SEP), *names;

    if (table_name == NULL)
        return false;
    *table_name++ = '\0';
    names = strchr(table_name, *SEP);
    if (names)
        *names++ = '\0';
    if (!selection_find(&j->selection, line, table_name, table))
        return false;
    selection_set_table(&j->selection, *table, false);
    for (size_t i = 0; names && i < j->selection.tables[*table].n_columns; i++)
        if (named(names, j->selection.tables[*table].columns[i].name))
            selection_set_column(&j->selection, *table, i, true);
    return true;
}

static void restore(struct journey *j, const char *text)
{
    char *copy = mem_str(text);
    size_t *tables = NULL, n = 0, room = 0;

    for (char *line = copy, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (n == room)
            tables = mem_grow(tables, room = room * 2 + 8, sizeof *tables);
        n += restore_line(j, line, &tables[n]);
    }
    journey_keep_tables(j, tables, n);
    mem_free(tables);
    mem_free(copy);
}

static void record(struct journey *j, const char *label, const size_t *tables, size_t n,
                   struct str *before, struct str *after)
{
    struct undo_step step = {label, str_text(before), str_text(after)};
    struct err e;

    journey_keep_tables(j, tables, n);
    if (j->id == 0)
        journey_save(j); /* the log belongs to a journey that is in the store */
    if (j->id && !undo_push(j->live->store, j->id, &step, &e) && !e.retryable)
        journey_say_err(j, &e);
    str_done(before);
    str_done(after);
}

/* --- choosing --- */

static void say_answer(struct journey *j, enum selection_answer a)
{
    if (a != SELECTION_DONE && a != SELECTION_SAME && a != SELECTION_NEEDS_ACK)
        journey_say(j, MARK_WARN, "%s", tr(selection_answer_text(a)));
}

enum selection_answer choose_column(struct journey *j, size_t table, size_t column, bool on)
{
    struct str before = {0}, after = {0};

    describe(j, table, &before);
    enum selection_answer a = selection_set_column(&j->selection, table, column, on);
    describe(j, table, &after);
    say_answer(j, a);
    if (a == SELECTION_DONE) {
        record(j, j->selection.tables[table].columns[column].name, &table, 1, &before, &after);
        return a;
    }
    str_done(&before);
    str_done(&after);
    return a;
}

enum selection_answer choose_table(struct journey *j, size_t table, bool on)
{
    struct str before = {0}, after = {0};
    const struct selection_table *t = &j->selection.tables[table];
    size_t left = 0;

    describe(j, table, &before);
    enum selection_answer a = selection_set_table(&j->selection, table, on);
    describe(j, table, &after);
    if (a == SELECTION_NOT_SELECTABLE && t->why)
        journey_say(j, MARK_WARN, "%s", tr(t->why));
    else
        say_answer(j, a);
    if (a != SELECTION_DONE) {
        str_done(&before);
        str_done(&after);
        return a;
    }
    for (size_t i = 0; on && i < t->n_columns; i++)
        left += !t->columns[i].included && t->columns[i].level != RULES_NONE;
    if (left)
        journey_say(j, MARK_NONE,
                    tr("%zu sensitive columns were left out: each needs a reason of its own"),
                    left);
    record(j, t->name, &table, 1, &before, &after);
    return a;
}

void choose_tables(struct journey *j, const size_t *tables, size_t n, bool on)
{
    struct str before = {0}, after = {0};
    size_t changed = 0, refused = 0, *which = mem_alloc((n + 1) * sizeof *which);

    for (size_t i = 0; i < n; i++) {
        size_t bytes = before.bytes;
        describe(j, tables[i], &before);
        switch (selection_set_table(&j->selection, tables[i], on)) {
        case SELECTION_DONE:
            which[changed++] = tables[i];
            describe(j, tables[i], &after);
            break;
        case SELECTION_NEEDS_ACK:
            refused++;
            before.text[before.bytes = bytes] = '\0';
            break;
        case SELECTION_TOO_MANY_TABLES:
        case SELECTION_TOO_MANY_KEYS:
        case SELECTION_PARTITION_FLOWS:
        case SELECTION_SAME:
        case SELECTION_KEY:
        case SELECTION_UNSUPPORTED:
        case SELECTION_NOT_SELECTABLE:
            before.text[before.bytes = bytes] = '\0';
            break;
        }
    }
    if (changed) {
        record(j, on ? "on" : "off", which, changed, &before, &after);
    } else {
        str_done(&before);
        str_done(&after);
    }
    mem_free(which);
    if (refused)
        journey_say(j, MARK_WARN,
                    tr("tables changed: %zu; with a sensitive key, and in need of a reason: %zu"),
                    changed, refused);
    else
        journey_say(j, MARK_OK, tr("tables changed: %zu"), changed);
}

bool choose_with_reason(struct journey *j, size_t table, size_t column, const char *reason,
                        const char *reference, struct err *e)
{
    char when[CLOCK_TEXT];
    const char *user = j->who[0] ? j->who : getenv("USER");
    struct selection_ack ack = {reason, reference, str_is_empty(user) ? "unknown" : user,
                                clock_rfc3339(clock_wall(), when)};

    if (!selection_acknowledge(&j->selection, table, column, &ack, e))
        return false;
    if (choose_column(j, table, column, true) != SELECTION_DONE)
        journey_keep_tables(j, &table, 1); /* it flows already: the reason alone is new */
    return true;
}

/* --- back and forth --- */

static void step(struct journey *j, bool back)
{
    struct arena a = {0};
    struct undo_step s;
    struct err e;

    if (j->id == 0 || !(back ? undo_back(j->live->store, j->id, &a, &s, &e)
                             : undo_forward(j->live->store, j->id, &a, &s, &e))) {
        journey_say(j, MARK_NONE, "%s", back ? tr("nothing to undo") : tr("nothing to redo"));
    } else {
        restore(j, back ? s.before : s.after);
        journey_say(j, MARK_OK, back ? tr("undone: %s") : tr("done again: %s"), s.label);
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
