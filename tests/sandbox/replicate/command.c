/* What other threads ask of the replica's own: done between transactions of the source. */

#include "tests/sandbox/replicate/work.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <string.h>
#include <unistd.h>

void command_push(struct work *w, struct command *c)
{
    pthread_mutex_lock(&w->lock);
    c->next = NULL;
    *w->last_command = c;
    w->last_command = &c->next;
    pthread_mutex_unlock(&w->lock);
    ssize_t n = write(w->wake.fds[1], "", 1);
    (void)n;
}

struct command *command_take(struct work *w)
{
    pthread_mutex_lock(&w->lock);
    struct command *c = w->commands;
    if (c)
        w->commands = c->next;
    if (!w->commands)
        w->last_command = &w->commands;
    pthread_mutex_unlock(&w->lock);
    return c;
}

void command_push_back(struct work *w, struct command *c)
{
    pthread_mutex_lock(&w->lock);
    c->next = w->commands;
    w->commands = c;
    if (!c->next)
        w->last_command = &c->next;
    pthread_mutex_unlock(&w->lock);
}

static char **names_copy(const char *const *names, size_t n)
{
    char **copy = mem_grow(NULL, n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = mem_str(names[i]);
    return copy;
}

struct table_list *tables_copy(const struct replica_table *tables, size_t n)
{
    struct table_list *list = mem_alloc(sizeof *list);
    list->items = mem_grow(NULL, n + 1, sizeof *list->items);
    list->n = n;
    for (size_t i = 0; i < n; i++) {
        list->items[i] = (struct table_choice){.schema = mem_str(tables[i].schema),
                                               .table = mem_str(tables[i].table),
                                               .n_columns = tables[i].n_columns};
        list->items[i].columns = names_copy(tables[i].columns, tables[i].n_columns);
    }
    return list;
}

void tables_free(struct table_list *list)
{
    for (size_t i = 0; list && i < list->n; i++) {
        for (size_t c = 0; c < list->items[i].n_columns; c++)
            mem_free(list->items[i].columns[c]);
        mem_free(list->items[i].columns);
        mem_free(list->items[i].schema);
        mem_free(list->items[i].table);
    }
    if (list)
        mem_free(list->items);
    mem_free(list);
}

const struct table_choice *tables_find(const struct table_list *list, const char *schema,
                                       const char *table)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->items[i].table, table) && str_eq(list->items[i].schema, schema))
            return &list->items[i];
    }
    return NULL;
}

void command_free(struct command *c)
{
    if (!c)
        return;
    tables_free(c->tables);
    mem_free(c);
}

/* What was written stays; what was under way for it ends. */
static bool deselect(struct work *w, struct mirror *m, struct err *e)
{
    if (!schedule_stop(w, m, e) || !held_forget(w, m, e))
        return false;
    mirror_forget_snapshot(m);
    m->phase = MIRROR_LIVE;
    m->way = MIRROR_NOWHERE;
    m->state = REPLICA_BACKFILL_NONE;
    m->selected = false;
    m->dirty = true;
    return true;
}

static bool choose(struct work *w, const struct table_choice *t, struct err *e)
{
    struct mirror *m = books_find(w, t->schema, t->table);
    bool fresh = !m || !m->selected;
    if (!m)
        m = books_add(w, t->schema, t->table, e);
    if (!m)
        return false;
    mirror_want(m, (const char *const *)t->columns, t->n_columns);
    m->selected = true;
    m->dirty = true;
    return !fresh || !w->backfill_all || schedule_ask(w, m, false, e);
}

/* Announcements that came before are tied anew. */
static void rebind(struct work *w)
{
    for (size_t i = 0; i < w->relations.n; i++) {
        struct relation *r = &w->relations.items[i];
        struct mirror *m = books_find(w, r->schema, r->table);
        r->m = m && m->selected ? m : NULL;
        r->bound = 0;
        r->queued = 0;
    }
    relation_done(&w->held_relation);
    w->held_for = NULL;
}

bool command_choose(struct work *w, struct err *e)
{
    if (!sqlfile_begin(&w->store, e))
        return false;
    for (size_t i = 0; i < w->n_mirrors; i++) {
        struct mirror *m = w->mirrors[i];
        if (m->selected && !tables_find(w->chosen, m->schema, m->table) && !deselect(w, m, e))
            return false;
    }
    for (size_t i = 0; i < w->chosen->n; i++) {
        if (!choose(w, &w->chosen->items[i], e))
            return false;
    }
    rebind(w);
    return true;
}

bool command_run(struct work *w, struct command *c, struct err *e)
{
    w->news = true;
    if (c->kind == COMMAND_SELECT) {
        struct table_list *before = w->chosen;
        w->chosen = c->tables;
        c->tables = before;
        return command_choose(w, e);
    }
    struct mirror *m = books_find(w, c->tables->items[0].schema, c->tables->items[0].table);
    if (!m || !m->selected)
        return true;
    return c->kind == COMMAND_START ? schedule_ask(w, m, true, e) : schedule_stop(w, m, e);
}
