#include "api/plan/maker.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <stdio.h>
#include <string.h>

#define OPENING " (strom "

const char *maker_of(const struct google_labels *labels)
{
    return str_eq(google_label(labels, "goog-terraform-provisioned"), "true")
               ? MAKER_TERRAFORM
               : google_label(labels, "created-by");
}

const char *maker_says(const char *maker, struct arena *a)
{
    if (str_eq(maker, "strom"))
        return NULL;
    if (str_eq(maker, MAKER_TERRAFORM))
        return tr("Terraform manages it, by its label");
    return str_is_empty(maker) ? tr("no label tells who made it")
                               : arena_printf(a, tr("its label tells: created-by %s"), maker);
}

void maker_mark(char out[MAKER_MARK])
{
    static const char opening[] = "run-";
    char uuid[GOOGLE_UUID_TEXT];
    size_t n = sizeof opening - 1;

    google_uuid(uuid);
    memcpy(out, opening, n);
    for (const char *u = uuid; *u && n + 1 < MAKER_MARK; u++)
        if (*u != '-')
            out[n++] = *u;
    out[n] = '\0';
}

const char *maker_describe(char out[MAKER_TEXT], const char *text, const char *mark)
{
    if (str_is_empty(mark))
        return text;
    snprintf(out, MAKER_TEXT, "%s" OPENING "%s)", text, mark);
    return out;
}

/* Whoever edits a description writes before it or behind it. */
const char *maker_described(struct arena *a, const char *description)
{
    const char *at = description ? strstr(description, OPENING "run-") : NULL;
    size_t n = at ? strcspn(at + strlen(OPENING), ") ") : 0;

    return at && n < MAKER_MARK && at[strlen(OPENING) + n] == ')'
               ? arena_printf(a, "%.*s", (int)n, at + strlen(OPENING))
               : NULL;
}

bool maker_is_mark(const struct maker_made *made, const char *mark)
{
    for (size_t i = 0; mark && i < made->n_marks; i++)
        if (str_eq(made->marks[i], mark))
            return true;
    return false;
}
