#include "screens/cli/pick.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/options_rows.h"
#include "screens/cli/out.h"
#include "screens/cli/pick_reason.h"

#include <stdio.h>
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
    for (size_t end = strlen(item); end > 0 && item[end - 1] == ' '; end--)
        item[end - 1] = '\0';
    return true;
}

/* NULL: none is near. */
static const struct selection_table *nearest(const struct selection *s, const char *typed)
{
    const struct selection_table *near = NULL;
    const char *dot = strchr(typed, '.');
    size_t least = OPTIONS_TOO_FAR;

    for (size_t i = 0; i < s->n_tables; i++) {
        size_t far = options_farness(dot ? dot + 1 : typed, s->tables[i].name);
        if (far < least) {
            least = far;
            near = &s->tables[i];
        }
    }
    return near;
}

static bool no_such_table(const struct selection *s, const char *name, struct err *e)
{
    const struct selection_table *near = nearest(s, name);

    err_set(e, ERR_INPUT, "Choosing tables");
    err_why(e, "there is no table '%s'", name);
    if (near)
        return err_hint(e, "did you mean '%s.%s'? strom tables lists them", near->schema,
                        near->name);
    return err_hint(e, "strom tables lists them");
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
    if (found == 0)
        return no_such_table(s, name, e);
    err_set(e, ERR_INPUT, "Choosing tables");
    err_why(e, "'%s' stands in several schemas", name);
    return err_hint(e, "write schema.table");
}

static bool refuse(struct err *e, const struct selection_table *t, const char *column,
                   const char *what)
{
    size_t at;

    if (selection_find_column(t, column, &at) && selection_is_protected(&t->columns[at]))
        return pick_reason_protected(t, column, e);
    err_set(e, ERR_INPUT, "Including %s.%s.%s", t->schema, t->name, column);
    err_reason(e, "UNACKNOWLEDGED");
    err_why(e, "%s", what);
    return err_hint(e, "--acknowledge %s.%s=REASON, when it was settled beforehand", t->name,
                    column);
}

/* What was asked for without a reason is in the plan, which names it; only doing it is refused
 * (contract, section 2). */
static bool only_looks(const struct options *o)
{
    return str_eq(o->command, "plan");
}

/* --- reasons --- */

/* "table.column=REASON" or "schema.table.column=REASON". */
static bool acknowledge(struct selection *s, const struct options *o, const char *text,
                        const char *by, struct err *e)
{
    char name[NAME], when[CLOCK_TEXT];
    struct pick_reason reason;
    const char *equals = strchr(text, '=');
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
    if (!pick_reason_read(equals + 1, &reason, e))
        return false;
    if (selection_is_protected(&s->tables[table].columns[column]) && !reason.answered) {
        pick_reason_protected(&s->tables[table], dot + 1, e);
        if (only_looks(o))
            out_talk("%s: %s", e->what, e->why);
        return only_looks(o); /* a plan shows it as one without a reason */
    }
    struct selection_ack ack = {.reason = reason.why,
                                .reference = reason.where,
                                .by = by,
                                .at = clock_rfc3339(clock_wall(), when)};
    return selection_acknowledge(s, table, column, &ack, e);

malformed:
    err_set(e, ERR_INPUT, "Reading --acknowledge");
    err_why(e, "'%s' is not of the form table.column=REASON", text);
    return false;
}

/* --- tables and columns --- */

static const char *sensitive_key(const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && selection_lacks_reason(&t->columns[i]))
            return t->columns[i].name;
    return NULL;
}

/* Past the rules of choosing: the reason is still to come. */
static void wish(struct selection_table *t, size_t column)
{
    t->n_included += !t->columns[column].included;
    t->columns[column].included = true;
}

/* Its keys, though they are sensitive; what else may flow by itself. */
static void wish_table(struct selection *s, size_t at)
{
    struct selection_table *t = &s->tables[at];

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key)
            wish(t, i);
    selection_set_table(s, at, true);
    for (size_t i = 0; t->n_included == 0 && i < t->n_columns; i++)
        if (!t->columns[i].unsupported)
            wish(t, i);
}

/* named: the person asked for this very table, so that what stands in the way is an error. */
static bool include(struct selection *s, const struct options *o, size_t at, bool named,
                    struct err *e)
{
    const struct selection_table *t = &s->tables[at];

    enum selection_answer answer = selection_set_table(s, at, true);
    if (named && only_looks(o) &&
        (answer == SELECTION_NEEDS_ACK || (answer <= SELECTION_SAME && t->n_included == 0))) {
        wish_table(s, at);
        return true;
    }
    switch (answer) {
    case SELECTION_DONE:
    case SELECTION_SAME:
        if (named && t->n_included == 0)
            return refuse(e, t, t->n_columns ? t->columns[0].name : "*",
                          tr("no column of the table may flow without a reason"));
        return true;
    case SELECTION_NEEDS_ACK:
        if (named)
            return refuse(e, t, sensitive_key(t),
                          tr("its key is sensitive, and a key cannot be left out"));
        out_talk(tr("left out: %s.%s (its key %s is sensitive)"), t->schema, t->name,
                 sensitive_key(t));
        return true;
    case SELECTION_TOO_MANY_TABLES:
    case SELECTION_TOO_MANY_KEYS:
    case SELECTION_PARTITION_FLOWS:
        if (!named)
            out_talk(tr("left out: %s.%s (%s)"), t->schema, t->name,
                     tr(selection_answer_text(answer)));
        break;
    case SELECTION_KEY:
    case SELECTION_UNSUPPORTED:
    case SELECTION_NOT_SELECTABLE:
        break;
    }
    if (!named)
        return true;
    err_set(e, ERR_INPUT, "Including %s.%s", t->schema, t->name);
    return err_why(e, "%s", t->why ? t->why : selection_answer_text(answer));
}

/* "table:col,col": only these, and the key. */
static bool only_columns(struct selection *s, const struct options *o, const char *text,
                         struct err *e)
{
    char name[NAME], item[NAME];
    const char *colon = strchr(text, ':'), *list;
    size_t table, column, named = 0;

    if (colon == NULL || (size_t)(colon - text) >= sizeof name) {
        err_set(e, ERR_INPUT, "Reading --columns");
        return err_why(e, "'%s' is not of the form table:column,column", text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
    if (!find_table(s, name, &table, e) || !include(s, o, table, true, e))
        return false;
    struct selection_table *t = &s->tables[table];
    for (size_t i = 0; i < t->n_columns; i++)
        if (!t->columns[i].key)
            selection_set_column(s, table, i, false);
    for (list = colon + 1; next_item(&list, item); named++) {
        if (!selection_find_column(t, item, &column)) {
            err_set(e, ERR_INPUT, "Reading --columns");
            return err_why(e, "%s has no column '%s'", name, item);
        }
        enum selection_answer a = selection_set_column(s, table, column, true);
        if (a == SELECTION_NEEDS_ACK && only_looks(o)) {
            wish(t, column);
            continue;
        }
        if (a == SELECTION_NEEDS_ACK)
            return refuse(e, t, item, tr("it is sensitive and has no reason"));
        if (a != SELECTION_DONE && a != SELECTION_SAME) {
            err_set(e, ERR_INPUT, "Including %s.%s", name, item);
            return err_why(e, "%s", selection_answer_text(a));
        }
    }
    if (named)
        return true;
    err_set(e, ERR_INPUT, "Reading --columns");
    return err_why(e, "'%s' names no column", text);
}

static bool include_named(struct selection *s, const struct options *o, struct err *e)
{
    char item[NAME];
    size_t at, named = 0;

    for (size_t i = 0; i < o->n_include; i++)
        for (const char *list = o->include_tables[i]; next_item(&list, item); named++)
            if (!find_table(s, item, &at, e) || !include(s, o, at, true, e))
                return false;
    if (named)
        return true;
    err_set(e, ERR_INPUT, "Reading --include-tables");
    err_why(e, "it names no table");
    return err_hint(e, "--include-tables a,b");
}

static bool include_all(struct selection *s, const struct options *o, struct err *e)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].selectable && !include(s, o, i, false, e))
            return false;
    return true;
}

static bool exclude_named(struct selection *s, const struct options *o, struct err *e)
{
    char item[NAME];
    size_t at;

    for (size_t i = 0; i < o->n_exclude; i++)
        for (const char *list = o->exclude_tables[i]; next_item(&list, item);) {
            if (!find_table(s, item, &at, e))
                return false;
            selection_set_table(s, at, false);
        }
    return true;
}

bool pick_acknowledge(struct selection *s, const struct options *o, const char *by, struct err *e)
{
    for (size_t i = 0; i < o->n_acknowledge; i++)
        if (!acknowledge(s, o, o->acknowledge[i], by, e))
            return false;
    return true;
}

/* Once, of what was chosen in the end. */
static void say_left_out(const struct selection *s)
{
    for (size_t k = 0; k < s->n_tables; k++) {
        const struct selection_table *t = &s->tables[k];
        for (size_t i = 0; t->n_included > 0 && i < t->n_columns; i++)
            if (!t->columns[i].included && t->columns[i].level != RULES_NONE)
                out_talk(tr("left out: %s.%s.%s (%s)"), t->schema, t->name, t->columns[i].name,
                         tr(rules_level_name((enum rules_level)t->columns[i].level)));
    }
}

bool pick(struct selection *s, const struct options *o, const char *by, struct err *e)
{
    if (!pick_acknowledge(s, o, by, e))
        return false;
    if (!(o->n_include ? include_named(s, o, e) : o->n_columns > 0 || include_all(s, o, e)))
        return false;
    for (size_t i = 0; i < o->n_columns; i++)
        if (!only_columns(s, o, o->columns[i], e))
            return false;
    if (!exclude_named(s, o, e))
        return false;
    say_left_out(s);
    return true;
}

/* --- before anything can be asked --- */

/* Behind "table.column=", with or without the schema on either side; NULL: nothing. */
static const char *acknowledged(const struct options *o, const char *table, const char *column)
{
    const char *bare = strrchr(table, '.') ? strrchr(table, '.') + 1 : table;
    char wanted[2 * NAME + 2];

    snprintf(wanted, sizeof wanted, "%s.%s=", bare, column);
    for (size_t i = 0; i < o->n_acknowledge; i++) {
        const char *at = strstr(o->acknowledge[i], wanted);
        if (at && at < strchr(o->acknowledge[i], '=') && (at == o->acknowledge[i] || at[-1] == '.'))
            return strchr(o->acknowledge[i], '=') + 1;
    }
    return NULL;
}

static bool judge_name(const struct options *o, const struct rules_team *team, const char *table,
                       const char *name, struct err *e)
{
    const char *bare = strrchr(table, '.') ? strrchr(table, '.') + 1 : table;
    struct selection_table t = {.schema = "public", .name = bare};
    struct rules_column column = {.name = name, .type = "text"};
    struct rules_table words;
    struct rules_verdict v;
    struct pick_reason reason;

    rules_table_of(&words, "public", bare, NULL);
    rules_table_team(&words, team);
    rules_judge(&words, &column, &v);
    const char *given = acknowledged(o, table, name);
    bool is_protected = v.categories & 1u << RULES_PROTECTED_ADDRESS;
    if (v.level == RULES_NONE ||
        (given && (!is_protected || (pick_reason_read(given, &reason, e) && reason.answered))))
        return true;
    if (!only_looks(o) && is_protected)
        return pick_reason_protected(&t, name, e);
    if (!only_looks(o))
        return refuse(e, &t, name, tr("its name is that of sensitive data, and it has no reason"));
    out_talk(tr("without a reason: %s.%s (%s, by its name)"), table, name,
             tr(rules_level_name(v.level)));
    return true;
}

/* A reason that will not do is not found out behind the first write. */
static bool reasons_do(const struct options *o, struct err *e)
{
    struct pick_reason reason;

    for (size_t i = 0; i < o->n_acknowledge; i++) {
        const char *equals = strchr(o->acknowledge[i], '=');
        if (equals && !pick_reason_read(equals + 1, &reason, e))
            return false;
    }
    return true;
}

bool pick_by_name(const struct options *o, const struct rules_team *team, struct err *e)
{
    char table[NAME], column[NAME];

    if (!reasons_do(o, e))
        return false;
    for (size_t i = 0; i < o->n_columns; i++) {
        const char *colon = strchr(o->columns[i], ':'), *list;
        if (colon == NULL || (size_t)(colon - o->columns[i]) >= sizeof table) {
            err_set(e, ERR_INPUT, "Reading --columns");
            return err_why(e, "'%s' is not of the form table:column,column", o->columns[i]);
        }
        snprintf(table, sizeof table, "%.*s", (int)(colon - o->columns[i]), o->columns[i]);
        for (list = colon + 1; next_item(&list, column);)
            if (!judge_name(o, team, table, column, e))
                return false;
    }
    return true;
}
