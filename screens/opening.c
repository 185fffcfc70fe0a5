#include "screens/opening.h"

#include "api/base/str.h"
#include "api/plan/opened.h"
#include "api/store/journeys.h"

/* The journey in which this stream was opened before, with what was not carried out yet; 0: none.
 */
static int64_t opened_before(struct journey *j, const struct datastream_stream *s)
{
    const struct journeys_row *rows;
    struct arena a = {0};
    struct err e;
    int64_t id = 0;
    size_t n;

    journey_save(j);
    if (journeys_list(j->live->store, &a, &rows, &n, &e))
        for (size_t i = n; i > 0; i--) /* the newest counts */
            if (rows[i - 1].opened && str_eq(rows[i - 1].stream, s->id))
                id = rows[i - 1].id;
    arena_done(&a);
    return id;
}

static bool is_this(const struct journey *j, const struct target *place,
                    const struct datastream_stream *s)
{
    return j->opened && str_eq(j->target.stream, s->id) &&
           str_eq(j->target.project, place->project) && str_eq(j->target.region, place->region);
}

/* It reads the source that was connected before another's stream was looked at: *t is its target.
 */
static bool leads_back(const struct journey *j, const struct target *place,
                       const struct datastream_stream *s, const char *database, struct target *t)
{
    struct target left = j->live->left;

    if (left.database[0] == '\0' || !str_eq(left.project, place->project) ||
        !str_eq(left.region, place->region) || !opened_target(s, database, &left))
        return false;
    *t = left;
    return true;
}

void opening_show(struct journey *j, const struct datastream_stream *s, const char *database)
{
    struct target place = j->target, t = place;
    int64_t before = is_this(j, &place, s) ? 0 : opened_before(j, s);

    if (before && before != j->id)
        journey_switch(j, before);
    if (!is_this(j, &place, s)) {
        t = place;
        bool same = opened_target(s, database, &t);
        if (!same && leads_back(j, &place, s, database, &t))
            journey_go_back(j, &t);
        else
            journey_put_aside(j, &t, same);
    }
    str_copy(j->source, sizeof j->source, database);
    j->opened = true;
    j->reached = AT_MONITOR;
    journey_use_flows(j, &s->include, &s->exclude);
    j->go_to = AT_MONITOR;
}
