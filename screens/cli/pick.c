#include "screens/cli/pick.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "screens/cli/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 256 };

/* The next item of a list "a,b,c"; false at its end. */
static bool next_item(const char **list, char item[NAME])
{
    size_t n;

    while (**list == ',' || **list == ' ')
        ++*list;
    n = strcspn(*list, ",");
    if (n == 0)
        return false;
    snprintf(item, NAME, "%.*s", (int)(n < NAME ? n : NAME - 1), *list);
    *list += n;
    return true;
}

/* "table" or "schema.table"; a bare name is looked for in public first, then must be the only one.
 */
static bool find_table(const struct selection *s, const char *name, size_t *at, struct err *e)
{
    char schema[NAME];
    const char *dot = strchr(name, '.');
    size_t found = 0;

    if (selection_find(s, "public", name, at))
        return true;
    if (dot) {
        snprintf(schema, sizeof schema, "%.*s", (int)(dot - name), name);
        if (selection_find(s, schema, dot + 1, at))
            return true;
    }
    for (size_t i = 0; i < s->n_tables; i++)
        if (str_eq(s->tables[i].name, name)) {
            *at = i;
            found++;
        }
    if (found == 1)
        return true;
    err_set(e, ERR_INPUT, "Choosing tables");
    err_why(e, found ? "'%s' stands in several schemas" : "there is no table '%s'", name);
    return err_hint(e, found ? "write schema.table" : "strom tables lists them");
}

static bool refuse(struct err *e, const struct selection_table *t, const char *column,
                   const char *what)
{
    err_set(e, ERR_INPUT, "Including %s.%s.%s", t->schema, t->name, column);
    err_reason(e, "UNACKNOWLEDGED");
    err_why(e, "%s", what);
    return err_hint(e, "--acknowledge %s.%s=REASON, when it was settled beforehand", t->name,
                    column);
}

/* --- reasons
 * --------------------------------------------------------------------------------------- */

/* "table.column=REASON" or "schema.table.column=REASON". */
static bool acknowledge(struct selection *s, const char *text, struct err *e)
{
    char name[NAME], when[CLOCK_TEXT];
    const char *equals = strchr(text, '='), *user = getenv("USER");
    char *dot;
    size_t table, column;

    if (equals == NULL || (size_t)(equals - text) >= sizeof name)
        goto malformed;
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    dot = strrchr(name, '.');
    if (dot == NULL)
        goto malformed;
    *dot = '\0';
    if (!find_table(s, name, &table, e))
        return false;
    if (!selection_find_column(&s->tables[table], dot + 1, &column)) {
        err_set(e, ERR_INPUT, "Reading --acknowledge");
        err_why(e, "%s has no column '%s'", name, dot + 1);
        return false;
    }
    struct selection_ack ack = {equals + 1, "--acknowledge", str_is_empty(user) ? "unknown" : user,
                                clock_rfc3339(clock_wall(), when)};
    return selection_acknowledge(s, table, column, &ack, e);

malformed:
    err_set(e, ERR_INPUT, "Reading --acknowledge");
    err_why(e, "'%s' is not of the form table.column=REASON", text);
    return false;
}

/* --- tables and columns
 * ---------------------------------------------------------------------------- */

static const char *sensitive_key(const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && t->columns[i].level != RULES_NONE && t->columns[i].ack == NULL)
            return t->columns[i].name;
    return NULL;
}

static void say_left_out(const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (!t->columns[i].included && t->columns[i].level != RULES_NONE)
            out_talk("left out: %s.%s.%s (%s)", t->schema, t->name, t->columns[i].name,
                     rules_level_name((enum rules_level)t->columns[i].level));
}

/* named: the person asked for this very table, so that what stands in the way is an error. */
static bool include(struct selection *s, size_t at, bool named, struct err *e)
{
    const struct selection_table *t = &s->tables[at];

    switch (selection_set_table(s, at, true)) {
    case SELECTION_DONE:
    case SELECTION_SAME:
        say_left_out(t);
        return true;
    case SELECTION_NEEDS_ACK:
        if (named)
            return refuse(e, t, sensitive_key(t),
                          "its key is sensitive, and a key cannot be left out");
        out_talk("left out: %s.%s (its key %s is sensitive)", t->schema, t->name, sensitive_key(t));
        return true;
    case SELECTION_KEY:
    case SELECTION_UNSUPPORTED:
    case SELECTION_NOT_SELECTABLE:
        break;
    }
    if (!named)
        return true;
    err_set(e, ERR_INPUT, "Including %s.%s", t->schema, t->name);
    return err_why(e, "%s", t->why ? t->why : "it cannot be chosen");
}

/* "table:col,col": only these, and the key. */
static bool only_columns(struct selection *s, const char *text, struct err *e)
{
    char name[NAME], item[NAME];
    const char *colon = strchr(text, ':'), *list;
    size_t table, column;

    if (colon == NULL || (size_t)(colon - text) >= sizeof name) {
        err_set(e, ERR_INPUT, "Reading --columns");
        return err_why(e, "'%s' is not of the form table:column,column", text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
    if (!find_table(s, name, &table, e) || !include(s, table, true, e))
        return false;
    struct selection_table *t = &s->tables[table];
    for (size_t i = 0; i < t->n_columns; i++)
        if (!t->columns[i].key)
            selection_set_column(s, table, i, false);
    for (list = colon + 1; next_item(&list, item);) {
        if (!selection_find_column(t, item, &column)) {
            err_set(e, ERR_INPUT, "Reading --columns");
            return err_why(e, "%s has no column '%s'", name, item);
        }
        enum selection_answer a = selection_set_column(s, table, column, true);
        if (a == SELECTION_NEEDS_ACK)
            return refuse(e, t, item, "it is sensitive and has no reason");
        if (a != SELECTION_DONE && a != SELECTION_SAME) {
            err_set(e, ERR_INPUT, "Including %s.%s", name, item);
            return err_why(e, "%s", selection_answer_text(a));
        }
    }
    return true;
}

static bool include_named(struct selection *s, const char *list, struct err *e)
{
    char item[NAME];
    size_t at;

    while (next_item(&list, item))
        if (!find_table(s, item, &at, e) || !include(s, at, true, e))
            return false;
    return true;
}

static bool include_all(struct selection *s, struct err *e)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].selectable && !include(s, i, false, e))
            return false;
    return true;
}

bool pick(struct selection *s, const struct options *o, struct err *e)
{
    char item[NAME];
    size_t at;

    for (size_t i = 0; i < o->n_acknowledge; i++)
        if (!acknowledge(s, o->acknowledge[i], e))
            return false;
    if (!(o->include_tables ? include_named(s, o->include_tables, e)
                            : o->n_columns > 0 || include_all(s, e)))
        return false;
    for (size_t i = 0; i < o->n_columns; i++)
        if (!only_columns(s, o->columns[i], e))
            return false;
    for (const char *list = o->exclude_tables; list && next_item(&list, item);) {
        if (!find_table(s, item, &at, e))
            return false;
        selection_set_table(s, at, false);
    }
    return true;
}
