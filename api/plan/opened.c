#include "api/plan/opened.h"

#include "api/base/str.h"
#include "api/plan/names.h"

/* Called so by the person before, or by either family of this source. */
static bool is_of_source(const struct target *t, const char *stream)
{
    struct target other = *t;
    struct names n;

    if (str_eq(t->stream, stream))
        return true;
    other.stream[0] = '\0';
    for (int naming = TARGET_PROCEDURE; naming <= TARGET_NAV_MODULE; naming++) {
        bool known = naming == TARGET_NAV_MODULE ? other.app[0] : other.database[0];
        other.naming = (enum target_naming)naming;
        names_of(&other, &n);
        if (known && str_eq(n.stream, stream))
            return true;
    }
    return false;
}

static void forget_source(struct target *t)
{
    t->app[0] = t->instance[0] = t->database[0] = '\0';
    t->app_role[0] = t->db_user[0] = '\0';
}

bool opened_target(const struct datastream_stream *s, struct target *t)
{
    bool same = is_of_source(t, s->id);

    if (!same)
        forget_source(t);
    if (!names_recognise(s->id, t)) /* a name of its own: the family stays */
        str_copy(t->stream, sizeof t->stream, s->id);
    str_copy(t->dataset, sizeof t->dataset, s->dataset);
    str_copy(t->dataset_project, sizeof t->dataset_project,
             str_eq(s->dataset_project, t->project) ? "" : s->dataset_project);
    str_copy(t->publication, sizeof t->publication, s->publication);
    str_copy(t->slot, sizeof t->slot, s->slot);
    if (s->freshness_s >= 0)
        t->freshness_seconds = (int)s->freshness_s;
    t->mode = s->mode == DATASTREAM_MODE_APPEND ? TARGET_APPEND_ONLY : TARGET_MERGE;
    names_complete(t);
    return same;
}
