#include "screens/answer.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <stdio.h>
#include <string.h>

void answer_error(struct page *p, const struct err *e)
{
    page_mark(p, MARK_FAIL, "%s", e->what);
    if (e->why[0])
        page_note(p, "%s", e->why);
    if (e->hint[0])
        page_note(p, "→ %s", e->hint);
}

bool answered(struct page *p, const struct task *t, const char *doing)
{
    char span[CLOCK_TEXT];

    switch (task_state(t)) {
    case TASK_OK:
        return true;
    case TASK_FAILED:
        answer_error(p, task_error(t));
        return false;
    case TASK_RUNNING:
        break;
    }
    if (t && task_elapsed_ms(t) >= 1000)
        page_mark(p, MARK_RUNNING, "%s, %s", doing, clock_span(task_elapsed_ms(t) / 1000, span));
    else
        page_mark(p, MARK_RUNNING, "%s", doing);
    return false;
}

void answer_login(struct page *p, struct cluster *c)
{
    const char *says = c ? cluster_login_says(c) : NULL;

    if (!str_is_empty(says))
        page_note(p, "%s", says);
}

const char *answer_bytes(int64_t bytes, char out[ANSWER_TEXT])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    size_t unit = 0;

    if (bytes < 0) {
        snprintf(out, ANSWER_TEXT, "?");
        return out;
    }
    while (value >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1000;
        unit++;
    }
    snprintf(out, ANSWER_TEXT, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
             units[unit]);
    return out;
}

const char *answer_count(int64_t n, char out[ANSWER_TEXT])
{
    char digits[24];
    size_t length, at = 0;

    if (n < 0) {
        snprintf(out, ANSWER_TEXT, "?");
        return out;
    }
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    length = strlen(digits);
    for (size_t i = 0; i < length && at + 2 < ANSWER_TEXT;
         i++) { /* groups of three, with a blank */
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ' ';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}
