#include "api/access/policy.h"

#include "api/base/json.h"
#include "api/base/tr.h"
#include "api/files/diff.h"

#include <assert.h>
#include <string.h>

/* The library has judged the text before a byte is looked at here: what follows may trust that it
 * is JSON, and only finds where things stand. */

struct span {
    const char *from, *to;
};

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    return p;
}

static const char *after_string(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : p;
}

static const char *after_value(const char *p)
{
    int depth = 0;
    if (*p == '"')
        return after_string(p);
    if (*p != '{' && *p != '[')
        return p + strcspn(p, ",]} \t\r\n");
    for (; *p; p++) {
        if (*p == '"') {
            p = after_string(p) - 1;
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        if ((*p == '}' || *p == ']') && --depth == 0)
            return p + 1;
    }
    return p;
}

/* Value of a member; from is NULL when there is none. p stands on '{'. */
static struct span member_of(const char *p, const char *key)
{
    size_t n = strlen(key);
    assert(p);
    for (p = blanks(p + 1); *p == '"';) {
        const char *name = p + 1, *name_end = after_string(p) - 1;
        p = blanks(after_string(p)); /* ':' */
        const char *value = blanks(p + 1), *end = after_value(value);
        if ((size_t)(name_end - name) == n && memcmp(name, key, n) == 0)
            return (struct span){value, end};
        p = blanks(end);
        if (*p != ',')
            break;
        p = blanks(p + 1);
    }
    return (struct span){NULL, NULL};
}

/* Element i of an array; p stands on '['. */
static struct span element_of(const char *p, size_t i)
{
    assert(p);
    for (p = blanks(p + 1); *p && *p != ']';) {
        const char *end = after_value(p);
        if (i-- == 0)
            return (struct span){p, end};
        p = blanks(end);
        if (*p == ',')
            p = blanks(p + 1);
    }
    return (struct span){NULL, NULL};
}

/* The text with `cut` replaced. */
static void splice(struct str *out, const char *text, struct span cut, const char *with)
{
    str_addn(out, text, (size_t)(cut.from - text));
    str_add(out, with);
    str_add(out, cut.to);
}

/* An element with the comma that belongs to it. */
static struct span with_comma(const char *array, size_t i)
{
    struct span e = element_of(array, i), next = element_of(array, i + 1);
    if (i > 0)
        return (struct span){element_of(array, i - 1).to, e.to};
    return next.from ? (struct span){e.from, next.from} : e;
}

/* --- which binding --- */

static const char *said(const struct json *j, const char *key)
{
    return json_string_or(j, key, "");
}

static bool same_condition(const struct json *binding, const struct google_condition *wanted)
{
    const struct json *c = json_get(binding, "condition");
    if (!wanted)
        return !json_is_object(c);
    return json_is_object(c) && str_eq(said(c, "title"), wanted->title ? wanted->title : "") &&
           str_eq(said(c, "description"), wanted->description ? wanted->description : "") &&
           str_eq(said(c, "expression"), wanted->expression ? wanted->expression : "");
}

/* Index of a member, or json_count when it is not there. */
static size_t find_member(const struct json *binding, const char *member)
{
    size_t i = 0;
    for
        json_each(m, json_get(binding, "members"))
        {
            if (str_eq(json_text(m), member))
                break;
            i++;
        }
    return i;
}

static bool has_member(const struct json *binding, const char *member)
{
    return find_member(binding, member) < json_count(json_get(binding, "members"));
}

struct place {
    bool found;
    size_t binding, member;
    const struct json *json; /* of the binding */
};

/* member NULL: any binding of that role and condition. */
static struct place find(const struct json *policy, const char *role, const char *member,
                         const struct google_condition *condition)
{
    struct place p = {.found = false};
    for
        json_each(b, json_get(policy, "bindings"))
        {
            if (str_eq(json_string(b, "role"), role) && same_condition(b, condition) &&
                (!member || has_member(b, member))) {
                p.found = true;
                p.json = b;
                p.member = member ? find_member(b, member) : 0;
                return p;
            }
            p.binding++;
        }
    return p;
}

/* --- edits --- */

static bool found_alike(struct span in_text, const struct json *in_tree)
{
    return (in_text.from != NULL) == (in_tree != NULL);
}

/* An array of texts, or nothing. */
static bool are_members(const struct json *members)
{
    bool good = !members || json_is_array(members);
    for
        json_each(m, members) good = good && json_is_string(m);
    return good;
}

/* What is edited as text must be found there as it is found in the tree: a key may be written with
 * escapes, or stand for something else than a policy has. */
static bool is_policy(const char *text, const struct json *doc)
{
    const char *start = blanks(text);
    const struct json *bindings = json_get(doc, "bindings");
    if (*start != '{' || !json_is_object(doc) || (bindings && !json_is_array(bindings)) ||
        !found_alike(member_of(start, "version"), json_get(doc, "version")) ||
        !found_alike(member_of(start, "bindings"), bindings))
        return false;
    const char *at = bindings ? blanks(member_of(start, "bindings").from + 1) : start;
    for
        json_each(b, bindings)
        {
            const struct json *members = json_get(b, "members");
            if (!json_is_object(b) || !are_members(members) ||
                !found_alike(member_of(at, "members"), members))
                return false;
            at = blanks(after_value(at));
            if (*at == ',')
                at = blanks(at + 1);
        }
    return true;
}

static struct json *read_policy(const char *policy, struct err *e)
{
    struct json *doc = json_parse_strict(policy, strlen(policy), e);
    if (doc && is_policy(policy, doc))
        return doc;
    if (doc) {
        err_set(e, ERR_BUG, tr("Reading the project's policy"));
        err_why(e, tr("it is not shaped like a policy"));
    }
    json_free(doc);
    return NULL;
}

/* Conditions need version 3 on writing, too. */
static void set_version(struct str *out, const char *text)
{
    const char *start = blanks(text);
    struct span version = member_of(start, "version");
    if (version.from) {
        splice(out, text, version, "3");
        return;
    }
    bool empty = *blanks(start + 1) == '}';
    splice(out, text, (struct span){start + 1, start + 1},
           empty ? "\"version\":3" : "\"version\":3,");
}

static void put_binding(struct str *out, const char *role, const char *member,
                        const struct google_condition *c)
{
    struct json_out o;
    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "role", role);
    json_open_array(&o, "members");
    json_put_string(&o, NULL, member);
    json_close_array(&o);
    if (c) {
        json_open_object(&o, "condition");
        json_put_string(&o, "title", c->title);
        if (!str_is_empty(c->description))
            json_put_string(&o, "description", c->description);
        json_put_string(&o, "expression", c->expression);
        json_close_object(&o);
    }
    json_close_object(&o);
}

/* At the end of an array that p stands on. */
static void append_element(struct str *out, const char *text, const char *array,
                           const char *element)
{
    const char *end = after_value(array) - 1;
    const char *last = array + 1;
    for (size_t i = 0; element_of(array, i).from; i++)
        last = element_of(array, i).to;
    struct str piece = {0};
    str_printf(&piece, "%s%s", last > array + 1 ? "," : "", element);
    splice(out, text, (struct span){last > array + 1 ? last : end, last > array + 1 ? last : end},
           str_text(&piece));
    str_done(&piece);
}

static void add_binding(struct str *out, const char *text, const char *binding)
{
    const char *start = blanks(text);
    struct span bindings = member_of(start, "bindings");
    if (bindings.from) {
        append_element(out, text, bindings.from, binding);
        return;
    }
    struct str piece = {0};
    bool empty = *blanks(start + 1) == '}';
    str_printf(&piece, "\"bindings\":[%s]%s", binding, empty ? "" : ",");
    splice(out, text, (struct span){start + 1, start + 1}, str_text(&piece));
    str_done(&piece);
}

static void add_member(struct str *out, const char *text, size_t binding, const char *member)
{
    struct span b = element_of(member_of(blanks(text), "bindings").from, binding);
    struct span members = member_of(b.from, "members");
    struct str quoted = {0};
    struct json_out o;
    json_begin(&o, &quoted, false);
    json_put_string(&o, NULL, member);
    if (members.from) {
        append_element(out, text, members.from, str_text(&quoted));
    } else {
        struct str piece = {0};
        str_printf(&piece, "\"members\":[%s],", str_text(&quoted));
        splice(out, text, (struct span){b.from + 1, b.from + 1}, str_text(&piece));
        str_done(&piece);
    }
    str_done(&quoted);
}

enum policy_edit policy_add(const char *policy, const char *role, const char *member,
                            const struct google_condition *condition, struct str *out,
                            struct err *e)
{
    struct json *doc = read_policy(policy, e);
    if (!doc)
        return POLICY_FAILED;
    enum policy_edit result = POLICY_SAME;
    if (!find(doc, role, member, condition).found) {
        struct place p = find(doc, role, NULL, condition);
        struct str edited = {0}, binding = {0};
        put_binding(&binding, role, member, condition);
        if (p.found)
            add_member(&edited, policy, p.binding, member);
        else
            add_binding(&edited, policy, str_text(&binding));
        set_version(out, str_text(&edited));
        str_done(&binding);
        str_done(&edited);
        result = POLICY_CHANGED;
    }
    json_free(doc);
    return result;
}

static void cut_member(struct str *out, const char *text, const struct place *p)
{
    const char *bindings = member_of(blanks(text), "bindings").from;
    struct str edited = {0};
    if (json_count(json_get(p->json, "members")) == 1) {
        splice(&edited, text, with_comma(bindings, p->binding), "");
    } else {
        const char *members = member_of(element_of(bindings, p->binding).from, "members").from;
        splice(&edited, text, with_comma(members, p->member), "");
    }
    set_version(out, str_text(&edited));
    str_done(&edited);
}

/* What is to go: this member of the binding with this condition, or (deleted) whatever is left of a
 * removed account in any binding of the role. */
struct going {
    const char *role, *member;
    const struct google_condition *condition;
    const char *deleted;
};

/* The first member of the role that is what is left of a removed account. */
static struct place find_deleted(const struct json *policy, const struct going *g)
{
    struct place p = {.found = false};
    for
        json_each(b, json_get(policy, "bindings"))
        {
            p.member = 0;
        for
            json_each(m, json_get(b, "members"))
            {
                if (str_eq(json_string(b, "role"), g->role) && json_text(m) &&
                    str_starts(json_text(m), g->deleted)) {
                    p.found = true;
                    p.json = b;
                    return p;
                }
                p.member++;
            }
        p.binding++;
        }
    return p;
}

/* One member out of text; POLICY_SAME when there is none left. */
static enum policy_edit cut_one(const char *text, const struct going *g, struct str *out,
                                struct err *e)
{
    struct json *doc = read_policy(text, e);
    if (!doc)
        return POLICY_FAILED;
    struct place p =
        g->deleted ? find_deleted(doc, g) : find(doc, g->role, g->member, g->condition);
    if (p.found)
        cut_member(out, text, &p);
    json_free(doc);
    return p.found ? POLICY_CHANGED : POLICY_SAME;
}

/* Old policies may hold a member twice: it goes from everywhere. */
static enum policy_edit cut_all(const char *policy, const struct going *g, struct str *out,
                                struct err *e)
{
    struct str text = {0};
    bool changed = false;
    str_add(&text, policy);
    for (;;) {
        struct str next = {0};
        enum policy_edit one = cut_one(str_text(&text), g, &next, e);
        if (one != POLICY_CHANGED) {
            if (changed && one == POLICY_SAME)
                str_add(out, str_text(&text));
            str_done(&text);
            return one == POLICY_FAILED || !changed ? one : POLICY_CHANGED;
        }
        changed = true;
        str_done(&text);
        text = next;
    }
}

enum policy_edit policy_remove(const char *policy, const char *role, const char *member,
                               const struct google_condition *condition, struct str *out,
                               struct err *e)
{
    return cut_all(policy, &(struct going){role, member, condition, NULL}, out, e);
}

enum policy_edit policy_remove_deleted(const char *policy, const char *role, const char *member,
                                       struct str *out, struct err *e)
{
    struct str prefix = {0};
    str_printf(&prefix, "deleted:%s?uid=", member);
    enum policy_edit result =
        cut_all(policy, &(struct going){role, member, NULL, str_text(&prefix)}, out, e);
    str_done(&prefix);
    return result;
}

bool policy_has(const char *policy, const char *role, const char *member,
                const struct google_condition *condition)
{
    struct err e;
    struct json *doc = read_policy(policy, &e);
    bool has = doc && find(doc, role, member, condition).found;
    json_free(doc);
    return has;
}

/* --- showing --- */

static void by_lines(struct str *out, const char *policy)
{
    struct err e;
    struct json *doc = json_parse(policy, strlen(policy), &e);
    struct json_out o;
    if (doc) {
        json_begin(&o, out, true);
        json_put_part(&o, NULL, doc);
        str_addc(out, '\n');
    } else {
        str_add(out, policy);
    }
    json_free(doc);
}

void policy_diff(struct str *out, const char *project, const char *before, const char *after)
{
    struct str old_text = {0}, new_text = {0}, name = {0};
    by_lines(&old_text, before);
    by_lines(&new_text, after);
    str_printf(&name, "%s/policy.json", project);
    diff_unified(out, str_text(&name), str_text(&old_text), str_text(&new_text));
    str_done(&old_text);
    str_done(&new_text);
    str_done(&name);
}
