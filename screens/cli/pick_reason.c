#include "screens/cli/pick_reason.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void trimmed(char out[PICK_ACK], const char *text, size_t n)
{
    while (n > 0 && *text == ' ') {
        text++;
        n--;
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    snprintf(out, PICK_ACK, "%.*s", (int)(n < PICK_ACK ? n : PICK_ACK), text);
}

/* Where a sentence begins to tell the place: "PVK 17", "B123". NULL: nowhere. */
static const char *place_in(const char *text)
{
    for (const char *word = text; *word; word += strspn(word, " ,")) {
        size_t n = strcspn(word, " ,"), capitals = 0, digits = 0;
        for (size_t i = 0; i < n; i++) {
            capitals += word[i] >= 'A' && word[i] <= 'Z';
            digits += word[i] >= '0' && word[i] <= '9';
        }
        if (digits || capitals > 1)
            return word;
        word += n;
    }
    return NULL;
}

/* Behind "protected_address:"; NULL: it is another part. */
static const char *answer_in(const char *part)
{
    static const char *const marks[] = {"protected_address:", "kode 6/7:", "code 6/7:"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncasecmp(part, marks[i], strlen(marks[i])) == 0)
            return part + strlen(marks[i]);
    return NULL;
}

/* The part between semicolons that answers is taken out of the text: what is left reads as ever. */
static void take_answer(char text[PICK_ACK], char answer[PICK_ACK])
{
    answer[0] = '\0';
    for (char *part = text; part; part = strchr(part, ';')) {
        part += part != text;
        const char *found = answer_in(part + strspn(part, " "));
        if (found == NULL)
            continue;
        size_t n = strcspn(found, ";");
        const char *rest = found + n;
        trimmed(answer, found, n);
        if (part != text)
            part--; /* the semicolon before it goes along, or the one behind */
        else
            rest += *rest == ';';
        memmove(part, rest, strlen(rest) + 1);
        return;
    }
}

static bool refuse(struct err *e, const char *why)
{
    err_set(e, ERR_INPUT, "Reading --acknowledge");
    if (why[0] == '\0')
        err_why(e, "the reason is empty");
    else
        err_why(e, "'%s' does not tell where it was settled", why);
    return err_hint(e, "TABLE.COLUMN='why it may flow; where that was settled', for example "
                       "'needed for statistics; Behandlingskatalogen B123'");
}

static bool refuse_length(struct err *e)
{
    err_set(e, ERR_INPUT, "Reading --acknowledge");
    return err_why(e, "the reason is longer than %d bytes", PICK_ACK - 1);
}

static bool add_answer(struct pick_reason *r, const char *answer, struct err *e)
{
    struct str whole = {0};

    str_printf(&whole, "%s" SELECTION_PROTECTED "%s", r->why, answer);
    bool fits = str_copy(r->why, sizeof r->why, str_text(&whole));
    str_done(&whole);
    return fits || refuse_length(e);
}

/* "why; where", as the wizard demands both. One sentence may tell both, one word cannot. */
bool pick_reason_read(const char *given, struct pick_reason *r, struct err *e)
{
    char copy[PICK_ACK], answer[PICK_ACK], why[PICK_ACK];

    *r = (struct pick_reason){0};
    if (!str_copy(copy, sizeof copy, given))
        return refuse_length(e);
    take_answer(copy, answer);
    const char *text = copy + strspn(copy, " "), *between = strrchr(text, ';'),
               *where = between ? between + 1 : place_in(text);
    if (between == NULL && where == NULL && strchr(text, ' '))
        where = text;
    if (where == text && strchr(text, ' ') == NULL)
        where = NULL;
    trimmed(why, text, between ? (size_t)(between - text) : strlen(text));
    trimmed(r->where, where ? where : "", where ? strlen(where) : 0);
    if (why[0] == '\0' || r->where[0] == '\0')
        return refuse(e, why);
    r->answered = answer[0] != '\0';
    str_copy(r->why, sizeof r->why, why);
    return !r->answered || add_answer(r, answer, e);
}

bool pick_reason_protected(const struct selection_table *t, const char *column, struct err *e)
{
    err_set(e, ERR_INPUT, "Including %s.%s.%s", t->schema, t->name, column);
    err_reason(e, "UNACKNOWLEDGED");
    err_why(e, "%s",
            tr("code 6 and 7 (adressebeskyttelse): a stream carries every row, those of protected "
               "people too, and the reason does not say how they are kept apart, or who has "
               "settled it"));
    return err_hint(e,
                    tr("type: --acknowledge %s.%s.%s='why it may flow; protected_address: how "
                       "protected people are kept apart; where that was settled'"),
                    t->schema, t->name, column);
}
