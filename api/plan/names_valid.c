#include "api/plan/names_valid.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <string.h>

#define SMALL  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

enum { STREAM_BYTES = 60 };

const char *names_dataset_wrong(const char *text)
{
    if (text[strspn(text, SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "_")] != '\0')
        return tr("letters, digits and _ only: BigQuery takes nothing else");
    return text[0] ? NULL : tr("needed: the tables arrive there");
}

const char *names_stream_wrong(const char *text)
{
    if (text[strspn(text, SMALL DIGITS "-")] != '\0')
        return tr("small letters, digits and dashes only");
    if (text[0] < 'a' || text[0] > 'z')
        return tr("begins with a small letter");
    return strlen(text) <= STREAM_BYTES ? NULL : tr("60 letters at most");
}

static bool is_region(const char *text)
{
    size_t first = strspn(text, SMALL), second, digits;

    if (first == 0 || text[first] != '-')
        return false;
    second = strspn(text + first + 1, SMALL);
    digits = strspn(text + first + 1 + second, DIGITS);
    return second > 0 && digits > 0 && text[first + 1 + second + digits] == '\0';
}

const char *names_region_wrong(const char *text)
{
    return is_region(text) ? NULL : tr("a region like europe-north1");
}

const char *names_location_wrong(const char *text)
{
    if (text[0] == '\0')
        return tr("needed; the region of the stream is the usual one");
    return is_region(text) || str_eq(text, "EU") || str_eq(text, "US")
               ? NULL
               : tr("a region like europe-north1, or EU or US");
}

bool names_valid(const struct target *t, struct err *e)
{
    const struct {
        const char *what, *text;
        const char *(*wrong)(const char *text);
    } names[] = {{"region", t->region, names_region_wrong},
                 {"location", t->location, names_location_wrong},
                 {"dataset", t->dataset, names_dataset_wrong},
                 {"stream", t->stream, names_stream_wrong}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *wrong = names[i].text[0] ? names[i].wrong(names[i].text) : NULL;
        if (wrong == NULL)
            continue;
        err_set(e, ERR_INPUT, tr("Reading the names"));
        err_why(e, tr("%s '%s' is none that Google takes"), names[i].what, names[i].text);
        return err_hint(e, "%s", wrong);
    }
    return true;
}
