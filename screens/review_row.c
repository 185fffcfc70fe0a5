#include "screens/review_row.h"

enum { DETAIL = 6 }; /* columns further in */

static enum style style_of(const struct plan_line *l)
{
    static const enum style by_verb[] = {[PLAN_KEEP] = STYLE_MUTED,
                                         [PLAN_CREATE] = STYLE_ADDED,
                                         [PLAN_UPDATE] = STYLE_WARN,
                                         [PLAN_DELETE] = STYLE_REMOVED,
                                         [PLAN_BLOCKED] = STYLE_FAIL};

    switch (l->kind) {
    case PLAN_LINE_ACTION:
        return by_verb[l->verb];
    case PLAN_LINE_WARNING:
        return STYLE_FAIL;
    case PLAN_LINE_SENSITIVE:
        return STYLE_SENSITIVE;
    case PLAN_LINE_TABLE:
        return STYLE_ACCENT;
    case PLAN_LINE_STOPS:
        return STYLE_REMOVED;
    case PLAN_LINE_STARTS:
        return STYLE_ADDED;
    case PLAN_LINE_HEAD:
    case PLAN_LINE_DETAIL:
        break;
    }
    return STYLE_TEXT;
}

static char sign_of(const struct plan_line *l)
{
    switch (l->kind) {
    case PLAN_LINE_ACTION:
        return plan_sign(l->verb);
    case PLAN_LINE_WARNING:
    case PLAN_LINE_SENSITIVE:
        return '!';
    case PLAN_LINE_STOPS:
        return '-';
    case PLAN_LINE_STARTS:
        return '+';
    case PLAN_LINE_HEAD:
    case PLAN_LINE_TABLE:
    case PLAN_LINE_DETAIL:
        break;
    }
    return '\0';
}

/* A screen full of things to be made shows it by their signs; what is lost stands out whole. */
static bool is_loud(const struct plan_line *l)
{
    return l->kind != PLAN_LINE_ACTION || l->verb == PLAN_DELETE || l->verb == PLAN_BLOCKED;
}

struct lines_row review_row(const struct plan_line *l, bool first)
{
    return (struct lines_row){.style = first        ? STYLE_HEADING
                                       : is_loud(l) ? style_of(l)
                                                    : STYLE_TEXT,
                              .sign_style = style_of(l),
                              .sign = sign_of(l),
                              .indent = l->kind == PLAN_LINE_DETAIL ? DETAIL : 0,
                              .text = l->text};
}
