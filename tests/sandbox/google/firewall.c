/* compute: firewall rules and internal addresses. */

#include "tests/sandbox/google/compute.h"

#include <string.h>

static const struct shape ALLOWED[] = {NEED("IPProtocol", STRING), LISTED("ports", STRING), END};
static const struct shape LOG_CONFIG[] = {
    F("enable", BOOL), ONE_OF("metadata", "EXCLUDE_ALL_METADATA|INCLUDE_ALL_METADATA"), END};
static const struct shape FIREWALL[] = {F("name", STRING),
                                        F("description", STRING),
                                        F("network", STRING),
                                        ONE_OF("direction", "EGRESS|INGRESS"),
                                        RANGE("priority", 0, 65535),
                                        F("disabled", BOOL),
                                        LISTED("sourceRanges", STRING),
                                        LISTED("destinationRanges", STRING),
                                        LISTED("sourceTags", STRING),
                                        LISTED("targetTags", STRING),
                                        LISTED("sourceServiceAccounts", STRING),
                                        LISTED("targetServiceAccounts", STRING),
                                        OBJECTS("allowed", ALLOWED),
                                        OBJECTS("denied", ALLOWED),
                                        OBJECT("logConfig", LOG_CONFIG),
                                        OUTPUT("id"),
                                        OUTPUT("kind"),
                                        OUTPUT("selfLink"),
                                        OUTPUT("creationTimestamp"),
                                        END};

static const char *path_of(const char *name, char out[300])
{
    snprintf(out, 300, HOME "/global/firewalls/%.63s", name);
    return out;
}

struct thing *firewall_make(struct google *g, const char *name, const char *network,
                            const char *range, const char *port)
{
    char path[300];
    struct val *doc =
        val_make("{'network':'" COMPUTE_URL "%s','priority':1000,'sourceRanges':[%s],"
                 "'allowed':[{'IPProtocol':'tcp','ports':[%s]}],'direction':'INGRESS',"
                 "'logConfig':{'enable':false},'disabled':false}",
                 network, range, port);
    compute_complete(g, doc, "firewall", path_of(name, path));
    return thing_new(g, "firewall", path, doc);
}

static bool ranges_fit(struct call *c, const struct val *ranges)
{
    struct cidr range;
    for
        val_each(item,
                 ranges) if (!cidr_read(item->text, &range) && !str_eq(item->text, "0.0.0.0/0"))
        {
            compute_refuse_value(c, "resource.sourceRanges[0]", item->text,
                                 "Must be a valid IPV4 or IPV6 CIDR address range.");
            return false;
        }
    return true;
}

static bool port_fits(const char *text)
{
    unsigned from, to;
    char rest;
    if (sscanf(text, "%5u-%5u%c", &from, &to, &rest) == 2)
        return from <= to && to <= 65535;
    return sscanf(text, "%5u%c", &from, &rest) == 1 && from <= 65535;
}

static bool rules_fit(struct call *c, const struct val *rules)
{
    for val_each(rule, rules)
        for val_each(port, val_member(rule, "ports"))
            if (!port_fits(port->text))
        {
            compute_refuse_value(c, "resource.allowed[0].ports[0]", port->text,
                                 "Ports must be integers or ranges.");
            return false;
        }
    return true;
}

static bool body_fits(struct call *c)
{
    bool allowed = !val_is_empty(val_member(c->body, "allowed"));
    bool denied = !val_is_empty(val_member(c->body, "denied"));
    if (allowed == denied) {
        compute_refuse_value(c, "resource.allowed", "",
                             "Exactly one of allowed and denied must be given.");
        return false;
    }
    return ranges_fit(c, val_member(c->body, "sourceRanges")) &&
           rules_fit(c, val_member(c->body, "allowed")) &&
           rules_fit(c, val_member(c->body, "denied"));
}

static void fill_firewall(struct thing *t, const struct val *body, const char *network)
{
    val_merge(t->doc, body);
    val_putf(t->doc, "network", COMPUTE_URL "%s", network);
    if (val_member(t->doc, "priority") == NULL)
        val_put_int(t->doc, "priority", 1000);
    if (val_member(t->doc, "direction") == NULL)
        val_put_text(t->doc, "direction", "INGRESS");
    if (val_member(t->doc, "disabled") == NULL)
        val_put_bool(t->doc, "disabled", false);
    if (val_member(t->doc, "sourceRanges") == NULL && val_member(t->doc, "sourceTags") == NULL &&
        str_eq(val_text(t->doc, "direction"), "INGRESS"))
        val_put(t->doc, "sourceRanges", val_make("['0.0.0.0/0']"));
}

static void insert(struct call *c)
{
    char path[300], network[300] = HOME "/global/networks/default";
    const char *name = val_text_or(c->body, "name", ""), *wanted = val_text(c->body, "network");
    if (operation_again(c) || !compute_name_fits(c, name) || !body_fits(c))
        return;
    if (!call_permit(c, "compute.networks.updatePolicy", HOME "/global/networks"))
        return;
    if (wanted != NULL && !compute_path(wanted, network))
        compute_refuse_value(c, "resource.network", wanted, "The URL is malformed.");
    else if (thing_find(c->g, "network", network) == NULL)
        call_refuse_missing(c, network);
    else if (thing_find(c->g, "firewall", path_of(name, path)) != NULL)
        call_refuse_exists(c, path);
    else {
        struct val *doc = val_object();
        compute_complete(c->g, doc, "firewall", path);
        struct thing *t = thing_new(c->g, "firewall", path, doc);
        fill_firewall(t, c->body, network);
        t->ready_ms = google_later(c->g, 8); /* lets nothing through before */
        operation_start(c, "insert", path, 8, NULL, NULL);
    }
}

static void get(struct call *c)
{
    thing_get(c, "firewall");
}

static void list(struct call *c)
{
    compute_list(c, "firewall", "firewallList");
}

static void change(struct call *c)
{
    struct thing *t = thing_asked(c, "firewall");
    char network[300];
    if (t == NULL || operation_again(c) || !ranges_fit(c, val_member(c->body, "sourceRanges")) ||
        !rules_fit(c, val_member(c->body, "allowed")))
        return;
    const char *wanted = val_text(c->body, "network");
    if (wanted != NULL &&
        (!compute_path(wanted, network) || !str_ends(val_text(t->doc, "network"), network))) {
        compute_refuse_value(c, "resource.network", wanted, "The network cannot be changed.");
        return;
    }
    val_put_member(c->body, "network", NULL);
    val_merge(t->doc, c->body);
    operation_start(c, "patch", t->name, 8, NULL, NULL);
}

static void drop(struct call *c)
{
    const struct thing *t = operation_again(c) ? NULL : thing_asked(c, "firewall");
    if (t != NULL)
        thing_delete(c, t, 8);
}

#define FIREWALLS "compute/v1/projects/{}/global/firewalls"
const struct route compute_firewall_routes[] = {
    {"POST", FIREWALLS, insert, "compute.firewalls.create", compute_insert_query, FIREWALL, "", 0},
    {"GET", FIREWALLS, list, "compute.firewalls.list", compute_list_query, NULL, NULL, 0},
    {"GET", FIREWALLS "/{}", get, "compute.firewalls.get", NULL, NULL, NULL, 0},
    {"PATCH", FIREWALLS "/{}", change, "compute.firewalls.update", compute_insert_query, FIREWALL,
     "", 0},
    {"PUT", FIREWALLS "/{}", change, "compute.firewalls.update", compute_insert_query, FIREWALL, "",
     0},
    {"DELETE", FIREWALLS "/{}", drop, "compute.firewalls.delete", compute_insert_query, NULL, NULL,
     0},
    {0},
};
