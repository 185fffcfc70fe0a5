#include "screens/cli/access_json.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/plan/names.h"

static const char *or_null(const char *text)
{
    return str_is_empty(text) ? NULL : text;
}

static void put_words(struct json_out *o, const char *key, const char *const *words, size_t n)
{
    json_open_array(o, key);
    for (size_t i = 0; i < n; i++)
        json_put_string(o, NULL, words[i]);
    json_close_array(o);
}

static void put_who(struct json_out *o, const struct rights *r)
{
    json_open_object(o, "who");
    json_put_string(o, "email", or_null(r->email));
    json_put_string(o, "member", or_null(r->member));
    json_close_object(o);
}

static void put_step(struct json_out *o, const struct rights *r, enum access_step step)
{
    json_open_object(o, NULL);
    json_put_string(o, "step", access_step_id(step));
    if (r->unknown & ACCESS_BIT(step))
        json_put_null(o, "exists");
    else
        json_put_bool(o, "exists", !(r->ahead & ACCESS_BIT(step)));
    json_open_array(o, "needed");
    for (size_t i = 0; i < r->n_needed; i++)
        if (access_step_asks(r->ahead, step, r->needed[i]))
            json_put_string(o, NULL, r->needed[i]);
    json_close_array(o);
    json_open_array(o, "lacking");
    for (size_t i = 0; i < r->verdict.n_lacks; i++) {
        const struct access_lack *lack = &r->verdict.lacks[i];
        if (!(lack->steps & ACCESS_BIT(step)))
            continue;
        json_open_object(o, NULL);
        json_put_string(o, "permission", lack->permission);
        json_put_string(o, "role", or_null(lack->role));
        json_close_object(o);
    }
    json_close_array(o);
    json_close_object(o);
}

static void put_holders(struct json_out *o, const struct rights *r)
{
    json_open_array(o, "basic_roles");
    for (size_t i = 0; i < r->holders.n; i++) {
        const struct access_holder *h = &r->holders.items[i];
        json_open_object(o, NULL);
        json_put_string(o, "member", h->member);
        json_put_string(o, "role", access_basic_role(h->role));
        json_put_bool(o, "self", h->self);
        json_put_bool(o, "maybe_self", h->maybe_self);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_broad(struct json_out *o, const struct rights *r)
{
    if (!r->broad) {
        json_put_null(o, "broad");
        return;
    }
    json_open_object(o, "broad");
    json_put_string(o, "role", access_basic_role(r->basic));
    json_put_int(o, "permissions", r->compared.permissions);
    json_put_int(o, "narrow_permissions", r->compared.narrow);
    put_words(o, "excess", r->compared.excess, r->compared.n_excess);
    put_words(o, "lacks", r->compared.lacks, r->compared.n_lacks);
    json_close_object(o);
}

static void put_grants(struct json_out *o, const struct rights *r)
{
    const int64_t now = clock_wall();
    char text[CLOCK_TEXT];
    json_open_array(o, "grants");
    for (size_t i = 0; i < r->n_ours; i++) {
        const struct access_ours *g = &r->ours[i];
        json_open_object(o, NULL);
        json_put_string(o, "role", g->role);
        json_put_string(o, "member", g->member);
        json_put_string(o, "until", g->until > 0 ? clock_rfc3339(g->until, text) : NULL);
        if (g->until > 0)
            json_put_int(o, "seconds_left", g->until > now ? g->until - now : 0);
        else
            json_put_null(o, "seconds_left");
        if (r->policy)
            json_put_bool(o, "in_policy", g->in_policy);
        else
            json_put_null(o, "in_policy");
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_request(struct json_out *o, const struct rights *r, int64_t until)
{
    struct str text = {0};
    if (r->narrow.n_roles && !r->may_set)
        access_request(&text, r->project, r->member, r->narrow.roles, r->narrow.n_roles, until);
    json_put_string(o, "request", text.bytes ? str_text(&text) : NULL);
    str_done(&text);
}

void access_json(const struct rights *r, struct str *out)
{
    struct json_out o;
    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "project", r->project);
    put_who(&o, r);
    json_open_array(&o, "steps");
    for (int s = 0; s < (int)ACCESS_STEPS; s++)
        if (r->ahead & (ACCESS_BIT(s) | ACCESS_LOOK(s)))
            put_step(&o, r, (enum access_step)s);
    json_close_array(&o);
    put_words(&o, "roles", r->narrow.roles, r->narrow.n_roles);
    json_put_bool(&o, "may_set_policy", r->may_set);
    put_words(&o, "ask", r->setters, r->n_setters);
    put_request(&o, r, clock_wall() + ACCESS_USUAL_S);
    put_holders(&o, r);
    put_broad(&o, r);
    put_grants(&o, r);
    json_close_object(&o);
    str_addc(out, '\n');
}

/* --- changes --- */

static void put_granted(struct json_out *o, const struct access_change_told *c)
{
    char text[CLOCK_TEXT];
    if (!c->n_roles) {
        json_put_null(o, "granted");
        return;
    }
    json_open_object(o, "granted");
    put_words(o, "roles", c->roles, c->n_roles);
    json_put_string(o, "until", clock_rfc3339(c->until, text));
    if (c->works < 0)
        json_put_null(o, "works");
    else
        json_put_bool(o, "works", c->works > 0);
    json_close_object(o);
}

static void put_dropped(struct json_out *o, const struct access_dropped *d)
{
    if (!d) {
        json_put_null(o, "dropped");
        return;
    }
    json_open_object(o, "dropped");
    json_open_array(o, "roles");
    for (size_t i = 0; i < d->n_gone; i++)
        json_put_string(o, NULL, d->gone[i].role);
    json_close_array(o);
    json_put_bool(o, "read_again", d->read_again);
    put_words(o, "tested", d->tested, d->n_tested);
    put_words(o, "still_held", d->held, d->n_held);
    json_close_object(o);
}

void access_change_json(const struct access_change_told *c, struct str *out)
{
    struct json_out o;
    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "result", c->result);
    json_put_string(&o, "project", c->r->project);
    put_who(&o, c->r);
    put_granted(&o, c);
    put_dropped(&o, c->dropped);
    json_put_string(&o, "diff", or_null(c->diff));
    json_close_object(&o);
    str_addc(out, '\n');
}
