#include "screens/reason_form.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "screens/reason_group.h"
#include "tui/key.h"

#include <stdio.h>
#include <string.h>

#define UNDER "tables.reason."

static const char *const kept_names[] = {UNDER "schema", UNDER "table", UNDER "column"};
static const char *const kept_texts[] = {UNDER "text", UNDER "reference", UNDER "protected"};

/* --- what it does --- */

struct reason_concerned reason_concerned(const struct reason_form *f, const struct journey *j,
                                         struct arena *a)
{
    struct reason_concerned c = {.places =
                                     arena_array(a, struct selection_place, f->n[f->scope] + 1)};

    c.n = reason_group(j, f->table, f->column, f->scope, &f->hits, c.places);
    reason_parts(j, c.places, c.n, f->wish, a, &c.parts);
    return c;
}

static void count_named(struct reason_form *f, const struct journey *j)
{
    struct arena a = {0};

    f->n_named = reason_concerned(f, j, &a).parts.n;
    list_clamp(&f->named, f->n_named);
    if (f->at == REASON_LIST && f->n_named < 2)
        f->at = REASON_WHY;
    arena_done(&a);
}

/* --- opening --- */

static void look(struct reason_form *f, const struct journey *j)
{
    const struct selection_column *c = &j->selection.tables[f->table].columns[f->column];

    f->asks_protected = selection_is_protected(c);
    for (int s = 0; s < REASON_SCOPES; s++)
        f->n[s] = reason_group(j, f->table, f->column, (enum reason_scope)s, &f->hits, NULL);
    if (f->n[f->scope] < 2)
        f->scope = REASON_COLUMN;
    count_named(f, j);
}

/* What was answered about code 6/7 stands behind the reason. */
static void split_answer(struct reason_form *f)
{
    const char *answer, *mark = selection_protected_in(f->texts[REASON_WHY], &answer);

    if (mark == NULL)
        return;
    field_set(&f->fields[REASON_PROTECTED], answer);
    f->texts[REASON_WHY][mark - f->texts[REASON_WHY]] = '\0';
    field_init(&f->fields[REASON_WHY], f->texts[REASON_WHY], REASON_TEXT);
}

void reason_form_open(struct reason_form *f, struct journey *j, size_t table, size_t column)
{
    const struct selection_table *t = &j->selection.tables[table];
    const struct selection_ack *before = t->columns[column].ack;

    *f = (struct reason_form){
        .open = true, .table = table, .column = column, .wish = REASON_WISH_NONE, .hits = f->hits};
    for (int i = 0; i < REASON_SCOPE; i++)
        field_init(&f->fields[i], f->texts[i], REASON_TEXT);
    str_copy(f->names[0], REASON_NAME, t->schema);
    str_copy(f->names[1], REASON_NAME, t->name);
    str_copy(f->names[2], REASON_NAME, t->columns[column].name);
    field_set(&f->fields[REASON_WHY], before ? before->reason : "");
    split_answer(f);
    field_set(&f->fields[REASON_REFERENCE], before ? before->reference : "");
    look(f, j);
    j->discard_input = true;
}

bool reason_form_open_key(struct reason_form *f, struct journey *j, size_t table, int wish)
{
    size_t key;

    if (!reason_key(&j->selection.tables[table], &key))
        return false;
    reason_form_open(f, j, table, key);
    f->wish = wish;
    count_named(f, j);
    return true;
}

bool reason_form_open_table(struct reason_form *f, struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (size_t i = 0; i < t->n_columns; i++)
        if (reason_is_lacking(&t->columns[i]) && !selection_is_protected(&t->columns[i])) {
            reason_form_open(f, j, table, i);
            f->scope = f->n[REASON_TABLE] > 1 ? REASON_TABLE : REASON_COLUMN;
            count_named(f, j);
            return true;
        }
    for (size_t i = 0; i < t->n_columns; i++)
        if (reason_is_lacking(&t->columns[i])) {
            reason_form_open(f, j, table, i);
            return true;
        }
    return false;
}

/* --- keys --- */

bool reason_form_has_scope(const struct reason_form *f)
{
    for (int s = REASON_COLUMN + 1; s < REASON_SCOPES; s++)
        if (f->n[s] > 1)
            return true;
    return false;
}

static bool is_part(const struct reason_form *f, enum reason_at at)
{
    if (at == REASON_SCOPE)
        return reason_form_has_scope(f);
    if (at == REASON_LIST)
        return f->n_named > 1;
    return at != REASON_PROTECTED || f->asks_protected;
}

static void move(struct reason_form *f, int by)
{
    do
        f->at = (enum reason_at)(((int)f->at + by + REASON_PARTS) % REASON_PARTS);
    while (!is_part(f, f->at));
}

static void turn(struct reason_form *f, int by)
{
    do
        f->scope = (enum reason_scope)(((int)f->scope + by + REASON_SCOPES) % REASON_SCOPES);
    while (f->scope != REASON_COLUMN && f->n[f->scope] < 2);
}

static void turn_scope(struct reason_form *f, const struct journey *j, int by)
{
    turn(f, by);
    count_named(f, j);
}

/* The first field that is still empty: it is gone to, and what it lacks is said at the second try.
 */
static bool lacks(struct reason_form *f)
{
    for (int at = 0; at < REASON_SCOPE; at++)
        if (is_part(f, (enum reason_at)at) && utf8_is_blank(f->texts[at])) {
            f->tried[at] = f->tried[at] || f->at == (enum reason_at)at || at == REASON_WHY;
            f->at = (enum reason_at)at;
            return true;
        }
    return false;
}

/* A key column stood in the way: it is asked about with the same words, and then what was pressed
 * starts. */
static void ask_next_key(struct reason_form *f, struct journey *j)
{
    char why[REASON_TEXT], where[REASON_TEXT];
    int wish = f->wish == REASON_WISH_NONE ? (int)f->column : f->wish;

    str_copy(why, sizeof why, f->texts[REASON_WHY]);
    str_copy(where, sizeof where, f->texts[REASON_REFERENCE]);
    if (!reason_form_open_key(f, j, f->table, wish))
        return;
    field_set(&f->fields[REASON_WHY], why);
    field_set(&f->fields[REASON_REFERENCE], where);
}

static void apply(struct reason_form *f, struct journey *j)
{
    struct arena a = {0};
    struct reason_concerned c = reason_concerned(f, j, &a);
    struct selection_place *besides =
        arena_array(&a, struct selection_place, j->selection.tables[f->table].n_columns + 1);
    struct choose_reasoned r = {
        .places = c.places,
        .besides = besides,
        .n = c.n,
        .n_besides = reason_wished(j, f->table, f->wish, besides),
        .reason = f->texts[REASON_WHY],
        .reference = f->texts[REASON_REFERENCE],
    };
    struct err e;

    if (f->asks_protected)
        r.reason =
            arena_printf(&a, "%s" SELECTION_PROTECTED "%s", r.reason, f->texts[REASON_PROTECTED]);
    f->open = !choose_with_reason(j, &r, &e);
    if (f->open)
        journey_say_err(j, &e);
    else if (c.parts.waits)
        ask_next_key(f, j);
    arena_done(&a);
}

/* Beyond its ends the arrows go on to the fields. */
static bool leaves_list(const struct reason_form *f, int key)
{
    return (key == TUI_UP && f->named.at == 0) ||
           (key == TUI_DOWN && f->named.at + 1 >= f->n_named);
}

void reason_form_key(struct reason_form *f, struct journey *j, int key)
{
    if (f->at < REASON_SCOPE && field_key(&f->fields[f->at], key))
        return;
    if (f->at == REASON_LIST && !leaves_list(f, key) && list_key(&f->named, f->n_named, key))
        return;
    if (key == TUI_ESC)
        f->open = false;
    else if (key == TUI_TAB || key == TUI_DOWN)
        move(f, 1);
    else if (key == TUI_BTAB || key == TUI_UP)
        move(f, -1);
    else if (f->at == REASON_SCOPE && (key == ' ' || key == TUI_RIGHT || key == TUI_LEFT))
        turn_scope(f, j, key == TUI_LEFT ? -1 : 1);
    else if (key == TUI_ENTER && !lacks(f))
        apply(f, j);
}

void reason_form_paste(struct reason_form *f, const char *text)
{
    if (f->at < REASON_SCOPE)
        field_paste(&f->fields[f->at], text);
}

/* --- across a look, and across a kill --- */

void reason_form_find(struct reason_form *f, const struct journey *j)
{
    f->open = (f->open || f->kept) &&
              selection_find(&j->selection, f->names[0], f->names[1], &f->table) &&
              selection_find_column(&j->selection.tables[f->table], f->names[2], &f->column);
    f->kept = false;
    if (f->open)
        look(f, j);
}

void reason_form_save(const struct reason_form *f, struct kept *k)
{
    if (!f->open && !f->kept) {
        kept_remove_under(k, UNDER);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        kept_set_text(k, kept_names[i], f->names[i]);
        kept_set_text(k, kept_texts[i], f->texts[i]);
    }
    kept_set_int(k, UNDER "on", f->at);
    kept_set_int(k, UNDER "scope", f->scope);
    kept_set_int(k, UNDER "wish", f->wish);
    kept_set_int(k, UNDER "cursor", f->at >= REASON_SCOPE ? 0 : (int64_t)f->fields[f->at].at);
}

void reason_form_load(struct reason_form *f, const struct kept *k)
{
    int64_t at = kept_int(k, UNDER "on", 0), scope = kept_int(k, UNDER "scope", 0),
            wish = kept_int(k, UNDER "wish", REASON_WISH_NONE);

    *f = (struct reason_form){.kept = kept_has(k, kept_names[2]), .hits = f->hits};
    f->at = at >= 0 && at < REASON_PARTS ? (enum reason_at)at : REASON_WHY;
    f->wish = wish >= REASON_WISH_NONE && wish < INT16_MAX ? (int)wish : REASON_WISH_NONE;
    f->scope = scope >= 0 && scope < REASON_SCOPES ? (enum reason_scope)scope : REASON_COLUMN;
    for (size_t i = 0; i < 3; i++) {
        str_copy(f->names[i], REASON_NAME, kept_text(k, kept_names[i], ""));
        str_copy(f->texts[i], REASON_TEXT, kept_text(k, kept_texts[i], ""));
        field_init(&f->fields[i], f->texts[i], REASON_TEXT);
    }
    if (f->at < REASON_SCOPE)
        field_place(&f->fields[f->at], kept_int(k, UNDER "cursor", -1));
}
