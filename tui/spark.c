#include "tui/spark.h"

#include <math.h>
#include <stdbool.h>

enum { LEVELS = 8 };

static bool known(double value)
{
    return !isnan(value) && value >= 0;
}

static double largest(const double *values, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (known(values[i]) && values[i] > most)
            most = values[i];
    return most;
}

static const char *symbol(double value, double most, bool ascii)
{
    static const char *const bars[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[LEVELS] = {"_", ".", "-", "=", "+", "*", "%", "#"};
    if (!known(value))
        return " ";
    int level = most > 0 && isfinite(value) ? (int)(value / most * (LEVELS - 1) + 0.5) : 0;
    if (value > 0 && level == 0)
        level = 1; /* little is not nothing */
    return (ascii ? letters : bars)[level < LEVELS ? level : LEVELS - 1];
}

void spark_put(struct page *p, enum style s, const double *values, size_t n, int columns)
{
    size_t shown = columns > 0 ? (size_t)columns : 0;
    if (n > shown) {
        values += n - shown;
        n = shown;
    }
    double most = largest(values, n);
    for (size_t i = n; i < shown; i++)
        page_put(p, s, " ");
    for (size_t i = 0; i < n; i++)
        page_put(p, s, "%s", symbol(values[i], most, page_ascii(p)));
}
