#include "api/plan/selection.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/utf8.h"

#include <assert.h>
#include <string.h>

/* --- strings and tables, found by hash --- */

struct slots {
    uint32_t *at; /* 1 + number; 0: free */
    size_t n;     /* a power of two */
};

/* Names repeat (id, opprettet_tid): each is kept once. Tables are found by name. */
struct selection_intern {
    struct slots text_slots, table_slots;
    const char **texts;
    size_t n_texts, room;
};

static uint32_t hash_text(const char *s, uint32_t h)
{
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h ^ (h >> 15);
}

static uint32_t hash_table(const char *schema, const char *name)
{
    return hash_text(name, hash_text(schema, 2166136261u) * 31u);
}

static void slots_put(struct slots *s, uint32_t hash, size_t number)
{
    size_t i = hash & (s->n - 1);
    while (s->at[i] != 0)
        i = (i + 1) & (s->n - 1);
    s->at[i] = (uint32_t)(number + 1);
}

static void slots_empty(struct slots *s, size_t n)
{
    mem_free(s->at);
    s->n = n;
    s->at = mem_alloc(n * sizeof *s->at);
}

static void index_texts(struct selection_intern *names)
{
    slots_empty(&names->text_slots, names->text_slots.n ? names->text_slots.n * 2 : 256);
    for (size_t i = 0; i < names->n_texts; i++)
        slots_put(&names->text_slots, hash_text(names->texts[i], 2166136261u), i);
}

const char *selection_keep(struct selection *s, const char *text)
{
    if (text == NULL)
        return NULL;
    struct selection_intern *names = s->names;
    uint32_t hash = hash_text(text, 2166136261u);
    const struct slots *slots = &names->text_slots;
    for (size_t i = hash & (slots->n - 1); slots->at[i] != 0; i = (i + 1) & (slots->n - 1))
        if (strcmp(names->texts[slots->at[i] - 1], text) == 0)
            return names->texts[slots->at[i] - 1];
    if (names->n_texts == names->room) {
        names->room = names->room ? names->room * 2 : 128;
        names->texts = mem_grow(names->texts, names->room, sizeof *names->texts);
    }
    names->texts[names->n_texts] = arena_str(&s->mem, text);
    slots_put(&names->text_slots, hash, names->n_texts++);
    const char *kept = names->texts[names->n_texts - 1];
    if (names->n_texts * 2 > names->text_slots.n)
        index_texts(names);
    return kept;
}

static void index_tables(struct selection *s)
{
    struct slots *slots = &s->names->table_slots;
    slots_empty(slots, slots->n ? slots->n * 2 : 64);
    for (size_t i = 0; i < s->n_tables; i++)
        slots_put(slots, hash_table(s->tables[i].schema, s->tables[i].name), i);
}

bool selection_find(const struct selection *s, const char *schema, const char *table, size_t *at)
{
    const struct slots *slots = &s->names->table_slots;
    size_t i = hash_table(schema, table) & (slots->n - 1);
    for (; slots->at[i] != 0; i = (i + 1) & (slots->n - 1)) {
        const struct selection_table *t = &s->tables[slots->at[i] - 1];
        if (strcmp(t->name, table) != 0 || strcmp(t->schema, schema) != 0)
            continue;
        *at = slots->at[i] - 1;
        return true;
    }
    return false;
}

bool selection_find_column(const struct selection_table *t, const char *name, size_t *at)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->columns[i].name, name) == 0) {
            *at = i;
            return true;
        }
    return false;
}

/* --- building --- */

void selection_init(struct selection *s)
{
    *s = (struct selection){0};
    arena_init(&s->mem);
    s->names = mem_alloc(sizeof *s->names);
    index_texts(s->names);
    index_tables(s);
    s->destination.mode = "merge";
    s->destination.freshness_seconds = 900;
    s->naming.family = "procedure";
}

void selection_done(struct selection *s)
{
    if (s->names) {
        mem_free(s->names->texts);
        mem_free(s->names->text_slots.at);
        mem_free(s->names->table_slots.at);
        mem_free(s->names);
    }
    mem_free(s->tables);
    arena_done(&s->mem);
    *s = (struct selection){0};
}

/* A type's name is told, and never asked for. */
static const char *keep_type(struct selection *s, const char *type)
{
    struct arena a = {0};
    const char *kept = selection_keep(s, type && !utf8_is_line(type) ? safe_copy(&a, type) : type);

    arena_done(&a);
    return kept;
}

/* The plan file and migrations name what flows; neither carries a line break or its like. */
static void add_columns(struct selection *s, struct selection_table *t,
                        const struct selection_fact *columns, size_t n)
{
    t->columns = arena_array(&s->mem, struct selection_column, n ? n : 1);
    t->n_columns = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        t->columns[i] = (struct selection_column){
            .name = selection_keep(s, columns[i].name),
            .type = keep_type(s, columns[i].type),
            .categories = columns[i].categories,
            .level = (uint8_t)columns[i].level,
            .key = columns[i].key,
            .unsupported = columns[i].unsupported || !utf8_is_line(columns[i].name),
        };
}

struct selection_table *selection_add(struct selection *s, const char *schema, const char *name,
                                      const struct selection_fact *columns, size_t n,
                                      const char *why)
{
    if (s->n_tables == s->room) {
        s->room = s->room ? s->room * 2 : 32;
        s->tables = mem_grow(s->tables, s->room, sizeof *s->tables);
    }
    if (why == NULL && rules_is_housekeeping(name))
        why = "a tool's own table";
    if (why == NULL && (!utf8_is_line(schema) || !utf8_is_line(name)))
        why = "its name holds a control character: neither plan file nor migration can carry it";
    struct selection_table *t = &s->tables[s->n_tables];
    *t = (struct selection_table){.schema = selection_keep(s, schema),
                                  .name = selection_keep(s, name),
                                  .rows = -1,
                                  .bytes = -1,
                                  .selectable = why == NULL,
                                  .why = selection_keep(s, why)};
    add_columns(s, t, columns, n);
    slots_put(&s->names->table_slots, hash_table(schema, name), s->n_tables++);
    if (s->n_tables * 2 > s->names->table_slots.n)
        index_tables(s);
    return t;
}

/* --- choosing --- */

/* What flows already may be put back as it was; whether it goes on without a reason is asked later.
 */
static bool is_held_back(const struct selection_column *c)
{
    return selection_lacks_reason(c) && !c->flows;
}

static void put(struct selection *s, struct selection_table *t, struct selection_column *c,
                bool included)
{
    if (c->included == included)
        return;
    c->included = included;
    if (included)
        s->n_on += t->n_included++ == 0;
    else
        s->n_on -= --t->n_included == 0;
}

static bool has_flowing_partition(const struct selection *s, size_t table)
{
    for (size_t i = 0; s->has_partitions && i < s->n_tables; i++)
        if (s->tables[i].root == table + 1 && s->tables[i].n_included)
            return true;
    return false;
}

/* Can the table flow at all, as far as its keys go? */
static enum selection_answer ask_keys(const struct selection_table *t, bool merges)
{
    size_t keys = 0;

    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        keys += c->key;
        if (c->key && c->unsupported)
            return SELECTION_UNSUPPORTED;
        if (c->key && !c->included && is_held_back(c))
            return SELECTION_NEEDS_ACK;
    }
    return merges && keys > SELECTION_KEY_COLUMNS ? SELECTION_TOO_MANY_KEYS : SELECTION_DONE;
}

static enum selection_answer ask_table(const struct selection *s, const struct selection_table *t)
{
    if (!t->selectable)
        return SELECTION_NOT_SELECTABLE;
    enum selection_answer keys = ask_keys(t, str_eq(s->destination.mode, "merge"));
    if (keys != SELECTION_DONE || t->n_included)
        return keys;
    if (s->n_on >= SELECTION_TABLES)
        return SELECTION_TOO_MANY_TABLES;
    return has_flowing_partition(s, (size_t)(t - s->tables)) ? SELECTION_PARTITION_FLOWS
                                                             : SELECTION_DONE;
}

static void include_keys(struct selection *s, struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key)
            put(s, t, &t->columns[i], true);
}

static enum selection_answer take_in(struct selection *s, struct selection_table *t,
                                     struct selection_column *c)
{
    if (!t->selectable)
        return SELECTION_NOT_SELECTABLE;
    if (c->unsupported && !c->flows)
        return SELECTION_UNSUPPORTED;
    if (is_held_back(c))
        return SELECTION_NEEDS_ACK;
    enum selection_answer can = ask_table(s, t);
    if (can != SELECTION_DONE)
        return can;
    include_keys(s, t);
    put(s, t, c, true);
    return SELECTION_DONE;
}

enum selection_answer selection_set_column(struct selection *s, size_t table, size_t column,
                                           bool included)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    struct selection_table *t = &s->tables[table];
    struct selection_column *c = &t->columns[column];
    if (c->included == included)
        return SELECTION_SAME;
    if (included)
        return take_in(s, t, c);
    if (c->key && t->n_included > 1)
        return SELECTION_KEY;
    put(s, t, c, false);
    return SELECTION_DONE;
}

enum selection_answer selection_set_table(struct selection *s, size_t table, bool included)
{
    assert(table < s->n_tables);
    struct selection_table *t = &s->tables[table];
    uint32_t before = t->n_included;
    if (included) {
        enum selection_answer can = ask_table(s, t);
        if (can != SELECTION_DONE)
            return can;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        struct selection_column *c = &t->columns[i];
        if (!included)
            put(s, t, c, false);
        else if (!c->unsupported && !is_held_back(c))
            put(s, t, c, true);
    }
    return t->n_included == before ? SELECTION_SAME : SELECTION_DONE;
}

enum selection_answer selection_put_back(struct selection *s, size_t table, size_t column)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    struct selection_table *t = &s->tables[table];
    struct selection_column *c = &t->columns[column];
    if (c->included)
        return SELECTION_SAME;
    if (!t->selectable)
        return SELECTION_NOT_SELECTABLE;
    if (c->unsupported && !c->flows)
        return SELECTION_UNSUPPORTED;
    if (t->n_included == 0) { /* else its keys are on, and it was asked */
        enum selection_answer can = ask_table(s, t);
        if (can != SELECTION_DONE && can != SELECTION_NEEDS_ACK)
            return can;
        include_keys(s, t);
    }
    put(s, t, c, true);
    return SELECTION_DONE;
}

bool selection_raise(struct selection *s, size_t table, size_t column, enum rules_level level,
                     uint32_t categories)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    struct selection_column *c = &s->tables[table].columns[column];
    bool rises = level > (enum rules_level)c->level, lacked = selection_lacks_reason(c);
    if (rises)
        c->level = (uint8_t)level;
    if (level != RULES_NONE)
        c->categories |= categories;
    return rises || (!lacked && selection_lacks_reason(c));
}

void selection_set_flowing(struct selection *s, size_t table, size_t column, bool flows)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    struct selection_column *c = &s->tables[table].columns[column];
    c->flows = flows;
    put(s, &s->tables[table], c, flows);
}

void selection_leave_out(struct selection *s, size_t table, size_t column)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    put(s, &s->tables[table], &s->tables[table].columns[column], false);
}

const char *selection_answer_text(enum selection_answer answer)
{
    switch (answer) {
    case SELECTION_DONE:
    case SELECTION_SAME:
        return "";
    case SELECTION_KEY:
        return "A key column cannot be left out while the table flows.";
    case SELECTION_UNSUPPORTED:
        return "Datastream does not carry this column.";
    case SELECTION_NOT_SELECTABLE:
        return "This table cannot be chosen.";
    case SELECTION_TOO_MANY_TABLES:
        return "A stream carries at most 10 000 tables.";
    case SELECTION_TOO_MANY_KEYS:
        return "BigQuery merges by at most 16 key columns; this table has more.";
    case SELECTION_PARTITION_FLOWS:
        return "A partition of this table flows by itself: the table or its partitions, not both.";
    case SELECTION_NEEDS_ACK:
        return "Sensitive: it needs a reason and a reference first.";
    }
    return "";
}

/* --- looking --- */

enum selection_box selection_table_box(const struct selection_table *t)
{
    if (t->n_included == 0)
        return SELECTION_OFF;
    return t->n_included == t->n_columns ? SELECTION_ON : SELECTION_PART;
}

static void total_column(const struct selection_column *c, struct selection_totals *out)
{
    if (!c->included) {
        out->left_out_sensitive += c->level != RULES_NONE;
        return;
    }
    out->columns++;
    out->personal += c->level == RULES_PERSONAL;
    out->special += c->level == RULES_SPECIAL;
    out->acknowledged += c->level != RULES_NONE && !selection_lacks_reason(c);
}

void selection_totals(const struct selection *s, struct selection_totals *out)
{
    *out = (struct selection_totals){0};
    for (size_t i = 0; i < s->n_tables; i++) {
        const struct selection_table *t = &s->tables[i];
        if (t->n_included == 0)
            continue;
        out->tables++;
        out->rows += t->rows > 0 ? t->rows : 0;
        out->bytes += t->bytes > 0 ? t->bytes : 0;
        out->rows_unknown |= t->rows < 0;
        for (size_t c = 0; c < t->n_columns; c++)
            total_column(&t->columns[c], out);
    }
}

size_t selection_unacknowledged(const struct selection *s, struct selection_place *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_tables; i++)
        for (size_t c = 0; s->tables[i].n_included > 0 && c < s->tables[i].n_columns; c++) {
            const struct selection_column *column = &s->tables[i].columns[c];
            if (!column->included || !selection_lacks_reason(column))
                continue;
            if (n < cap)
                out[n] = (struct selection_place){(uint32_t)i, (uint32_t)c};
            n++;
        }
    return n;
}
