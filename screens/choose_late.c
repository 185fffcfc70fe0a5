#include "screens/choose_late.h"

#include "api/base/arena.h"
#include "api/store/undo.h"

enum { FEW = 64, A_TURN = 256 };

struct late_step {
    char *label;
    struct str before, after;
};

struct choose_late {
    struct late_step *steps;
    size_t n_steps, steps_room;
    size_t *tables; /* from `at` on they are to be kept */
    size_t at, n_tables, tables_room;
};

static struct choose_late *late_of(struct journey *j)
{
    if (j->late == NULL)
        j->late = mem_alloc(sizeof *j->late);
    return j->late;
}

static void push(struct journey *j, struct late_step *s)
{
    struct undo_step step = {s->label, str_text(&s->before), str_text(&s->after)};
    struct err e;

    if (j->id == 0) { /* the log belongs to a journey that is in the store */
        journey_changed(j);
        journey_write(j);
    }
    if (j->id && !undo_push(j->live->store, j->id, &step, &e) && !e.retryable)
        journey_say_err(j, &e);
    mem_free(s->label);
    str_done(&s->before);
    str_done(&s->after);
}

static void push_steps(struct journey *j)
{
    struct choose_late *l = j->late;

    for (size_t i = 0; l && i < l->n_steps; i++) {
        struct late_step s = l->steps[i];
        push(j, &s);
    }
    if (l)
        l->n_steps = 0;
}

void choose_late_step(struct journey *j, const char *label, struct str *before, struct str *after)
{
    struct choose_late *l = late_of(j);

    if (l->n_steps == l->steps_room)
        l->steps = mem_grow(l->steps, l->steps_room = l->steps_room * 2 + 4, sizeof *l->steps);
    l->steps[l->n_steps++] = (struct late_step){mem_str(label), *before, *after};
    *before = *after = (struct str){0};
}

bool choose_late_waits(const struct journey *j)
{
    return j->late && (j->late->n_steps || j->late->at < j->late->n_tables);
}

void choose_late_tables(struct journey *j, const size_t *tables, size_t n)
{
    struct choose_late *l = late_of(j);

    selection_totals(&j->selection, &j->totals);
    journey_changed(j);
    if (n <= FEW && l->at == l->n_tables) {
        journey_keep_tables(j, tables, n);
        push_steps(j);
        return;
    }
    if (l->n_tables + n > l->tables_room)
        l->tables = mem_grow(l->tables, l->tables_room = l->n_tables + n, sizeof *l->tables);
    for (size_t i = 0; i < n; i++)
        l->tables[l->n_tables++] = tables[i];
}

bool choose_late_some(struct journey *j)
{
    struct choose_late *l = j->late;
    size_t n;

    if (!choose_late_waits(j))
        return false;
    if (l->n_steps) { /* a turn of its own: the texts of thousands of tables are long */
        push_steps(j);
        return true;
    }
    n = l->n_tables - l->at < A_TURN ? l->n_tables - l->at : A_TURN;
    journey_keep_tables(j, l->tables + l->at, n);
    l->at += n;
    if (l->at == l->n_tables)
        l->at = l->n_tables = 0;
    return true;
}

void choose_late_all(struct journey *j)
{
    while (choose_late_some(j))
        ;
}

void choose_late_free(struct journey *j)
{
    if (j->late) {
        mem_free(j->late->steps);
        mem_free(j->late->tables);
    }
    mem_free(j->late);
    j->late = NULL;
}
