/* What others see of the replica, copied under the lock now and then. */

#include "tests/sandbox/replicate/work.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <stdio.h>

enum { PUBLISH_MS = 20, TABLES_A_MS = 10 };

static void show_table(const struct mirror *m, struct replica_table_look *out)
{
    *out = (struct replica_table_look){.backfill = m->state,
                                       .manual = m->manual,
                                       .backfill_started = m->started,
                                       .backfill_ended = m->ended,
                                       .rows_copied = m->rows,
                                       .events = m->events,
                                       .unsupported_events = m->unsupported,
                                       .last_event_ms = m->last_event};
    str_copy(out->schema, sizeof out->schema, m->schema);
    str_copy(out->table, sizeof out->table, m->table);
    str_copy(out->error, sizeof out->error, m->error);
}

static void show_tables(struct work *w)
{
    w->look.tables = mem_grow(w->look.tables, w->n_mirrors + 1, sizeof *w->look.tables);
    w->look.n_tables = 0;
    for (size_t i = 0; i < w->n_mirrors; i++) {
        if (w->mirrors[i]->selected)
            show_table(w->mirrors[i], &w->look.tables[w->look.n_tables++]);
    }
}

void work_publish(struct work *w, int64_t now)
{
    pthread_mutex_lock(&w->lock);
    w->look.state = w->state;
    str_copy(w->look.reason, sizeof w->look.reason, w->fault.reason);
    snprintf(w->look.error, sizeof w->look.error, "%s%s%s", w->fault.what,
             w->fault.why[0] ? ": " : "", w->fault.why);
    if (w->loaded) {
        w->look.events = w->events;
        w->look.bytes = w->bytes;
        w->look.copied = w->copied;
        w->look.unsupported_events = w->unsupported;
        w->look.confirmed_lsn = w->durable;
        show_tables(w);
    }
    pthread_mutex_unlock(&w->lock);
    w->news = false;
    w->next_publish = now + PUBLISH_MS + (int64_t)(w->n_mirrors / TABLES_A_MS);
}
