#include "api/rules/documents.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

bool document_begins(const char *bytes, size_t n)
{
    const char *end = bytes + n, *at = skip_space(bytes, end);

    return at < end && (*at == '{' || *at == '[' || *at == '"');
}

static void keep(struct document_keys *k, const char *name, size_t bytes, bool holds)
{
    uint32_t i = 0;

    if (bytes == 0 || bytes >= DOCUMENT_KEY_BYTES)
        return;
    while (i < k->n && (k->name[i][0] != name[0] || memcmp(k->name[i], name, bytes) != 0 ||
                        k->name[i][bytes] != '\0'))
        i++;
    if (i == DOCUMENT_KEYS)
        return;
    if (i == k->n) {
        memcpy(k->name[i], name, bytes);
        k->name[i][bytes] = '\0';
        k->holds[i] = true;
        k->n++;
    }
    k->hits[i]++;
    k->holds[i] = k->holds[i] && holds;
}

/* Behind the quotes of a key and its colon (hstore: its arrow); NULL: it was a value. */
static const char *value_of(const char *at, const char *end)
{
    at = skip_space(at, end);
    if (at < end && *at == ':')
        return skip_space(at + 1, end);
    return end - at >= 2 && at[0] == '=' && at[1] == '>' ? skip_space(at + 2, end) : NULL;
}

/* Behind the closing quote; NULL: it was cut off. */
static const char *end_of_string(const char *at, const char *end)
{
    while (at < end && *at != '"')
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    return at < end ? at + 1 : NULL;
}

/* {"a": ..., "list": [{ ...: what holds objects alone is the name of a part. */
static bool holds_objects(const char *at, const char *end)
{
    if (at < end && *at == '[')
        at = skip_space(at + 1, end);
    return at < end && *at == '{';
}

/* A text in quotes is none, unless an arrow follows. */
static bool is_document(const char *at, const char *end)
{
    if (at == end || *at != '"')
        return at < end && (*at == '{' || *at == '[');
    const char *behind = end_of_string(at + 1, end);
    behind = behind ? skip_space(behind, end) : end;
    return end - behind >= 2 && behind[0] == '=' && behind[1] == '>';
}

void document_keys_add(struct document_keys *k, const char *bytes, size_t n)
{
    const char *end = bytes + n, *at = skip_space(bytes, end);

    if (!is_document(at, end))
        return;
    k->documents++;
    while (at < end && (at = memchr(at, '"', (size_t)(end - at))) != NULL) {
        const char *name = at + 1, *behind = end_of_string(name, end);
        if (behind == NULL)
            return;
        const char *value = value_of(behind, end);
        if (value)
            keep(k, name, (size_t)(behind - 1 - name), holds_objects(value, end));
        at = value ? value : behind;
    }
}

/* "innsender": {...} as a column would be somebody's number, perhaps; here one sees that it is not.
 * A key that says "number" says so whatever it holds. */
static bool is_guess(const struct rules_table *words, const char *key)
{
    struct rules_column c = {.name = key, .type = "bigint"};
    struct rules_verdict v;

    rules_judge(words, &c, &v);
    return !(v.categories >> RULES_FNR & 1);
}

static void judge_key(const struct document_keys *k, uint32_t i, const struct rules_table *words,
                      enum rules_by by, struct rules_verdict *out)
{
    struct rules_column c = {.name = k->name[i], .type = k->holds[i] ? "jsonb" : "text"};
    struct rules_verdict v;

    rules_judge(words, &c, &v);
    bool guess = k->holds[i] && v.categories >> RULES_FNR & 1 && is_guess(words, c.name);
    for (uint32_t e = 0; e < v.n_evidence; e++)
        if (v.evidence[e].by == RULES_BY_NAME &&
            !(guess && rules_rule_category(v.evidence[e].rule) == RULES_FNR))
            rules_add_rule(out, (struct rules_evidence){.rule = v.evidence[e].rule,
                                                        .by = (uint8_t)by,
                                                        .hits = k->hits[i],
                                                        .sampled = k->documents});
}

void document_keys_verdict(const struct document_keys *k, const char *schema, const char *table,
                           enum rules_by by, struct rules_verdict *out)
{
    struct rules_table words;

    rules_table_of(&words, schema, table, NULL);
    for (uint32_t i = 0; i < k->n; i++)
        rules_table_sibling(&words, k->name[i]);
    for (uint32_t i = 0; i < k->n; i++)
        judge_key(k, i, &words, by, out);
}
