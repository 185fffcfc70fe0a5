#include "api/checks/google_checks.h"

#include "api/access/editor.h"
#include "api/access/instead.h"
#include "api/base/clock.h"
#include "api/base/tr.h"

#include <string.h>

static const char *const needed_apis[] = {
    "bigquery.googleapis.com",          "compute.googleapis.com",  "datastream.googleapis.com",
    "servicenetworking.googleapis.com", "sqladmin.googleapis.com",
};

const char *const *google_needed_apis(size_t *n)
{
    *n = sizeof needed_apis / sizeof *needed_apis;
    return needed_apis;
}

/* Could not be asked: that is no verdict on the thing itself. */
static void unknown(struct check_list *l, enum check_id id, const struct err *e)
{
    check_set_err(l, id, CHECK_UNKNOWN, e);
    if (*e->hint)
        check_remedy(l, id, CHECK_REMEDY_COMMAND, "%s", e->hint);
}

/* --- google.credentials --- */

static void credentials(struct check_list *l, const struct google_view *v)
{
    enum check_id id = CHECK_GOOGLE_CREDENTIALS;
    const struct google_identity *who = v->who;
    char until[CLOCK_TEXT];
    if (!who && !v->who_error)
        return;
    if (!who && (v->who_error->kind == ERR_NETWORK || err_is_machine(v->who_error))) {
        unknown(l, id, v->who_error);
    } else if (!who) {
        check_set_err(l, id, CHECK_FAIL, v->who_error);
        check_remedy(l, id, CHECK_REMEDY_COMMAND, "%s", v->who_error->hint);
    } else {
        check_set(l, id, v->login_note || who->clock_ahead_s ? CHECK_WARN : CHECK_PASS,
                  "%s, until %s, renewed by itself",
                  *who->email ? who->email : tr("a login that does not tell its name"),
                  clock_moment(who->until, until));
        if (v->login_note)
            check_remedy(l, id, CHECK_REMEDY_COMMAND, "%s", v->login_note);
        else if (who->clock_ahead_s)
            check_remedy(l, id, CHECK_REMEDY_COMMAND,
                         "This machine's clock is %lld seconds from Google's: set it right.",
                         (long long)who->clock_ahead_s);
    }
    check_needed(l, id, "a login that Google accepts");
    check_why(l, id, "Everything in the cloud is asked and made in the name of this login.");
}

/* --- google.project --- */

static void project(struct check_list *l, const struct google_view *v)
{
    enum check_id id = CHECK_GOOGLE_PROJECT;
    const struct google_project *p = v->found;
    if (!p && !v->found_error)
        return;
    if (!p && (v->who_error || v->found_error->kind == ERR_NETWORK)) {
        unknown(l, id, v->found_error); /* without a login nobody was asked */
    } else if (!p) {
        check_set(l, id, CHECK_FAIL, "%s: %s", v->project, v->found_error->why);
        check_remedy(l, id, CHECK_REMEDY_ROLE,
                     "Is it the team's project? Without any access, add Google Cloud Platform at "
                     "myapps.microsoft.com, then log in again.");
    } else if (!str_eq(p->state, "ACTIVE")) {
        check_set(l, id, CHECK_FAIL, "%s is %s", p->id, p->state);
        check_remedy(l, id, CHECK_REMEDY_WAIT, "A project on its way out takes no new streams.");
    } else {
        check_set(l, id, CHECK_PASS, "%s (number %s)", p->id, p->number);
    }
    check_needed(l, id, "access to the team's project");
    check_why(l, id, "The stream, the proxy and the dataset are made there.");
}

/* --- google.apis --- */

static bool may_enable(const struct google_view *v)
{
    return !v->held || projects_holds(v->held, "serviceusage.services.enable");
}

static void apis_off(struct check_list *l, const struct google_view *v, const char *list,
                     const char *words)
{
    enum check_id id = CHECK_GOOGLE_APIS;
    if (may_enable(v)) {
        check_set(l, id, CHECK_WARN, "off: %s", list);
        check_remedy(l, id, CHECK_REMEDY_COMMAND, "gcloud services enable%s --project=%s", words,
                     v->project);
        return;
    }
    check_set(l, id, CHECK_FAIL, "off, and you may not turn them on: %s", list);
    check_remedy(l, id, CHECK_REMEDY_COMMAND, "gcloud services enable%s --project=%s", words,
                 v->project);
}

static void apis(struct check_list *l, const struct google_view *v)
{
    enum check_id id = CHECK_GOOGLE_APIS;
    struct str list = {0}, words = {0};
    size_t n;
    if (!v->apis && !v->apis_error)
        return;
    const char *const *needed = google_needed_apis(&n);
    for (size_t i = 0; v->apis && i < n; i++)
        if (!serviceusage_has(v->apis, needed[i])) {
            str_printf(&list, "%s%s", list.bytes ? ", " : "", needed[i]);
            str_printf(&words, " %s", needed[i]);
        }
    if (!v->apis)
        unknown(l, id, v->apis_error);
    else if (list.bytes)
        apis_off(l, v, str_text(&list), str_text(&words));
    else
        check_set(l, id, CHECK_PASS, "all %zu are on", n);
    check_needed(l, id, "BigQuery, Compute, Datastream, Service Networking, Cloud SQL Admin");
    check_why(
        l, id, "%s",
        l->at[id].result == CHECK_WARN ? tr("A call to an API that is off is refused. "
                                            "Create turns them on first, by itself.")
        : l->at[id].result == CHECK_FAIL
            ? tr("A call to an API that is off is refused. Somebody who may must turn them on.")
            : tr("A call to an API that is off is refused."));
    str_done(&list);
    str_done(&words);
}

/* --- access.permissions --- */

static void add_steps(struct str *out, uint32_t steps)
{
    bool some = false;
    for (int s = 0; s < (int)ACCESS_STEPS; s++)
        if (steps & ACCESS_BIT(s)) {
            str_printf(out, "%s%s", some ? ", " : "", access_step_name((enum access_step)s));
            some = true;
        }
}

/* As long as nobody has said otherwise. */
static bool may_change_policy(const struct google_view *v)
{
    return !v->held || projects_holds(v->held, "resourcemanager.projects.setIamPolicy");
}

/* strom's own line where it would work; then who else can do it, by name where that is known. */
static void say_who(struct str *out, const struct google_view *v, const char *own)
{
    struct str names = {0};
    struct arena scratch = {0};
    size_t n = 0;
    const char *const *who =
        v->policy ? access_setters(&scratch, v->policy, v->who ? v->who->member : "", &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const char *colon = strchr(who[i], ':');
        str_printf(&names, "%s%s", i ? ", " : "", colon + 1);
    }
    if (may_change_policy(v))
        str_printf(out, "%s\n%s\n", own, tr("# or, by one who may change the project's policy:"));
    else if (n)
        str_printf(out, tr("# you may not change the project's policy; this one may: %s\n"),
                   str_text(&names));
    else
        str_printf(out, "%s\n", tr("# by one who may change the project's policy:"));
    str_done(&names);
    arena_done(&scratch);
}

static void say_lacks(struct check_list *l, const struct google_view *v,
                      const struct access_verdict *verdict)
{
    enum check_id id = CHECK_ACCESS_PERMISSIONS;
    struct str lacks = {0}, commands = {0}, own = {0};
    const char *member = v->who && *v->who->member ? v->who->member : "user:you@example.com";
    for (size_t i = 0; i < verdict->n_lacks; i++) {
        str_printf(&lacks, "%s%s (", i ? "; " : "", verdict->lacks[i].permission);
        add_steps(&lacks, verdict->lacks[i].steps);
        str_addc(&lacks, ')');
    }
    str_printf(&own, "strom access grant --project %s", v->project);
    say_who(&commands, v, str_text(&own));
    access_grant_commands(&commands, v->project, member, verdict->roles, verdict->n_roles,
                          v->now + ACCESS_USUAL_S);
    check_set(l, id, CHECK_FAIL, "lacking: %s", str_text(&lacks));
    check_remedy(l, id, CHECK_REMEDY_ROLE, "%s", str_text(&commands));
    str_done(&lacks);
    str_done(&commands);
    str_done(&own);
}

static void permissions(struct check_list *l, const struct google_view *v)
{
    enum check_id id = CHECK_ACCESS_PERMISSIONS;
    struct access_verdict verdict;
    if (!v->held && !v->held_error)
        return;
    if (!v->held) {
        unknown(l, id, v->held_error);
    } else {
        struct arena scratch;
        size_t n;
        arena_init(&scratch);
        access_judge(&scratch, v->steps, v->held->permissions, v->held->n, &verdict);
        access_needed(&scratch, v->steps, &n);
        if (verdict.n_lacks)
            say_lacks(l, v, &verdict);
        else
            check_set(l, id, CHECK_PASS, "all %zu are held", n);
        arena_done(&scratch);
    }
    check_needed(l, id, "every permission that a step ahead asks for");
    check_why(l, id, "What is refused half-way leaves half of it made.");
}

/* --- access.basic_roles --- */

static void list_others(struct str *out, const struct access_holders *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->items[i].role != ACCESS_VIEWER && h->items[i].person && !h->items[i].self)
            str_printf(out, "%s%s (%s)", out->bytes ? ", " : "", h->items[i].member,
                       access_basic_name(h->items[i].role));
}

static void say_holders(struct check_list *l, const struct google_view *v,
                        const struct access_holders *h, const char *others)
{
    enum check_id id = CHECK_ACCESS_BASIC_ROLES;
    struct str drop = {0}, own = {0};
    const char *self = h->self_owner && h->self_editor ? "Owner, Editor"
                       : h->self_owner                 ? "Owner"
                                                       : "Editor";
    bool some = *others != '\0';
    if (!h->self_owner && !h->self_editor && (h->group_owner || h->group_editor)) {
        check_set(l, id, CHECK_WARN, "not you by name, but a group that you may be in: %s", others);
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Whoever is in the group holds the role. Who owns the group can tell whether "
                     "you are, and whether it needs to.");
        return;
    }
    if (!h->self_owner && !h->self_editor) {
        check_set(l, id, CHECK_PASS, some ? "not you; others do: %s" : "nobody%s", others);
        return;
    }
    check_set(l, id, CHECK_WARN, some ? "you hold %s; so do: %s" : "you hold %s%s", self, others);
    str_printf(&own, "strom access grant --project %s\nstrom access drop --editor --project %s",
               v->project, v->project);
    say_who(&drop, v, str_text(&own));
    if (h->self_editor)
        access_drop_command(&drop, v->project, v->who->member, ACCESS_EDITOR);
    if (h->self_owner)
        access_drop_command(&drop, v->project, v->who->member, ACCESS_OWNER);
    check_remedy(l, id, CHECK_REMEDY_ROLE, "%s", str_text(&drop));
    str_done(&drop);
    str_done(&own);
}

static void basic_roles(struct check_list *l, const struct google_view *v)
{
    enum check_id id = CHECK_ACCESS_BASIC_ROLES;
    if (!v->policy && !v->policy_error)
        return;
    if (!v->policy) {
        unknown(l, id, v->policy_error);
    } else {
        struct access_holders h;
        struct str others = {0};
        struct arena scratch;
        arena_init(&scratch);
        access_holders(&scratch, v->policy, v->who ? v->who->member : "", &h);
        list_others(&others, &h);
        say_holders(l, v, &h, str_text(&others));
        str_done(&others);
        arena_done(&scratch);
    }
    check_needed(l, id, "nobody, for longer than the work takes");
    check_why(l, id,
              "Editor and Owner cannot be given an end: whoever has them keeps them until somebody "
              "takes them away. Narrow roles that end by themselves do the same work: the page "
              "Access grants them, and so does strom access grant.");
}

void google_checks(struct check_list *l, const struct google_view *v)
{
    credentials(l, v);
    project(l, v);
    apis(l, v);
    permissions(l, v);
    basic_roles(l, v);
}
