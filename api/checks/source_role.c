#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/tr.h"

/* role.* and app_role.*: who replicates, and who makes the slot. */

static void no_role(struct check_list *l, const struct source_view *v)
{
    static const enum check_id rest[] = {CHECK_ROLE_LOGIN, CHECK_ROLE_REPLICATION};
    const char *user = v->wanted->db_user;
    enum check_id id = CHECK_ROLE_EXISTS;
    check_set(l, id, CHECK_FAIL, "there is no user %s", user);
    check_remedy(l, id, CHECK_REMEDY_MANIFEST,
                 "databases:\n  - name: %s\n    users:\n      - name: %s",
                 v->facts->server.part.known ? v->facts->server.database : "...", user);
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        check_set(l, rest[i], CHECK_UNKNOWN, "there is no user %s yet", user);
}

static void exists(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_ROLE_EXISTS;
    if (v->facts->roles.db_user.exists)
        check_set(l, id, CHECK_PASS, "%s", v->wanted->db_user);
    else
        no_role(l, v);
    check_needed(l, id, "the user %s", v->wanted->db_user);
    check_why(l, id,
              "Deploy the manifest first: migrations that run before the user exists do nothing, "
              "and Flyway takes them for done for ever.");
}

static const char *why_no_login(const struct source_role *r)
{
    if (!r->login)
        return "it may not log in";
    if (r->expired)
        return "its password has expired (VALID UNTIL)";
    return r->connection_limit == 0 ? "it is allowed no connection (CONNECTION LIMIT 0)" : NULL;
}

static void login(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_ROLE_LOGIN;
    const struct source_role *r = &v->facts->roles.db_user;
    const char *trouble = why_no_login(r);
    check_set(l, id, trouble == NULL ? CHECK_PASS : CHECK_FAIL, "%s",
              tr(trouble == NULL ? "it may log in" : trouble));
    check_needed(l, id, "LOGIN, not expired");
    check_why(l, id, "Datastream logs in as this user.");
    if (trouble == NULL)
        return;
    struct str sql = {0};
    str_add(&sql, "ALTER USER ");
    sql_ident(&sql, v->wanted->db_user);
    str_add(&sql, !r->login    ? " LOGIN;"
                  : r->expired ? " VALID UNTIL 'infinity';"
                               : " CONNECTION LIMIT -1;");
    check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    str_done(&sql);
}

static void alter_replication(struct check_list *l, enum check_id id, const char *role)
{
    struct str sql = {0};
    str_add(&sql, "ALTER USER ");
    sql_ident(&sql, role);
    str_add(&sql, " WITH REPLICATION;");
    check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    str_done(&sql);
}

static void replication(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_ROLE_REPLICATION;
    const struct source_role *r = &v->facts->roles.db_user;
    bool fine = r->replication || r->superuser;
    check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL,
              fine ? "it has REPLICATION" : "it lacks REPLICATION");
    check_needed(l, id, "REPLICATION");
    check_why(l, id, "Without it the user may not read a replication slot.");
    if (!fine)
        alter_replication(l, id, v->wanted->db_user);
}

static void app_role(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_APP_ROLE_REPLICATION;
    const struct source_facts *f = v->facts;
    const struct source_role *r = &f->roles.app;
    if (f->slots.part.known && slot_future(v) == SLOT_SERVES) {
        check_set(l, id, CHECK_PASS, "the slot is made already");
    } else if (r->name == NULL) {
        check_set(l, id, CHECK_UNKNOWN,
                  "there are no tables, so nobody owns them: the app's role is not "
                  "known");
    } else {
        bool fine = r->replication || r->superuser;
        check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL,
                  fine ? "%s has REPLICATION" : "%s lacks REPLICATION", r->name);
        if (!fine)
            alter_replication(l, id, r->name);
    }
    check_needed(l, id, "REPLICATION for the role that owns the tables");
    check_why(l, id,
              "The app runs the migration that makes the slot, and PostgreSQL lets only roles with "
              "REPLICATION do that.");
}

void checks_role(struct check_list *l, const struct source_view *v)
{
    const struct source_roles *r = &v->facts->roles;
    if (!r->part.known) {
        check_unknown_group(l, "role", r->part.why);
        check_unknown_group(l, "app_role", r->part.why);
        return;
    }
    exists(l, v);
    if (r->db_user.exists) {
        login(l, v);
        replication(l, v);
    }
    app_role(l, v);
}
