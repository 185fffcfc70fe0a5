#include "api/google/rest.h"

#include "api/base/tr.h"

#include <string.h>

/* What was found after a lost answer, held against what was asked for: the body of the create is
 * the wish, and every member of it must be in the thing. */

enum {
    LONGEST_SHOWN = 60,
    MOST_LOOKS = 100000, /* in lists of another order */
    DEEPEST = JSON_MAX_DEPTH
};

struct same {
    const char *const *unseen;
    struct str path, *differs;
    size_t looks;
    bool absent; /* what differs is not there at all */
    bool whole;  /* decorations count: they are what is changed */
};

/* Who made it and for what is no part of what it is. */
static bool is_decoration(const char *path)
{
    return str_eq(path, "description") || str_eq(path, "labels") || str_eq(path, "displayName");
}

static bool is_unseen(const struct same *s, const char *path)
{
    for (const char *const *u = s->unseen; u && *u; u++)
        if (str_eq(*u, path))
            return true;
    return !s->whole && is_decoration(path);
}

/* Past "projects/P/": Google answers with the number of the project as it likes. */
static const char *in_project(const char *name)
{
    static const char mark[] = "projects/";
    const char *at = strstr(name, mark);
    if (!at || (at != name && at[-1] != '/'))
        return NULL;
    at += strlen(mark);
    const char *slash = strchr(at, '/');
    return slash ? slash + 1 : NULL;
}

/* "zones/Z/machineTypes/T" is also "https://.../projects/P/zones/Z/machineTypes/T". */
static bool same_text(const char *asked, const char *found)
{
    if (str_eq(asked, found))
        return true;
    const char *a = in_project(asked), *f = in_project(found);
    if (a && f)
        return str_eq(a, f);
    size_t n = strlen(found), end = strlen(asked);
    return f && strchr(asked, '/') && n > end && found[n - end - 1] == '/' &&
           str_ends(found, asked);
}

static bool is_default(const struct json *j)
{
    const char *text = json_text(j);
    if (!j || json_is_null(j))
        return true;
    if (text)
        return !*text;
    if (json_is_bool(j))
        return !json_as_bool(j, false);
    if (json_is_number(j))
        return json_as_int64(j, 1) == 0;
    return json_is_array(j) && json_count(j) == 0;
}

static const char *scalar(const struct json *j, char out[64])
{
    const char *text = json_text(j);
    if (text)
        return text;
    if (json_is_bool(j))
        return json_as_bool(j, false) ? "true" : "false";
    return json_number_text(j, out);
}

/* Tells the first difference only. */
static bool differ(struct same *s, const struct json *asked, const struct json *found)
{
    char one[64], two[64];
    const char *a = scalar(asked, one), *f = scalar(found, two);
    if (!s->differs || s->differs->bytes)
        return false;
    s->absent = found == NULL;
    const char *name = s->path.bytes ? str_text(&s->path) : "body";
    if (a && f && strlen(a) <= LONGEST_SHOWN && strlen(f) <= LONGEST_SHOWN)
        str_printf(s->differs, tr("its %s is %s, not %s"), name, f, a);
    else
        str_printf(s->differs, tr("its %s is not as it was asked for"), name);
    return false;
}

static bool same(struct same *s, const struct json *asked, const struct json *found, int depth);

/* Silent: only whether. */
static bool same_quietly(struct same *s, const struct json *a, const struct json *f, int depth)
{
    struct str *told = s->differs;
    size_t at = s->path.bytes;
    s->differs = NULL;
    bool ok = same(s, a, f, depth);
    s->differs = told;
    s->path.bytes = at;
    if (s->path.text)
        s->path.text[at] = '\0';
    return ok;
}

static const struct json *find_same(struct same *s, const struct json *asked,
                                    const struct json *list, int depth)
{
    for
        json_each(f, list)
        {
            if (++s->looks > MOST_LOOKS)
                return NULL;
            if (same_quietly(s, asked, f, depth))
                return f;
        }
    return NULL;
}

/* Lists come back in another order at times: where one was found the search goes on. */
static bool same_lists(struct same *s, const struct json *asked, const struct json *found,
                       int depth)
{
    if (json_count(asked) != json_count(found))
        return differ(s, asked, found);
    const struct json *beside = json_first(found);
    if (json_count(asked) == 1) /* an element alone tells where it differs */
        return same(s, json_first(asked), beside, depth);
    for
        json_each(a, asked)
        {
            if (!beside || !same_quietly(s, a, beside, depth))
                beside = find_same(s, a, found, depth);
            if (!beside)
                return differ(s, asked, found);
            beside = json_next(beside);
        }
    return true;
}

static bool same_members(struct same *s, const struct json *asked, const struct json *found,
                         int depth)
{
    size_t at = s->path.bytes;
    for
        json_each(a, asked)
        {
            str_printf(&s->path, "%s%s", at ? "." : "", json_key(a));
            bool ok =
                is_unseen(s, str_text(&s->path)) || same(s, a, json_get(found, json_key(a)), depth);
            if (!ok)
                return false;
            s->path.bytes = at;
            s->path.text[at] = '\0';
        }
    return true;
}

static bool same(struct same *s, const struct json *asked, const struct json *found, int depth)
{
    char one[64], two[64];
    if (depth >= DEEPEST)
        return false;
    if (is_default(asked))
        return is_default(found) || differ(s, asked, found);
    if (json_is_object(asked) && json_count(asked) == 0) /* "merge": {} says what it is */
        return json_is_object(found) || differ(s, asked, found);
    if (json_is_object(asked))
        return same_members(s, asked, found, depth + 1);
    if (json_is_array(asked))
        return same_lists(s, asked, found, depth + 1);
    const char *a = scalar(asked, one), *f = scalar(found, two);
    return (a && f && same_text(a, f)) || differ(s, asked, found);
}

/* What is there was not made by us, or not as we want it: nothing of it is touched. */
static void tell_whose(const struct rest_call *c, const struct json *found, const char *differs,
                       struct err *e)
{
    const char *by = json_string_or(found, "labels.created-by", "");
    err_set(e, ERR_CONFLICT, "%s", c->what);
    e->code = 409;
    err_reason(e, "SOMEBODY_ELSES");
    err_resource(e, c->resource);
    err_why(e, tr("it is there already%s%s%s, but %s"), *by ? " (created-by " : "", by,
            *by ? ")" : "", differs);
    err_hint(e, tr("look at it: use it under its name, choose another name, or remove it first"));
}

bool rest_same(const struct rest_call *c, const struct json *found, struct err *e)
{
    struct str differs = {0};
    struct same s = {.unseen = c->unseen, .differs = &differs};
    struct err ignored;
    struct json *body = json_parse(str_text(&c->body), c->body.bytes, &ignored);
    const struct json *asked = c->within ? json_get(body, c->within) : body;
    s.whole = str_eq(c->method, "PATCH");
    bool ok = asked && same(&s, asked, found, 0);
    if (!ok)
        tell_whose(c, found, differs.bytes ? str_text(&differs) : tr("it is another"), e);
    if (!ok)
        e->retryable = s.absent; /* it may come yet */
    json_free(body);
    str_done(&s.path);
    str_done(&differs);
    return ok;
}
