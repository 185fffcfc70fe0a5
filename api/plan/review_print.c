/* The lines of a review as plain text, and as Markdown for a pull request. */

#include "api/base/tr.h"
#include "api/plan/review.h"
#include "api/plan/said.h"

#include <string.h>

static void print_line(const struct review_line *l, const char *text, bool first, struct str *out)
{
    switch (l->kind) {
    case REVIEW_TITLE:
    case REVIEW_TOTAL:
        str_printf(out, "%s\n", text);
        break;
    case REVIEW_HEAD:
        str_printf(out, "%s%s\n", first ? "" : "\n", text);
        break;
    case REVIEW_ITEM:
        str_printf(out, "%c %s\n", review_sign(l->tone), text);
        break;
    case REVIEW_DETAIL:
    case REVIEW_CODE:
        str_printf(out, "    %s\n", text);
        break;
    case REVIEW_NOTE:
        str_printf(out, "  %s\n", text);
        break;
    }
}

void review_print(const struct review *r, struct str *out)
{
    struct arena a = {0};
    struct review_lines l;

    review_lines(r, &a, &l);
    for (size_t i = 0; i < l.n; i++)
        print_line(&l.items[i], said_plain(&a, l.items[i].text), i == 0, out);
    arena_done(&a);
}

/* --- Markdown --- */

/* The statements stand together, in one block whose fence nothing inside can end. */
static void open_block(struct str *out)
{
    str_add(out, "\n````sql\n");
}

static void close_block(struct str *out)
{
    str_add(out, "````\n");
}

static void markdown_line(const struct review_line *l, struct str *out)
{
    switch (l->kind) {
    case REVIEW_TITLE:
        str_add(out, "## ");
        break;
    case REVIEW_HEAD:
        str_add(out, "\n### ");
        break;
    case REVIEW_TOTAL:
        str_add(out, l->tone == REVIEW_ALARM ? "- ⚠ " : "- ");
        break;
    case REVIEW_ITEM:
        str_add(out, l->tone == REVIEW_ALARM ? "- ⚠ " : "- ");
        break;
    case REVIEW_DETAIL:
        str_add(out, "  - ");
        break;
    case REVIEW_NOTE:
        str_add(out, "\n"); /* a paragraph of its own */
        break;
    case REVIEW_CODE:
        break;
    }
    said_markdown(out, l->text);
    str_addc(out, '\n');
}

void review_markdown(const struct review *r, struct str *out)
{
    struct arena a = {0};
    struct review_lines l;
    bool in_block = false;

    review_lines(r, &a, &l);
    for (size_t i = 0; i < l.n; i++) {
        bool code = l.items[i].kind == REVIEW_CODE;
        if (code && !in_block)
            open_block(out);
        if (!code && in_block)
            close_block(out);
        in_block = code;
        if (code)
            str_printf(out, "%s\n", l.items[i].text);
        else
            markdown_line(&l.items[i], out);
        if (l.items[i].kind == REVIEW_HEAD || (l.items[i].kind == REVIEW_TITLE && l.n > 1))
            str_addc(out, '\n');
    }
    if (in_block)
        close_block(out);
    arena_done(&a);
}
