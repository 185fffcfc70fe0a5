#include "screens/link.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "screens/away.h"

#include <stdlib.h>
#include <string.h>

/* --- the address --- */

#define CONSOLE "https://console.cloud.google.com"

/* What Google's identifiers are made of; anything else would have to be quoted, and is no link. */
static bool is_plain(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

    return id[0] != '\0' && id[strspn(id, letters)] == '\0';
}

static bool put(struct str *s, char out[LINK_TEXT])
{
    bool fits = str_copy(out, LINK_TEXT, str_text(s));

    str_done(s);
    return fits;
}

static bool stream_link(const struct target *t, char out[LINK_TEXT])
{
    struct str s = {0};

    if (!is_plain(t->region) || !is_plain(t->stream))
        return false;
    str_printf(&s, CONSOLE "/datastream/streams/locations/%s/instances/%s?project=%s", t->region,
               t->stream, t->project);
    return put(&s, out);
}

static bool instance_link(const struct target *t, char out[LINK_TEXT])
{
    struct str s = {0};

    if (!is_plain(t->instance))
        return false;
    str_printf(&s, CONSOLE "/sql/instances/%s/overview?project=%s", t->instance, t->project);
    return put(&s, out);
}

static bool project_link(const char *service, const char *project, char out[LINK_TEXT])
{
    struct str s = {0};

    if (!is_plain(project))
        return false;
    str_printf(&s, CONSOLE "/%s?project=%s", service, project);
    return put(&s, out);
}

bool link_of(const struct journey *j, char out[LINK_TEXT])
{
    const struct target *t = &j->target;

    if (!is_plain(t->project))
        return false;
    switch (j->at) {
    case AT_CONNECT:
    case AT_PREREQUISITES:
        return instance_link(t, out);
    case AT_ACCESS:
        return project_link("iam-admin/iam", t->project, out);
    case AT_DESTINATION:
        return project_link("bigquery", t->dataset_project[0] ? t->dataset_project : t->project,
                            out);
    case AT_REVIEW:
    case AT_CREATE:
        return project_link("datastream/streams", t->project, out);
    case AT_MONITOR:
    case AT_MANAGE:
    case AT_REMOVE:
        return stream_link(t, out);
    case AT_HOME:
    case AT_TABLES:
    case AT_REVIEWER:
    case JOURNEY_STEPS:
        break;
    }
    return false;
}

/* --- the browser --- */

/* One program; a list or a pattern of arguments is for others to take apart. */
static const char *chosen(struct arena *a)
{
    const char *browser = getenv("BROWSER");

    if (str_is_empty(browser) || strpbrk(browser, ": %'\"\t"))
        return NULL;
    return path_find_program(a, browser);
}

const char *link_browser(struct arena *a)
{
    const char *own = chosen(a);

    if (own)
        return own; /* who names one knows where it shows, over SSH too */
    if (away_is_far())
        return NULL;
#ifdef __APPLE__
    return path_find_program(a, "open");
#else
    if (!away_has_desktop())
        return NULL; /* it would take a browser of the terminal */
    return path_find_program(a, "xdg-open");
#endif
}

bool link_open(const char *browser, const char *address)
{
    const char *const argv[] = {browser, address, NULL};

    return str_starts(address, CONSOLE "/") && away_run(argv, NULL, 0);
}
