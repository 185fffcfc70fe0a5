#include "screens/connect_found.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/answer.h"

/* What was typed goes before; a slip of long ago is not taken for granted. */
static void draw_told(const struct connect *self, struct page *p)
{
    static const char *const names[ROWS] = {
        [ROW_PROJECT] = "Project",
        [ROW_REGION] = "Region",
        [ROW_INSTANCE] = "Instance",
        [ROW_DATABASE] = "Database",
    };

    for (enum connect_row row = ROW_PROJECT; row <= ROW_DATABASE; row++)
        if (connect_told(self, row))
            page_mark(p, MARK_WARN, tr("%s is as given here; the cluster says %s"), tr(names[row]),
                      connect_told(self, row));
}

void connect_found_source(const struct connect *self, const struct journey *j, struct page *p)
{
    if (self->source == NULL ||
        !answered(p, self->source, tr("Asking the cluster for its database")))
        return;
    const struct nais_source *s = nais_source_found(self->source);
    page_mark(p, MARK_OK, "%s · %s", s->connection_name, s->version);
    draw_told(self, p);
    if (!s->has_user)
        page_mark(p, MARK_WARN, "%s",
                  tr("the platform knows no user datastream yet: Prerequisites tells how"));
    else if (!secret_is_empty(j->live->db_password) && !j->live->password_found)
        page_mark(p, MARK_OK, "%s",
                  tr("the password given here goes before that of the cluster; it is kept in "
                     "memory only"));
    else if (s->password_state != NAIS_PASSWORD_READ) {
        page_mark(p, MARK_WARN, tr("the password of %s: %s"), s->user, s->password_why);
        page_note(p, "%s", s->password_where);
    } else {
        page_mark(p, MARK_OK,
                  tr("the password of %s was read from the cluster, and is kept in memory only"),
                  s->user);
    }
}

/* What is not wrong enough to fail, and will be when it lasts. */
static void draw_warnings(const struct google_identity *who, const struct journey *j,
                          struct page *p)
{
    const char *quota = google_quota_refused(j->live->google);
    char clock[96];

    if (google_clock_hint(who->clock_ahead_s, clock)[0])
        page_mark(p, MARK_WARN, "%s", clock);
    if (quota == NULL)
        return;
    page_mark(p, MARK_WARN, tr("%s may not be used as quota project: it goes on without one"),
              quota);
    page_note(p, "%s",
              tr("→ ask for roles/serviceusage.serviceUsageConsumer in it, or name another one in "
                 "GOOGLE_CLOUD_QUOTA_PROJECT"));
}

void connect_found_google(const struct connect *self, const struct journey *j, struct page *p)
{
    char when[CLOCK_TEXT];

    if (!answered(p, self->who, tr("Asking Google who you are")))
        return;
    const struct google_identity *who = google_identity(self->who);
    page_mark(p, MARK_OK, tr("Google: %s, until %s, renewed by itself"),
              who->email[0] ? who->email : who->file, clock_moment(who->until, when));
    draw_warnings(who, j, p);
    if (j->target.project[0] && answered(p, self->project, tr("Asking for the project")))
        page_mark(p, MARK_OK, tr("Project %s, number %s"), projects_project(self->project)->id,
                  projects_project(self->project)->number);
}

/* One next step: where nobody listens it is the proxy, by the app's name. */
static void draw_no_database(const struct err *e, const struct journey *j, struct page *p)
{
    struct err shown = *e;

    if (str_eq(e->reason, PG_REFUSED))
        err_hint(&shown,
                 tr("nais postgres proxy %s in another window, then Ctrl-R here; or check host and "
                    "port"),
                 j->target.app[0] ? j->target.app : "APP");
    answer_error(p, &shown);
}

void connect_found_database(const struct connect *self, const struct journey *j, struct page *p)
{
    char named[64];

    if (connect_problem(self, ROW_DSN))
        return; /* what stands there was never tried */
    if (self->edited & (1u << ROW_DSN | 1u << ROW_DATABASE)) {
        page_mark(p, MARK_UNKNOWN, "%s", tr("not tested yet: Tab or Enter tests it"));
        return;
    }
    if (pg_dsn_database(j->dsn, named, sizeof named) && j->target.database[0] &&
        !str_eq(named, j->target.database))
        page_mark(p, MARK_WARN, tr("Database above goes before dbname=%s of this line"), named);
    if (j->live->pg && !pg_lost(j->live->pg) && self->connecting == NULL) {
        int version = pg_version(j->live->pg);
        bool open = !pg_encrypted(j->live->pg) && !pg_nearby(j->live->pg);
        page_mark(p, open ? MARK_WARN : MARK_OK, tr("%s as %s, PostgreSQL %d.%d, %s"),
                  pg_database(j->live->pg), pg_user(j->live->pg), version / 10000, version % 10000,
                  pg_encrypted(j->live->pg) ? tr("encrypted")
                  : open                    ? tr("not encrypted")
                                            : tr("not encrypted (loopback)"));
        if (open)
            page_note(p, "%s", tr("→ others on the way can read it: sslmode=verify-full"));
        if (j->target.database[0] && !str_eq(j->target.database, pg_database(j->live->pg)))
            page_mark(p, MARK_WARN, tr("that is another database than %s, which is to flow"),
                      j->target.database);
        return;
    }
    if (task_state(self->connecting) == TASK_FAILED)
        draw_no_database(task_error(self->connecting), j, p);
    else
        answered(p, self->connecting, tr("Connecting to the database"));
}
