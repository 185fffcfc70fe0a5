#include "tests/integration/checks/same.h"

#include "api/base/json.h"
#include "screens/checks_view.h"
#include "tui/shot.h"

#include <stdio.h>
#include <string.h>

/* What each way of telling it says of a check, read back from its text. */

static const char *wrong(char out[SAME_WHY], const char *where, const struct check *c,
                         const char *what)
{
    snprintf(out, SAME_WHY, "%s, %s: not the same: %s", where, check_name(c->id), what);
    return out;
}

/* --- JSON --- */

static const char *compare_member(const struct check *c, const struct json *j, char out[SAME_WHY])
{
    const struct {
        const char *key, *value;
    } members[] = {{"id", check_name(c->id)},
                   {"title", check_title(c->id)},
                   {"result", check_result_name(c->result)},
                   {"found", c->found},
                   {"needed", c->needed},
                   {"why", c->why},
                   {"remedy.kind", check_remedy_name(c->remedy.kind)},
                   {"remedy.text", c->remedy.text}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!str_eq(json_string(j, members[i].key), members[i].value))
            return wrong(out, "JSON", c, members[i].key);
    return json_count(j) == 7 ? NULL : wrong(out, "JSON", c, "a member more or less");
}

static const char *compare_sum(const struct check_list *l, const struct json *doc,
                               char out[SAME_WHY])
{
    struct check_summary n = check_summary(l);
    const struct json *sum = json_get(doc, "summary");
    bool same = json_int64(sum, "pass", -1) == (int64_t)n.pass &&
                json_int64(sum, "warn", -1) == (int64_t)n.warn &&
                json_int64(sum, "fail", -1) == (int64_t)n.fail &&
                json_int64(sum, "unknown", -1) == (int64_t)n.unknown && json_count(sum) == 4;
    return same ? NULL : wrong(out, "JSON", &l->at[0], "the summary");
}

static const char *in_json(const struct check_list *l, char out[SAME_WHY])
{
    struct str text = {0};
    struct err e;
    check_json(l, &text);
    struct json *doc = json_parse_strict(str_text(&text), text.bytes, &e);
    const char *why = compare_sum(l, doc, out);
    int id = 0;
    for
        json_each(j, json_get(doc, "checks"))
        {
            if (why == NULL && id < CHECK_IDS)
                why = compare_member(&l->at[id], j, out);
            id++;
        }
    if (why == NULL && id != CHECK_IDS)
        why = wrong(out, "JSON", &l->at[0], "the number of checks");
    json_free(doc);
    str_done(&text);
    return why;
}

/* --- text --- */

/* The line is there, and the text goes on behind it. */
static bool eat(const char **at, const char *begin, const char *words)
{
    size_t n = strlen(begin), m = strlen(words);
    if (strncmp(*at, begin, n) != 0 || strncmp(*at + n, words, m) != 0 || (*at)[n + m] != '\n')
        return false;
    *at += n + m + 1;
    return true;
}

static bool eat_lines(const char **at, const char *text)
{
    while (*text != '\0') {
        char line[8192];
        size_t n = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        if (n > 0 && !eat(at, "             ", line))
            return false;
        text += n + (text[n] == '\n');
    }
    return true;
}

static bool eat_check(const char **at, const struct check *c)
{
    char first[64], kind[32];
    snprintf(first, sizeof first, "%-8s %-28s ", check_result_name(c->result), check_name(c->id));
    if (!eat(at, first, c->found))
        return false;
    if (c->result == CHECK_PASS)
        return true;
    snprintf(kind, sizeof kind, "(%s)", check_remedy_name(c->remedy.kind));
    return (*c->needed == '\0' || eat(at, "         needed: ", c->needed)) &&
           (*c->why == '\0' || eat(at, "         why: ", c->why)) &&
           (*c->remedy.text == '\0' ||
            (eat(at, "         to do: ", kind) && eat_lines(at, c->remedy.text)));
}

static const char *in_text(const struct check_list *l, char out[SAME_WHY])
{
    struct str text = {0};
    char sum[128];
    struct check_summary n = check_summary(l);
    const char *why = NULL;
    check_text(l, &text);
    const char *at = str_text(&text);
    for (int id = 0; why == NULL && id < CHECK_IDS; id++)
        if (!eat_check(&at, &l->at[id]))
            why = wrong(out, "text", &l->at[id], at);
    snprintf(sum, sizeof sum, "%zu pass, %zu warn, %zu fail, %zu unknown", n.pass, n.warn, n.fail,
             n.unknown);
    if (why == NULL && (!eat(&at, sum, "") || *at != '\0'))
        why = wrong(out, "text", &l->at[0], "the summary, and nothing after it");
    str_done(&text);
    return why;
}

/* --- the screen --- */

/* Where a line ends is the page's own affair. */
static void squeeze(struct str *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (strchr(" \t\n", *text) == NULL)
            str_addc(out, *text);
}

static bool shows(const struct str *page, const char *words)
{
    struct str wanted = {0};
    squeeze(&wanted, words);
    bool there = strstr(str_text(page), str_text(&wanted)) != NULL;
    str_done(&wanted);
    return there;
}

static bool shows_all(const struct str *page, const struct check *c)
{
    return shows(page, check_name(c->id)) && shows(page, check_title(c->id)) &&
           shows(page, c->found) && shows(page, c->needed) && shows(page, c->why) &&
           (c->result == CHECK_PASS || shows(page, c->remedy.text));
}

static const char *on_screen(const struct check_list *l, char out[SAME_WHY])
{
    enum { COLS = 160, ROWS = 80 };
    struct page *p = page_new(COLS, ROWS);
    struct str text = {0}, squeezed = {0};
    const char *why = NULL;
    for (int id = 0; why == NULL && id < CHECK_IDS; id++) {
        struct scroll top = {0};
        page_begin(p, COLS, ROWS);
        checks_view_details(&l->at[id], &top, p);
        page_end(p);
        str_clear(&text);
        str_clear(&squeezed);
        shot_text(p, false, &text);
        squeeze(&squeezed, str_text(&text));
        if (!shows_all(&squeezed, &l->at[id]))
            why = wrong(out, "screen", &l->at[id], str_text(&text));
    }
    str_done(&text);
    str_done(&squeezed);
    page_free(p);
    return why;
}

const char *same_everywhere(const struct check_list *l, char out[SAME_WHY])
{
    const char *why = in_json(l, out);
    if (why == NULL)
        why = in_text(l, out);
    return why != NULL ? why : on_screen(l, out);
}
