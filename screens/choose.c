#include "screens/choose.h"
#include "screens/choose_late.h"

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

    str_add(out, t->schema);
    str_addc(out, *SEP);
    str_add(out, t->name);
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included) {
            str_addc(out, *SEP);
            str_add(out, t->columns[i].name);
        }
    str_addc(out, '\n');
}

static bool is_name(const char *at, const char *column, size_t n)
{
    return strncmp(at, column, n) == 0 && (at[n] == *SEP || at[n] == '\0');
}

/* They stand in the order of the columns, unless the table was made anew: the next one is it, else
 * it is looked for. *next moves on. */
static bool named(const char *names, const char **next, const char *column)
{
    size_t n = strlen(column);

    if (is_name(*next, column, n)) {
        *next += n + ((*next)[n] != '\0');
        return true;
    }
    for (const char *at = names; at && *at; at = strchr(at, *SEP), at = at ? at + 1 : NULL)
        if (is_name(at, column, n))
            return true;
    return false;
}

struct line {
    char *schema, *table, *names; /* names NULL: nothing is on */
};

static bool cut(char *text, struct line *out)
{
    out->schema = text;
    out->table = strchr(text, *SEP);
    if (out->table == NULL)
        return false;
    *out->table++ = '\0';
    out->names = strchr(out->table, *SEP);
    if (out->names)
        *out->names++ = '\0';
    return true;
}

/* What the step had changed goes back; what has changed since in other columns stays. */
static bool restore_line(struct journey *j, char *to_text, char *from_text, size_t *table)
{
    struct line to, from;

    if (!cut(to_text, &to) || !cut(from_text, &from) ||
        !selection_find(&j->selection, to.schema, to.table, table))
        return false;
    const struct selection_table *t = &j->selection.tables[*table];
    const char *next_to = to.names, *next_from = from.names;
    for (size_t pass = 0; pass < 2; pass++, next_to = to.names, next_from = from.names)
        for (size_t i = 0; i < t->n_columns; i++) {
            bool is = to.names && named(to.names, &next_to, t->columns[i].name),
                 was = from.names && named(from.names, &next_from, t->columns[i].name);
            if (pass == 0 && was && !is) /* off first: a key stands in nobody's way */
                selection_leave_out(&j->selection, *table, i);
            else if (pass == 1 && is && !was)
                selection_put_back(&j->selection, *table, i);
        }
    return true;
}

/* Both have a line for each table, in the same order. */
static void restore(struct journey *j, const char *to, const char *from)
{
    char *to_copy = mem_str(to), *from_copy = mem_str(from), *to_end, *from_end;
    size_t *tables = NULL, n = 0, room = 0;

    for (char *a = to_copy, *b = from_copy;
         (to_end = strchr(a, '\n')) != NULL && (from_end = strchr(b, '\n')) != NULL;
         a = to_end + 1, b = from_end + 1) {
        *to_end = *from_end = '\0';
        if (n == room)
            tables = mem_grow(tables, room = room * 2 + 8, sizeof *tables);
        n += restore_line(j, a, b, &tables[n]);
    }
    choose_late_tables(j, tables, n);
    mem_free(tables);
    mem_free(to_copy);
    mem_free(from_copy);
}

static void record(struct journey *j, const char *label, const size_t *tables, size_t n,
                   struct str *before, struct str *after)
{
    choose_late_step(j, label, before, after);
    choose_late_tables(j, tables, n);
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

/* Places of a table stand together. Returns how many columns changed; each table is recorded. */
static size_t set_places(struct journey *j, const struct selection_place *places, size_t n, bool on,
                         const char *label)
{
    struct str before = {0}, after = {0};
    size_t changed = 0, n_tables = 0, *tables = mem_alloc((n + 1) * sizeof *tables);

    for (size_t i = 0; i < n;) {
        size_t table = places[i].table, bytes = before.bytes, done = changed;
        describe(j, table, &before);
        for (; i < n && places[i].table == table; i++)
            changed +=
                selection_set_column(&j->selection, table, places[i].column, on) == SELECTION_DONE;
        if (changed > done)
            describe(j, table, &after);
        else
            before.text[before.bytes = bytes] = '\0';
        tables[n_tables++] = table; /* a reason alone may be new */
    }
    if (changed)
        record(j, label, tables, n_tables, &before, &after);
    else
        choose_late_tables(j, tables, n_tables);
    str_done(&before);
    str_done(&after);
    mem_free(tables);
    return changed;
}

void choose_columns(struct journey *j, const struct selection_place *places, size_t n, bool on)
{
    size_t changed = set_places(j, places, n, on, on ? "on" : "off");

    journey_say(j, MARK_OK, tr("columns changed: %zu"), changed);
}

bool choose_with_reason(struct journey *j, const struct selection_place *places, size_t n,
                        const char *reason, const char *reference, struct err *e)
{
    char when[CLOCK_TEXT];
    const char *user = j->who[0] ? j->who : getenv("USER");
    struct selection_ack ack = {reason, reference, str_is_empty(user) ? "unknown" : user,
                                clock_rfc3339(clock_wall(), when)};

    for (size_t i = 0; i < n; i++)
        if (!selection_acknowledge(&j->selection, places[i].table, places[i].column, &ack, e))
            return false;
    set_places(j, places, n, true,
               j->selection.tables[places[0].table].columns[places[0].column].name);
    if (n > 1)
        journey_say(j, MARK_OK, tr("columns with this reason: %zu"), n);
    return true;
}

/* --- back and forth --- */

static void step(struct journey *j, bool back)
{
    struct arena a = {0};
    struct undo_step s;
    struct err e;

    choose_late_all(j);
    if (j->id == 0 || !(back ? undo_back(j->live->store, j->id, &a, &s, &e)
                             : undo_forward(j->live->store, j->id, &a, &s, &e))) {
        journey_say(j, MARK_NONE, "%s", back ? tr("nothing to undo") : tr("nothing to redo"));
    } else {
        restore(j, back ? s.before : s.after, back ? s.after : s.before);
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
