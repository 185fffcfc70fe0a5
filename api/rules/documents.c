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

static void keep(struct document_keys *k, const char *name, size_t bytes)
{
    if (bytes == 0 || bytes >= DOCUMENT_KEY_BYTES)
        return;
    for (uint32_t i = 0; i < k->n; i++)
        if (strncmp(k->name[i], name, bytes) == 0 && k->name[i][bytes] == '\0') {
            k->hits[i]++;
            return;
        }
    if (k->n == DOCUMENT_KEYS)
        return;
    memcpy(k->name[k->n], name, bytes);
    k->name[k->n][bytes] = '\0';
    k->hits[k->n++] = 1;
}

void document_keys_add(struct document_keys *k, const char *bytes, size_t n)
{
    const char *end = bytes + n, *at = skip_space(bytes, end);

    if (at == end || (*at != '{' && *at != '['))
        return;
    k->documents++;
    while ((at = memchr(at, '"', (size_t)(end - at))) != NULL) {
        const char *name = ++at;
        while (at < end && *at != '"')
            at += *at == '\\' && at + 1 < end ? 2 : 1;
        if (at >= end)
            return;
        size_t length = (size_t)(at - name);
        at = skip_space(at + 1, end);
        if (at < end && *at == ':') {
            at = skip_space(at + 1, end);
            if (at == end || *at != '{') /* the keys inside tell more than the name of a part */
                keep(k, name, length);
        }
        if (at >= end)
            return;
    }
}

void document_keys_verdict(const struct document_keys *k, const char *schema, const char *table,
                           struct rules_verdict *out)
{
    struct rules_table words;

    rules_table_of(&words, schema, table, NULL);
    for (uint32_t i = 0; i < k->n; i++)
        rules_table_sibling(&words, k->name[i]);
    for (uint32_t i = 0; i < k->n; i++) {
        struct rules_column c = {.name = k->name[i], .type = "text"};
        struct rules_verdict v;
        rules_judge(&words, &c, &v);
        for (uint32_t e = 0; e < v.n_evidence; e++)
            if (v.evidence[e].by == RULES_BY_NAME)
                rules_add_rule(out, (struct rules_evidence){.rule = v.evidence[e].rule,
                                                            .by = RULES_BY_DATA,
                                                            .hits = k->hits[i],
                                                            .sampled = k->documents});
    }
}
