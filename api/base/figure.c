#include "api/base/figure.h"

#include "api/base/tr.h"

#include <stdio.h>
#include <string.h>

/* The decimal mark of the person's language. */
static const char *point(char *figure)
{
    char *mark = strchr(figure, '.');

    if (mark)
        *mark = tr("0.5")[1];
    return figure;
}

const char *figure_bytes(int64_t bytes, char out[FIGURE_TEXT])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    size_t unit = 0;

    if (bytes < 0) {
        snprintf(out, FIGURE_TEXT, "?");
        return out;
    }
    for (; value >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
        value /= 1000;
    snprintf(out, FIGURE_TEXT, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value,
             units[unit]);
    return point(out);
}

const char *figure_tenths(double value, char out[FIGURE_TEXT])
{
    snprintf(out, FIGURE_TEXT, "%.1f", value);
    return point(out);
}

const char *figure_money(double value, char out[FIGURE_TEXT])
{
    snprintf(out, FIGURE_TEXT, "%.2f", value);
    return point(out);
}

const char *figure_count(int64_t n, char out[FIGURE_TEXT])
{
    char digits[24];
    size_t length, at = 0;

    if (n < 0) {
        snprintf(out, FIGURE_TEXT, "?");
        return out;
    }
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    length = strlen(digits);
    for (size_t i = 0; i < length && at + 2 < FIGURE_TEXT; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ' ';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}
