#include "screens/cli/access_json.h"
#include "screens/cli/out.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <string.h>

static const char *plain_name(const char *member)
{
    const char *colon = strchr(member, ':');
    return colon ? colon + 1 : member;
}

static void print_step(const struct rights *r, enum access_step step)
{
    size_t lacking = 0;
    for (size_t i = 0; i < r->verdict.n_lacks; i++)
        lacking += (r->verdict.lacks[i].steps & ACCESS_BIT(step)) != 0;
    if (r->unknown & ACCESS_BIT(step))
        out_line("%-7s %-20s %s", lacking ? tr("lacks") : tr("ok"), tr(access_step_name(step)),
                 tr("could not be looked at"));
    else if (r->ahead & ACCESS_BIT(step))
        out_line("%-7s %s", lacking ? tr("lacks") : tr("ok"), tr(access_step_name(step)));
    else
        out_line("%-7s %-20s %s", lacking ? tr("lacks") : tr("ok"), tr(access_step_name(step)),
                 tr("is there already"));
    for (size_t i = 0; i < r->verdict.n_lacks; i++)
        if (r->verdict.lacks[i].steps & ACCESS_BIT(step))
            out_line("        %s -> %s", r->verdict.lacks[i].permission,
                     r->verdict.lacks[i].role[0] ? r->verdict.lacks[i].role
                                                 : tr("a role of your own"));
}

static void print_broad(const struct rights *r)
{
    const struct access_compared *c = &r->compared;
    if (!r->broad)
        return;
    out_line(tr("warning: you hold %s in %s. An expiry cannot be set on it: it stays until "
                "somebody removes it."),
             access_basic_name(r->basic), r->project);
    out_line(tr("  it gives %d permissions, the narrow roles at most %d; in excess, for example:"),
             c->permissions, c->narrow);
    for (size_t i = 0; i < c->n_excess; i++)
        out_line("    %s", tr(c->excess[i]));
    for (size_t i = 0; i < c->n_lacks; i++)
        out_line(rights_lack(r, c->lacks[i])
                     ? tr("  and it lacks, for this very job: %s")
                     : tr("  and it lacks, for this very job, what another role gives you: %s"),
                 c->lacks[i]);
}

static void print_holders(const struct rights *r)
{
    for (size_t i = 0; i < r->holders.n; i++) {
        const struct access_holder *h = &r->holders.items[i];
        if (h->self || !h->person || h->role == ACCESS_VIEWER)
            continue;
        out_line("%s: %s%s", access_basic_name(h->role), plain_name(h->member),
                 h->maybe_self ? tr(" (you may be in it)") : "");
    }
}

static void print_grants(const struct rights *r)
{
    char moment[CLOCK_TEXT], span[CLOCK_TEXT];
    const int64_t now = clock_wall();
    for (size_t i = 0; i < r->n_ours; i++) {
        const struct access_ours *g = &r->ours[i];
        if (r->policy && !g->in_policy)
            out_line(tr("meant to be granted, and not in the policy (yet): %s"), g->role);
        else if (g->until > now)
            out_line(tr("granted by strom until %s (%s left): %s"), clock_rfc3339(g->until, moment),
                     clock_span(g->until - now, span), g->role);
        else
            out_line(tr("granted by strom, ended, and still in the policy: %s"), g->role);
    }
}

static void print_next(const struct rights *r)
{
    if (r->narrow.n_roles && r->may_set) {
        out_line("%s", tr("narrow roles that do, for a while: strom access grant --for 2h"));
        for (size_t i = 0; i < r->narrow.n_roles; i++)
            out_line("  %s", r->narrow.roles[i]);
    } else if (r->narrow.n_roles) {
        struct str text = {0};
        out_line("%s", tr("You may not change the project's policy. To send to one who may:"));
        for (size_t i = 0; i < r->n_setters; i++)
            out_line("  %s", plain_name(r->setters[i]));
        access_request(&text, r->project, r->member[0] ? r->member : "user:you@example.com",
                       r->narrow.roles, r->narrow.n_roles, clock_wall() + ACCESS_USUAL_S);
        out_line("%s", "");
        out_lines(str_text(&text));
        str_done(&text);
    }
    if (r->n_ours)
        out_line("%s", tr("strom access drop takes away what strom granted"));
    if (r->broad && r->may_set)
        out_line(tr("strom access drop --editor takes %s away, too"), access_basic_name(r->basic));
}

void access_print(const struct rights *r)
{
    if (r->email[0])
        out_line(tr("%s in %s"), r->email, r->project);
    if (r->unseen)
        out_line(tr("what exists could not be looked at (%s): everything is asked for"),
                 r->unseen->why);
    for (int s = 0; s < (int)ACCESS_STEPS; s++)
        if (r->ahead & (ACCESS_BIT(s) | ACCESS_LOOK(s)))
            print_step(r, (enum access_step)s);
    if (r->policy_error)
        out_line(tr("who holds Owner and Editor is not known: %s"), r->policy_error->why);
    print_broad(r);
    print_holders(r);
    print_grants(r);
    print_next(r);
}
