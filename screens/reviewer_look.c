#include "screens/reviewer_inside.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/lookups.h"
#include "api/plan/file.h"
#include "api/plan/names.h"
#include "screens/values.h"

#include <string.h>

const char *reviewer_path(struct reviewer *self, const struct journey *j)
{
    const char *given = j->live->options->file;

    if (given && !str_eq(given, "-"))
        return given;
    return j->live->repo ? path_join(&self->mem, j->live->repo, "replication.json") : "";
}

static bool read_file(struct reviewer *self, struct err *e)
{
    struct str text = {0};

    if (self->has_file)
        selection_done(&self->file);
    self->has_file = path_read(self->path, PLAN_FILE_MAX_BYTES, &text, e) &&
                     plan_file_read(str_text(&text), text.bytes, &self->file, e);
    str_done(&text);
    return self->has_file;
}

bool reviewer_is_of_choices(const struct journey *j)
{
    return j->reviewer_from == AT_REVIEW;
}

static const char *name_of(const struct reviewer *self, const struct journey *j)
{
    const char *slash = strrchr(self->path, '/');

    if (reviewer_is_of_choices(j))
        return tr("this choice");
    return slash ? slash + 1 : self->path;
}

void reviewer_look(struct reviewer *self, struct journey *j)
{
    struct pg *pg = j->live->pg;
    bool same = pg && pg_alive(pg) && str_eq(pg_database(pg), self->target.database);
    bool known = same && (reviewer_is_of_choices(j) || values_are_of(&j->target, &self->target));
    const struct judging_values values =
        values_for_judging(j->live, j->dsn, self->target.database, known ? j->kept : NULL);
    const struct reviewing_options o = {.file =
                                            reviewer_is_of_choices(j) ? &j->selection : &self->file,
                                        .name = name_of(self, j),
                                        .path = self->path,
                                        .repo = j->live->repo,
                                        .base = self->base[0] ? self->base : NULL,
                                        .google = j->live->google,
                                        .pg = same ? pg : NULL,
                                        .source_why = same ? NULL : tr("there is no connection"),
                                        .target = &self->target,
                                        .team = j->live->team,
                                        .values = &values};

    task_clear(&self->reviewing);
    self->shown = false;
    self->reviewing = reviewing(j->live->net, &o);
}

static bool is_known(const struct target *t)
{
    return t->project[0] && t->region[0] && t->instance[0] && t->database[0];
}

/* The file's, which may be another than the one of what is set up here. */
static struct cluster *cluster_of(struct reviewer *self, struct journey *j)
{
    struct cluster *here = j->live->cluster;
    const struct target *t = &self->target;
    struct err e;

    if ((t->context[0] == '\0' || (here && str_eq(t->context, cluster_context(here)))) &&
        (t->namespace_[0] == '\0' || (here && str_eq(t->namespace_, cluster_namespace(here)))))
        return here;
    self->cluster = cluster_open(j->live->net, NULL, t->context[0] ? t->context : NULL,
                                 t->namespace_[0] ? t->namespace_ : NULL, &e);
    return self->cluster;
}

/* A plan file need not tell where its stream is; the cluster does. */
static bool ask_place(struct reviewer *self, struct journey *j)
{
    struct target *t = &self->target;
    struct cluster *cluster;
    struct err e;

    live_fill_target(j->live, t, &e);
    if (t->app[0] && !is_known(t) && (cluster = cluster_of(self, j)) != NULL)
        self->place =
            nais_source(cluster, t->app, t->instance, t->db_user[0] ? t->db_user : "datastream");
    return self->place != NULL;
}

/* What neither file nor cluster told: of the connection that is open, where it is of this app. */
static void take_what_is_here(struct reviewer *self, const struct journey *j)
{
    struct target *t = &self->target;
    struct pg *pg = j->live->pg;

    names_complete(t);
    if (t->region[0] == '\0' && str_eq(t->project, j->target.project))
        str_copy(t->region, sizeof t->region, j->target.region);
    if (t->database[0] == '\0' && pg && pg_alive(pg) &&
        (j->target.app[0] == '\0' || str_eq(t->app, j->target.app)))
        str_copy(t->database, sizeof t->database, pg_database(pg));
}

void reviewer_look_there(struct reviewer *self, struct journey *j)
{
    if (self->place && task_state(self->place) == TASK_OK)
        live_fill_from_cluster(&self->target, nais_source_found(self->place));
    take_what_is_here(self, j);
    reviewer_look(self, j);
}

bool reviewer_is_nowhere(const struct reviewer *self)
{
    return self->reviewing && task_state(self->reviewing) == TASK_FAILED && self->place &&
           task_state(self->place) == TASK_FAILED && self->target.region[0] == '\0';
}

void reviewer_stop(struct reviewer *self)
{
    task_clear(&self->place);
    task_clear(&self->reviewing);
    if (self->cluster)
        cluster_close(self->cluster);
    self->cluster = NULL;
}

void reviewer_begin(struct reviewer *self, struct journey *j)
{
    reviewer_stop(self);
    self->shown = false;
    self->trouble.kind = ERR_NONE;
    self->target = j->target;
    if (reviewer_is_of_choices(j)) {
        journey_fill_selection(j);
        reviewer_look(self, j);
    } else if (read_file(self, &self->trouble)) {
        self->target = (struct target){.app = ""};
        plan_file_target(&self->file, &self->target);
        if (!ask_place(self, j))
            reviewer_look_there(self, j);
    }
}
