/* logging: entries.list over what the streams have told. */

#include "tests/sandbox/google/services.h"

#include <string.h>

static const struct shape LIST[] = {LISTED("resourceNames", STRING),
                                    F("filter", STRING),
                                    F("orderBy", STRING),
                                    RANGE("pageSize", 0, INT32_MAX),
                                    F("pageToken", STRING),
                                    LISTED("projectIds", STRING),
                                    END};

static bool names_fit(struct call *c)
{
    const struct val *names = val_member(c->body, "resourceNames");
    if (val_is_empty(names)) {
        call_refuse_field(c, "resource_names", "Required field 'resource_names' is missing");
        return false;
    }
    for
        val_each(name, names) if (!str_starts(name->text, "projects/") ||
                                  !policy_is_our_project(name->text + 9))
        {
            call_refuse_permission(c, "logging.logEntries.list", name->text);
            return false;
        }
    return call_permit(c, "logging.logEntries.list", "projects/" SANDBOX_PROJECT);
}

/* Filters may name the log with its escaped slash or without. */
static struct val *matching(const struct google *g, const char *filter, bool newest_first)
{
    struct val *all = val_array();
    for
        val_each(entry, g->entries)
        {
            if (!filter_match(filter, entry))
                continue;
            struct val *copy = val_copy(entry);
            if (!newest_first || all->first == NULL) {
                val_add(all, copy);
                continue;
            }
            copy->next = all->first;
            all->first = copy;
        }
    return all;
}

static void list(struct call *c)
{
    const char *filter = val_text(c->body, "filter"), *order = val_text(c->body, "orderBy");
    bool newest = str_eq(order, "timestamp desc");
    if (!names_fit(c))
        return;
    if (filter != NULL && !filter_ok(filter, false))
        call_refuse_field(c, "filter", "Unparseable filter: %.200s", filter);
    else if (!str_is_empty(order) && !newest && !str_eq(order, "timestamp asc"))
        call_refuse_field(c, "order_by", "Invalid value for order_by: %.60s", order);
    else
        list_answer(c, "entries", matching(c->g, filter, newest), 50, 1000, NULL);
}

static const struct route ROUTES[] = {
    {"POST", "v2/entries:list", list, NULL, NULL, LIST, NULL, 0},
    {0},
};

const struct service logging_service = {.host = "logging.googleapis.com",
                                        .title = "Cloud Logging API",
                                        .api = "logging.googleapis.com",
                                        .family = FAMILY_ONEP,
                                        .routes = ROUTES};
