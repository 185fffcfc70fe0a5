#include "screens/cli/remembered.h"

#include "api/base/str.h"
#include "api/store/journeys.h"
#include "screens/values.h"

static bool is_of(const struct kept *k, const struct target *t)
{
    struct target of = {.app = ""};

    str_copy(of.project, sizeof of.project, kept_text(k, "target.project", ""));
    str_copy(of.instance, sizeof of.instance, kept_text(k, "target.instance", ""));
    str_copy(of.database, sizeof of.database, kept_text(k, "target.database", ""));
    return values_are_of(&of, t);
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
