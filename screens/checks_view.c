#include "screens/checks_view.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <string.h>

enum { ROOMY = 88, COMMON = 66, POINTER = 2 }; /* columns */

static enum mark mark_of(enum check_result r)
{
    static const enum mark marks[] = {MARK_UNKNOWN, MARK_OK, MARK_WARN, MARK_FAIL};

    return marks[r];
}

void checks_view_row(const void *ctx, size_t i, struct page *p)
{
    const struct checks_shown *shown = ctx;
    const struct check *c = &shown->list->at[i];
    int width = page_width(p), found_at = width >= ROOMY ? 57 : width >= COMMON ? 50 : 40;

    page_put_mark(p, mark_of(c->result), true);
    page_tab(p, POINTER + page_mark_columns() + 1);
    page_put_until(p, STYLE_TEXT, found_at, "%s", tr(check_title(c->id)));
    page_tab(p, found_at);
    page_put(p, c->result == CHECK_PASS ? STYLE_MUTED : STYLE_ACCENT, " %s", c->found);
    if (shown->changed[i])
        page_put_right(p, STYLE_OK, " %s", tr("now green"));
}

static const char *kind_title(enum check_remedy_kind k)
{
    static const char *const titles[] = {[CHECK_REMEDY_NONE] = "What to do",
                                         [CHECK_REMEDY_MANIFEST] = "In the manifest",
                                         [CHECK_REMEDY_MIGRATION] = "In a new migration",
                                         [CHECK_REMEDY_SQL] = "SQL",
                                         [CHECK_REMEDY_COMMAND] = "Run",
                                         [CHECK_REMEDY_ROLE] = "Roles",
                                         [CHECK_REMEDY_WAIT] = "Wait"};

    return titles[k];
}

static bool is_command(const char *text)
{
    static const char *const programs[] = {"gcloud ", "kubectl ", "flyway ", "nais ", "strom "};

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (str_starts(text, programs[i]))
            return true;
    return false;
}

/* The command, from the beginning or behind a colon; NULL: it is advice. */
static const char *command_in(const char *text)
{
    if (is_command(text))
        return text;
    for (const char *p = strstr(text, ": "); p; p = strstr(p + 1, ": "))
        if (is_command(p + 2))
            return p + 2;
    return NULL;
}

const char *checks_view_to_copy(const struct check *c, struct arena *a)
{
    const char *text = c->remedy.text, *command = command_in(text);

    if (c->remedy.kind != CHECK_REMEDY_COMMAND || command == NULL || command == text)
        return text;
    return arena_strn(a, command, strcspn(command, "\n"));
}

static enum check_remedy_kind kind_of(const struct check *c)
{
    bool advice = c->remedy.kind == CHECK_REMEDY_COMMAND && command_in(c->remedy.text) == NULL;

    return advice ? CHECK_REMEDY_NONE : c->remedy.kind;
}

/* What leads to it: a key where the wizard itself does it. */
static const char *heading(const struct check *c)
{
    if (c->id == CHECK_GOOGLE_APIS && c->result == CHECK_WARN)
        return "Press a here, or run";
    if (c->remedy.kind == CHECK_REMEDY_ROLE && c->id == CHECK_ACCESS_PERMISSIONS)
        return "Enter, then n on Access; or run";
    if (c->remedy.kind == CHECK_REMEDY_ROLE && c->id == CHECK_ACCESS_BASIC_ROLES)
        return "Enter, then n and e on Access; or run";
    return kind_title(kind_of(c));
}

static void put_details(const struct check *c, struct page *p)
{
    page_put(p, STYLE_ACCENT, "%s", check_name(c->id));
    page_put(p, STYLE_MUTED, "  %s", tr(check_title(c->id)));
    page_newline(p);
    page_field(p, tr("Found"), "%s", c->found);
    if (c->needed[0])
        page_field(p, tr("Needed"), "%s", c->needed);
    if (c->why[0])
        page_text(p, "%s", c->why);
    if (c->remedy.text[0] && c->result != CHECK_PASS) {
        page_styled(p, STYLE_HEADING, "%s", tr(heading(c)));
        page_lines(p, STYLE_TEXT, c->remedy.text);
    }
}

void checks_view_details(const struct check *c, const struct scroll *s, struct page *p)
{
    struct scroll_part part = scroll_begin(s, p);

    put_details(c, p);
    scroll_end(s, p, &part);
}
