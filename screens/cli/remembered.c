#include "screens/cli/remembered.h"

#include "api/base/str.h"
#include "api/store/journeys.h"

static bool is_same(const struct kept *k, const char *key, const char *name)
{
    return name[0] && str_eq(kept_text(k, key, ""), name);
}

/* Behind a tunnel each server has the same host and port, and many a database the same name: the
 * instance alone tells them apart. */
static bool is_of(const struct kept *k, const struct target *t)
{
    return is_same(k, "target.project", t->project) && is_same(k, "target.instance", t->instance) &&
           is_same(k, "target.database", t->database);
}

struct kept *remembered(struct store *s, const struct target *t)
{
    struct arena a = {0};
    const struct journeys_row *rows;
    struct journeys_row row;
    struct kept *found = NULL;
    struct err e;
    size_t n = 0;

    if (!journeys_list(s, &a, &rows, &n, &e))
        n = 0;
    for (size_t i = 0; i < n && found == NULL; i++) {
        struct kept *k = journeys_load(s, rows[i].id, &a, &row, &e);
        if (k && is_of(k, t))
            found = k;
        else
            kept_free(k);
    }
    arena_done(&a);
    return found;
}
