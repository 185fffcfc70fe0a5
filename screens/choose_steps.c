#include "screens/choose_steps.h"

#include "screens/choose_late.h"
#include "screens/kept_names.h"
#include "screens/kept_reasons.h"

#include <string.h>

#define SEP NAMES_SEP

enum { ON = '1', OFF = '0' };

static void add_marks(struct str *out, const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        str_addc(out, t->columns[i].included ? ON : OFF);
}

void choose_step_begin(struct choose_step *s, const struct journey *j, size_t table)
{
    if (s->n == s->room)
        s->tables = mem_grow(s->tables, s->room = s->room * 2 + 4, sizeof *s->tables);
    s->tables[s->n++] = table;
    add_marks(&s->before, &j->selection.tables[table]);
}

void choose_step_end(struct choose_step *s, const struct journey *j, bool changed)
{
    const struct selection_table *t = &j->selection.tables[s->tables[s->n - 1]];

    if (changed) {
        add_marks(&s->after, t);
        return;
    }
    s->n--;
    s->before.bytes -= t->n_columns;
    if (s->before.text)
        s->before.text[s->before.bytes] = '\0';
}

static void describe(const struct selection_table *t, const char *marks, struct str *out)
{
    names_put(out, t->schema);
    str_addc(out, *SEP);
    names_put(out, t->name);
    for (size_t i = 0; i < t->n_columns; i++)
        if (marks[i] == ON) {
            str_addc(out, *SEP);
            names_put(out, t->columns[i].name);
        }
    str_addc(out, '\n');
}

void choose_step_reason(struct choose_step *s, const struct choose_reason *r)
{
    if (s->n_reasons == s->reasons_room)
        s->reasons =
            mem_grow(s->reasons, s->reasons_room = s->reasons_room * 2 + 4, sizeof *s->reasons);
    s->reasons[s->n_reasons++] = *r;
}

/* No schema has an empty name: such a line is a reason's. */
static void describe_reason(const struct journey *j, const struct selection_place *at,
                            const struct selection_ack *ack, struct str *out)
{
    const struct selection_table *t = &j->selection.tables[at->table];

    names_key(out, SEP, t->schema, t->name);
    str_addc(out, *SEP);
    names_put(out, t->columns[at->column].name);
    if (ack) {
        str_addc(out, *SEP);
        kept_reason_write(out, ack);
    }
    str_addc(out, '\n');
}

bool choose_step_is_told(const struct choose_step *s)
{
    return s->told == s->n && s->reasons_told == s->n_reasons;
}

void choose_step_texts(struct choose_step *s, const struct journey *j, size_t most,
                       struct str *before, struct str *after)
{
    for (size_t i = 0; i < most && s->told < s->n; i++) {
        const struct selection_table *t = &j->selection.tables[s->tables[s->told++]];
        describe(t, str_text(&s->before) + s->marks, before);
        describe(t, str_text(&s->after) + s->marks, after);
        s->marks += t->n_columns;
    }
    for (size_t i = 0; i < most && s->reasons_told < s->n_reasons; i++) {
        const struct choose_reason *r = &s->reasons[s->reasons_told++];
        describe_reason(j, &r->at, r->was, before);
        describe_reason(j, &r->at, r->is, after);
    }
}

void choose_step_done(struct choose_step *s)
{
    mem_free(s->tables);
    mem_free(s->reasons);
    str_done(&s->before);
    str_done(&s->after);
    *s = (struct choose_step){0};
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
    names_plain(out->schema);
    names_plain(out->table);
    return true;
}

/* What the step had changed goes back; what has changed since in other columns stays. */
static bool restore_line(struct journey *j, char *to_text, char *from_text, size_t *table)
{
    struct line to, from;
    struct str room = {0};

    if (!cut(to_text, &to) || !cut(from_text, &from) ||
        !selection_find(&j->selection, to.schema, to.table, table))
        return false;
    const struct selection_table *t = &j->selection.tables[*table];
    const char *next_to = to.names, *next_from = from.names;
    for (size_t pass = 0; pass < 2; pass++, next_to = to.names, next_from = from.names)
        for (size_t i = 0; i < t->n_columns; i++) {
            const char *name = names_written(t->columns[i].name, &room);
            bool is = to.names && named(to.names, &next_to, name),
                 was = from.names && named(from.names, &next_from, name);
            if (pass == 0 && was && !is) /* off first: a key stands in nobody's way */
                selection_leave_out(&j->selection, *table, i);
            else if (pass == 1 && is && !was)
                selection_put_back(&j->selection, *table, i);
        }
    str_done(&room);
    return true;
}

static void restore_reason(struct journey *j, char *line)
{
    char *parts[3 + KEPT_REASON_PARTS];
    size_t n = names_cut(line, parts, 3 + KEPT_REASON_PARTS), table, column;

    if (n >= 3 && selection_find(&j->selection, parts[0], parts[1], &table) &&
        selection_find_column(&j->selection.tables[table], parts[2], &column))
        kept_reason_set(j, table, column, parts + 3, n - 3);
}

void choose_restore(struct journey *j, const char *to, const char *from)
{
    char *to_copy = mem_str(to), *from_copy = mem_str(from), *to_end, *from_end;
    size_t *tables = NULL, n = 0, room = 0;

    for (char *a = to_copy, *b = from_copy;
         (to_end = strchr(a, '\n')) != NULL && (from_end = strchr(b, '\n')) != NULL;
         a = to_end + 1, b = from_end + 1) {
        *to_end = *from_end = '\0';
        if (*a == *SEP) {
            restore_reason(j, a + 1);
            continue;
        }
        if (n == room)
            tables = mem_grow(tables, room = room * 2 + 8, sizeof *tables);
        n += restore_line(j, a, b, &tables[n]);
    }
    choose_late_tables(j, tables, n);
    mem_free(tables);
    mem_free(to_copy);
    mem_free(from_copy);
}
