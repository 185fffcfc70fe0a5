#include "api/base/str.h"
#include "api/store/internal.h"

/* What could not be written while another process wrote: it goes first in the next change. */

struct late {
    late_write *write;
    int64_t number;
    char *texts[LATE_TEXTS];
    struct late *next;
};

static bool same(const struct late *l, late_write *write, int64_t number,
                 const char *const texts[LATE_TEXTS])
{
    bool same = l->write == write && l->number == number;

    for (int i = 0; same && i < LATE_TEXTS; i++)
        same = str_eq(l->texts[i], texts[i]) || (!l->texts[i] && !texts[i]);
    return same;
}

void late_keep(struct store *s, late_write *write, int64_t number,
               const char *const texts[LATE_TEXTS], bool once)
{
    struct late **end = &s->late;

    for (; *end; end = &(*end)->next)
        if (once && same(*end, write, number, texts))
            return;
    *end = mem_alloc(sizeof **end);
    **end = (struct late){.write = write, .number = number};
    for (int i = 0; i < LATE_TEXTS; i++)
        (*end)->texts[i] = texts[i] ? mem_str(texts[i]) : NULL;
}

bool late_run(struct store *s, struct err *e)
{
    for (const struct late *l = s->late; l; l = l->next)
        if (!l->write(s, l->number, (const char *const *)l->texts, e))
            return false;
    return true;
}

void late_forget(struct store *s)
{
    while (s->late) {
        struct late *l = s->late;
        s->late = l->next;
        for (int i = 0; i < LATE_TEXTS; i++)
            mem_free(l->texts[i]);
        mem_free(l);
    }
}
