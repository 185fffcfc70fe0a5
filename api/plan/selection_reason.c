/* Why a sensitive column flows: a reason and a reference, and what they settle. */
#include "api/plan/selection.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"

#include <assert.h>
#include <string.h>

/* Whose rules are all special: one of them makes a column so by itself. */
static const uint32_t special =
    1u << RULES_FNR | 1u << RULES_HEALTH | 1u << RULES_PROTECTED_ADDRESS | 1u << RULES_SECRET;

bool selection_reason_is_outgrown(const struct selection_column *c)
{
    if (c->level == RULES_NONE || c->ack == NULL)
        return false;
    if (c->ack->level != (enum rules_level)c->level)
        return c->ack->level < (enum rules_level)c->level;
    return selection_unsettled(c) != 0;
}

bool selection_lacks_reason(const struct selection_column *c)
{
    return c->level != RULES_NONE &&
           (c->ack == NULL || selection_reason_is_outgrown(c) || selection_lacks_protected(c));
}

bool selection_is_protected(const struct selection_column *c)
{
    return c->categories & 1u << RULES_PROTECTED_ADDRESS;
}

const char *selection_protected_in(const char *reason, const char **answer)
{
    /* the second: in files and choices of an earlier version */
    static const char *const marks[] = {SELECTION_PROTECTED, "; kode 6/7: "};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *at = strstr(reason, marks[i]);
        if (at == NULL || utf8_is_blank(at + strlen(marks[i])))
            continue;
        *answer = at + strlen(marks[i]);
        return at;
    }
    return NULL;
}

bool selection_lacks_protected(const struct selection_column *c)
{
    const char *answer;

    return selection_is_protected(c) && c->ack && !selection_protected_in(c->ack->reason, &answer);
}

uint32_t selection_unsettled(const struct selection_column *c)
{
    uint32_t weighty = c->level == RULES_SPECIAL ? special : UINT32_MAX;

    return c->ack ? c->categories & weighty & ~c->ack->categories : c->categories;
}

const char *selection_categories(struct arena *a, uint32_t categories)
{
    struct str text = {0};

    for (int c = 0; c < RULES_CATEGORIES; c++)
        if (categories & UINT32_C(1) << c)
            str_printf(&text, "%s%s", text.bytes ? ", " : "",
                       rules_category_name((enum rules_category)c));
    const char *kept = arena_str(a, str_text(&text));
    str_done(&text);
    return kept;
}

enum { ACK_BYTES = 500 };

static bool check_ack_text(const char *name, const char *text, bool needed, struct err *e)
{
    if (utf8_is_blank(text)) {
        if (!needed)
            return true;
        err_set(e, ERR_INPUT, "noting why a sensitive column may flow");
        if (str_is_empty(text))
            err_why(e, "the %s is empty", name);
        else
            err_why(e, "the %s is blank", name);
        return err_hint(e, "say why, and where it was settled (Behandlingskatalogen, PVK)");
    }
    if (strlen(text) <= ACK_BYTES && utf8_is_line(text) && !safe_turns(text))
        return true;
    err_set(e, ERR_INPUT, "noting why a sensitive column may flow");
    if (strlen(text) > ACK_BYTES)
        return err_why(e, "the %s is longer than %d bytes", name, ACK_BYTES);
    return err_why(e, "the %s holds a control character, or one that turns the text", name);
}

bool selection_acknowledged(struct selection *s, size_t table, size_t column,
                            const struct selection_ack *ack, struct err *e)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    if (!check_ack_text(tr("reason"), ack->reason, true, e) ||
        !check_ack_text(tr("reference"), ack->reference, true, e) ||
        !check_ack_text("name", ack->by, false, e) || !check_ack_text("time", ack->at, false, e))
        return false;
    char now[CLOCK_TEXT];
    const char *at = str_is_empty(ack->at) ? clock_rfc3339(clock_wall(), now) : ack->at;
    struct selection_ack *kept = arena_new(&s->mem, struct selection_ack);
    kept->reason = selection_keep(s, ack->reason);
    kept->reference = selection_keep(s, ack->reference);
    kept->by = selection_keep(s, ack->by ? ack->by : "");
    kept->at = selection_keep(s, at);
    kept->level = ack->level;
    kept->categories = ack->categories;
    s->tables[table].columns[column].ack = kept;
    return true;
}

bool selection_acknowledge(struct selection *s, size_t table, size_t column,
                           const struct selection_ack *ack, struct err *e)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    struct selection_ack now = *ack;

    now.level = (enum rules_level)s->tables[table].columns[column].level;
    now.categories = s->tables[table].columns[column].categories;
    return selection_acknowledged(s, table, column, &now, e);
}

void selection_forget_reason(struct selection *s, size_t table, size_t column)
{
    assert(table < s->n_tables && column < s->tables[table].n_columns);
    s->tables[table].columns[column].ack = NULL;
}
