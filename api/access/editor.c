#include "api/access/editor.h"

#include "api/files/quote.h"

#include "api/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *role, *name;
} basic[] = {
    [ACCESS_OWNER] = {"roles/owner", "Owner"},
    [ACCESS_EDITOR] = {"roles/editor", "Editor"},
    [ACCESS_VIEWER] = {"roles/viewer", "Viewer"},
};

enum { BASIC = sizeof basic / sizeof *basic };

const char *access_basic_name(enum access_basic role)
{
    return basic[role].name;
}

const char *access_basic_role(enum access_basic role)
{
    return basic[role].role;
}

/* E-mail addresses in policies keep the case that they were written in. */
static bool is_self(const char *member, const char *self)
{
    return !str_is_empty(self) && strcasecmp(member, self) == 0;
}

static bool is_group(const char *member)
{
    return str_starts(member, "group:") || str_starts(member, "domain:");
}

static bool is_person(const char *member)
{
    return str_starts(member, "user:") || is_group(member);
}

static void add_holder(struct access_holders *out, const char *member, enum access_basic role,
                       const char *self)
{
    struct access_holder *h = &out->items[out->n++];
    *h = (struct access_holder){.member = member,
                                .role = role,
                                .self = is_self(member, self),
                                .maybe_self = is_group(member),
                                .person = is_person(member)};
    out->self_owner = out->self_owner || (h->self && role == ACCESS_OWNER);
    out->self_editor = out->self_editor || (h->self && role == ACCESS_EDITOR);
    out->group_owner = out->group_owner || (h->maybe_self && role == ACCESS_OWNER);
    out->group_editor = out->group_editor || (h->maybe_self && role == ACCESS_EDITOR);
}

static size_t count_members(const struct google_policy *policy)
{
    size_t n = 0;
    for (size_t i = 0; i < policy->n_bindings; i++)
        n += policy->bindings[i].n_members;
    return n;
}

void access_holders(struct arena *a, const struct google_policy *policy, const char *member,
                    struct access_holders *out)
{
    *out = (struct access_holders){
        .items = arena_array(a, struct access_holder, count_members(policy) + 1)};
    for (size_t role = 0; role < BASIC; role++)
        for (size_t i = 0; i < policy->n_bindings; i++) {
            const struct google_binding *b = &policy->bindings[i];
            if (!str_eq(b->role, basic[role].role))
                continue;
            for (size_t k = 0; k < b->n_members; k++)
                add_holder(out, b->members[k], (enum access_basic)role, member);
        }
}

/* --- commands --- */

/* What cannot be written into a command is left for the person to see to. */
static void add_word(struct str *out, const char *word)
{
    struct err e;

    if (!quote_shell(out, word, &e))
        str_add(out, "'?'");
}

const char *access_expiry(struct arena *a, int64_t until)
{
    char text[CLOCK_TEXT];
    return arena_printf(a, "request.time < timestamp(\"%s\")", clock_rfc3339(until, text));
}

static void add_binding(struct str *out, const char *verb, const char *project, const char *member,
                        const char *role)
{
    str_printf(out, "gcloud projects %s-iam-policy-binding ", verb);
    add_word(out, project);
    str_add(out, " --member=");
    add_word(out, member);
    str_add(out, " --role=");
    add_word(out, role);
}

void access_grant_commands(struct str *out, const char *project, const char *member,
                           const char *const *roles, size_t n, int64_t until)
{
    struct arena scratch;
    arena_init(&scratch);
    /* commas part gcloud's keys: none is in the expression */
    const char *condition = arena_printf(&scratch, "title=" ACCESS_TITLE ",expression=%s",
                                         access_expiry(&scratch, until));
    for (size_t i = 0; i < n; i++) {
        add_binding(out, "add", project, member, roles[i]);
        str_add(out, " --condition=");
        add_word(out, condition);
        str_addc(out, '\n');
    }
    arena_done(&scratch);
}

void access_drop_command(struct str *out, const char *project, const char *member,
                         enum access_basic role)
{
    add_binding(out, "remove", project, member, basic[role].role);
    str_add(out, " --condition=None\n");
}
