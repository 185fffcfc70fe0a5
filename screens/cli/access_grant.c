#include "screens/cli/access_inside.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"

/* The text to send is the result; why it is not done stands on stderr. */
static int may_not(struct session *s, const struct rights *r, int64_t until)
{
    struct str text = {0};
    struct err e;
    access_request(&text, r->project, r->member[0] ? r->member : "user:you@example.com",
                   r->narrow.roles, r->narrow.n_roles, until);
    if (s->o->json)
        out_talk_lines(str_text(&text));
    else
        out_result(&text);
    str_done(&text);
    err_set(&e, ERR_DENIED, tr("Granting roles in %s"), r->project);
    err_reason(&e, "IAM_PERMISSION_DENIED");
    err_resource(&e, r->project);
    err_why(&e,
            tr("you may not change the project's policy: resourcemanager.projects.setIamPolicy"));
    err_hint(&e, tr("send the text above to %s%s"),
             r->n_setters ? r->setters[0] : tr("one who may"),
             r->n_setters > 1 ? tr(", or to another who may") : "");
    return out_error(s->o, &e);
}

/* Told as it goes on. */
static bool wait_for_grant(struct session *s, const struct task *t, size_t brings, struct err *e)
{
    enum access_phase told = ACCESS_RECORDING;
    size_t works = 0;
    while (task_state(t) == TASK_RUNNING && session_goes_on(s, e)) {
        session_sleep(s, -1);
        if (access_grant_phase(t) >= ACCESS_TESTING && told < ACCESS_TESTING) {
            told = ACCESS_TESTING;
            out_talk("%s", tr("granted; waiting until Google acts on it, usually some minutes"));
        }
        if (access_grant_works(t) != works)
            out_talk(tr("%zu of %zu permissions are held by now"), access_grant_works(t), brings);
        works = access_grant_works(t);
    }
    if (task_state(t) == TASK_RUNNING)
        return err_hint(e, tr("what was granted is recorded: strom access drop takes it away"));
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    return task_state(t) == TASK_OK;
}

static int granted(struct session *s, const struct rights *r,
                   const struct access_grant_order *order, const struct task *t)
{
    const bool all = access_grant_works(t) == order->n_brings;
    struct str diff = {0};
    char text[CLOCK_TEXT];
    if (access_grant_before(t))
        policy_diff(&diff, r->project, access_grant_before(t), access_grant_after(t));
    const struct access_change_told c = {.result = "granted",
                                         .r = r,
                                         .roles = order->roles,
                                         .n_roles = order->n_roles,
                                         .until = order->until,
                                         .works = order->n_brings == 0 ? -1
                                                  : all                ? 1
                                                                       : 0,
                                         .diff = str_text(&diff)};
    if (!s->o->json)
        out_line(all && order->n_brings
                     ? tr("granted until %s, and it works: strom access drop takes it away before")
                     : tr("granted until %s: strom access drop takes it away before"),
                 clock_rfc3339(order->until, text));
    if (!all)
        out_talk(
            tr("permissions that do not work yet, longer than Google says it takes: %zu; strom "
               "access show tells which"),
            order->n_brings - access_grant_works(t));
    if (r->broad)
        out_talk(tr("%s hides whether the narrow roles work: strom access drop --editor would "
                    "take it away"),
                 access_basic_name(r->basic));
    int code = access_end(s, &c);
    str_done(&diff);
    return all ? code : OUT_NOT_YET;
}

static int carry_out_grant(struct session *s, const struct rights *r,
                           const struct access_grant_order *order)
{
    struct err e;
    struct task *t = access_grant(s->live.net, order);
    int code =
        wait_for_grant(s, t, order->n_brings, &e) ? granted(s, r, order, t) : out_error(s->o, &e);
    task_drop(t);
    return code;
}

int access_command_grant(struct session *s, const struct rights *r)
{
    const int64_t seconds = s->o->for_ ? options_seconds(s->o->for_) : ACCESS_USUAL_S;
    struct access_grant_order order = {.google = s->live.google,
                                       .store = s->live.store,
                                       .project = r->project,
                                       .member = r->member,
                                       .what = s->target.app[0] ? s->target.app : r->project,
                                       .roles = r->narrow.roles,
                                       .n_roles = r->narrow.n_roles,
                                       .until = clock_wall() + seconds};
    const struct access_change_told nothing = {.result = "unchanged", .r = r};
    struct err e;

    if (order.n_roles == 0) {
        if (!s->o->json)
            out_line("%s", tr("nothing lacks: nothing was granted"));
        return access_end(s, &nothing);
    }
    if (!r->may_set || r->policy == NULL)
        return may_not(s, r, order.until);
    if (r->member[0] == '\0')
        return out_error(s->o, r->who_error);
    order.brings = rights_brings(r, &s->mem, &order.n_brings);
    if (!live_can_record(&s->live, &e) ||
        !access_show_ahead(r, access_grant_changes(&s->mem, &order), order.n_roles, &e) ||
        !access_consent(s, tr("Grant yourself these roles? [y/N]"), &e))
        return out_error(s->o, &e);
    return carry_out_grant(s, r, &order);
}
