#include "screens/choose_late.h"

#include "api/base/arena.h"
#include "screens/undoing.h"

#include <string.h>

enum { FEW = 64, A_TURN = 256, TEXTS_A_TURN = 1024 };

struct late_step {
    char *label;
    struct choose_step step;
    struct str before, after;
};

struct choose_late {
    struct late_step *steps; /* from `pushed` on they are to be recorded */
    size_t pushed, n_steps, steps_room;
    size_t *tables; /* from `at` on they are to be kept */
    size_t at, n_tables, tables_room;
    unsigned char *waits; /* of each table: it stands there */
    size_t n_waits;
};

static struct choose_late *late_of(struct journey *j)
{
    if (j->late == NULL)
        j->late = mem_alloc(sizeof *j->late);
    return j->late;
}

static void done(struct late_step *s)
{
    mem_free(s->label);
    choose_step_done(&s->step);
    str_done(&s->before);
    str_done(&s->after);
}

static void push(struct journey *j, struct late_step *s)
{
    struct undo_step step = {s->label, str_text(&s->before), str_text(&s->after)};

    undoing_push(j, "", &step);
    done(s);
}

/* The texts of thousands of tables are long: they are written some at a time, and go to the disk in
 * a turn of their own. False: all are there. */
static bool push_some(struct journey *j, size_t most)
{
    struct choose_late *l = j->late;

    if (l->pushed == l->n_steps)
        return false;
    struct late_step *s = &l->steps[l->pushed];
    if (!choose_step_is_told(&s->step)) {
        choose_step_texts(&s->step, j, most, &s->before, &s->after);
        return true;
    }
    push(j, s);
    if (++l->pushed == l->n_steps)
        l->pushed = l->n_steps = 0;
    return true;
}

void choose_late_step(struct journey *j, const char *label, struct choose_step *step)
{
    struct choose_late *l = late_of(j);

    if (l->n_steps == l->steps_room)
        l->steps = mem_grow(l->steps, l->steps_room = l->steps_room * 2 + 4, sizeof *l->steps);
    l->steps[l->n_steps++] = (struct late_step){.label = mem_str(label), .step = *step};
    *step = (struct choose_step){0};
}

bool choose_late_waits(const struct journey *j)
{
    return j->late && (j->late->n_steps || j->late->at < j->late->n_tables);
}

static void add_tables(struct journey *j, struct choose_late *l, const size_t *tables, size_t n)
{
    if (l->n_waits < j->selection.n_tables) {
        l->waits = mem_grow(l->waits, j->selection.n_tables, 1);
        memset(l->waits + l->n_waits, 0, j->selection.n_tables - l->n_waits);
        l->n_waits = j->selection.n_tables;
    }
    if (l->n_tables + n > l->tables_room)
        l->tables = mem_grow(l->tables, l->tables_room = l->n_tables + n, sizeof *l->tables);
    for (size_t i = 0; i < n; i++)
        if (!l->waits[tables[i]]) {
            l->waits[tables[i]] = 1;
            l->tables[l->n_tables++] = tables[i];
        }
}

void choose_late_tables(struct journey *j, const size_t *tables, size_t n)
{
    struct choose_late *l = late_of(j);

    selection_totals(&j->selection, &j->totals);
    journey_changed(j);
    if (n > FEW || l->at < l->n_tables) {
        add_tables(j, l, tables, n);
        return;
    }
    journey_keep_tables(j, tables, n);
    while (push_some(j, SIZE_MAX))
        ;
}

static void keep_some(struct journey *j, struct choose_late *l)
{
    size_t n = l->n_tables - l->at < A_TURN ? l->n_tables - l->at : A_TURN;

    journey_keep_tables(j, l->tables + l->at, n);
    for (; n > 0; n--)
        l->waits[l->tables[l->at++]] = 0;
    if (l->at == l->n_tables)
        l->at = l->n_tables = 0;
}

bool choose_late_some(struct journey *j)
{
    if (!choose_late_waits(j))
        return false;
    if (!push_some(j, TEXTS_A_TURN))
        keep_some(j, j->late);
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
        for (size_t i = j->late->pushed; i < j->late->n_steps; i++)
            done(&j->late->steps[i]);
        mem_free(j->late->steps);
        mem_free(j->late->tables);
        mem_free(j->late->waits);
    }
    mem_free(j->late);
    j->late = NULL;
}
