/* An IAM policy, edited as text: it stays JSON, exactly what was asked changes, and the way back
 * leads to where it began. */

#include "tests/fuzz/fuzz.h"

#include "api/access/policy.h"
#include "api/base/json.h"

#include <stdlib.h>
#include <string.h>

#define ROLE   "roles/datastream.admin"
#define MEMBER "user:kari@nav.no"

static struct json *read(const struct str *s)
{
    struct err e;
    struct json *doc = json_parse_strict(str_text(s), s->bytes, &e);
    fuzz_must(json_is_object(doc));
    return doc;
}

static bool is_ours(const struct json *binding, const struct json *member, bool conditional)
{
    const struct json *c = json_get(binding, "condition");
    if (!str_eq(json_string(binding, "role"), ROLE) || !str_eq(json_text(member), MEMBER))
        return false;
    if (!conditional)
        return !json_is_object(c);
    return str_eq(json_string(c, "title"), "t") &&
           str_eq(json_string(c, "expression"), "x < \"y\"") &&
           *json_string_or(c, "description", "") == '\0';
}

/* Every grant but ours as a line, in order: role, condition, member. */
static size_t grants(const struct json *doc, bool conditional, struct str *out)
{
    size_t ours = 0;
    for json_each (b, json_get(doc, "bindings"))
        for json_each (m, json_get(b, "members"))
        {
            if (is_ours(b, m, conditional)) {
                ours++;
                continue;
            }
            str_printf(out, "%s ", json_string_or(b, "role", "-"));
            if (json_get(b, "condition"))
                json_print(json_get(b, "condition"), out);
            str_printf(out, " %s\n", json_text(m) ? json_text(m) : "-");
        }
    return ours;
}

static void same_grants(const struct str *before, const struct str *after, bool conditional,
                        size_t ours)
{
    struct str x = {0}, y = {0};
    struct json *one = read(before), *other = read(after);
    grants(one, conditional, &x);
    fuzz_must(grants(other, conditional, &y) == ours);
    fuzz_must(str_eq(str_text(&x), str_text(&y)));
    fuzz_must(str_eq(json_string(one, "etag"), json_string(other, "etag")));
    fuzz_must(json_int64(other, "version", 0) == 3);
    json_free(one);
    json_free(other);
    str_done(&x);
    str_done(&y);
}

static void edit(const struct str *text, const struct google_condition *condition)
{
    struct str added = {0}, removed = {0}, again = {0};
    struct err e = {0};
    enum policy_edit add = policy_add(str_text(text), ROLE, MEMBER, condition, &added, &e);
    fuzz_must(add != POLICY_FAILED || e.kind != ERR_NONE);
    if (add == POLICY_CHANGED) {
        same_grants(text, &added, condition != NULL, 1);
        fuzz_must(policy_add(added.text, ROLE, MEMBER, condition, &again, &e) == POLICY_SAME);
    }
    enum policy_edit take = policy_remove(add == POLICY_CHANGED ? added.text : str_text(text), ROLE,
                                          MEMBER, condition, &removed, &e);
    fuzz_must((take == POLICY_FAILED) == (add == POLICY_FAILED));
    fuzz_must(add == POLICY_FAILED || take == POLICY_CHANGED); /* it was there, or it is now */
    if (take == POLICY_CHANGED)
        same_grants(text, &removed, condition != NULL, 0);
    str_done(&added);
    str_done(&removed);
    str_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct google_condition condition = {.title = "t", .expression = "x < \"y\""};
    struct str text = {0}, out = {0};
    struct err e = {0};
    char *given = fuzz_text(data, size);
    str_add(&text, given);
    free(given);
    edit(&text, NULL);
    edit(&text, &condition);
    if (policy_remove_deleted(str_text(&text), ROLE, MEMBER, &out, &e) == POLICY_CHANGED)
        json_free(read(&out));
    str_done(&out);
    str_done(&text);
    return 0;
}
