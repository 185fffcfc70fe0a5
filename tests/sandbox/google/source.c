/* The source as Datastream sees it: first the way there (peering, firewall rule, VM, proxy), all of
 * it judged from what has been made; then a real login to the sandbox's PostgreSQL. */

#include "tests/sandbox/google/compute.h"
#include "tests/sandbox/google/datastream.h"
#include "tests/sandbox/postgres.h"

#include <string.h>

#define CONNECTION SANDBOX_PROJECT ":" SANDBOX_REGION ":" SANDBOX_INSTANCE

void source_version(struct sandbox *s, char out[16])
{
    snprintf(out, 16, "%d", s->pg != NULL ? postgres_version(s->pg) : 15);
}

__attribute__((format(printf, 3, 4))) static bool fault(struct source_fault *why, bool timeout,
                                                        const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    why->timeout = timeout;
    str_copy(why->code, sizeof why->code, timeout ? "CONNECTION_TIMEOUT" : "CONNECTION_FAILED");
    str_copy(why->message, sizeof why->message, str_text(&text));
    str_done(&text);
    return false;
}

/* What Google says is the same whatever stands in the way. */
static bool times_out(struct source_fault *why, const struct val *profile)
{
    return fault(why, true,
                 "Timed out while trying to connect to the source at %s:%d. Make sure that the "
                 "hostname and port are right, that the private connection can reach the host, and "
                 "that the firewall lets Datastream in.",
                 val_text_or(profile, "postgresqlProfile.hostname", ""),
                 (int)val_int(profile, "postgresqlProfile.port", 5432));
}

static bool port_matches(const struct val *ports, int port)
{
    if (val_is_empty(ports))
        return true;
    for
        val_each(item, ports)
        {
            int from, to;
            int n = sscanf(item->text, "%5d-%5d", &from, &to);
            if (n >= 1 && port >= from && port <= (n == 2 ? to : from))
                return true;
        }
    return false;
}

static bool rule_matches(const struct val *rules, int port)
{
    for
        val_each(rule, rules)
        {
            const char *protocol = val_text_or(rule, "IPProtocol", "");
            if ((str_eq(protocol, "tcp") || str_eq(protocol, "6") || str_eq(protocol, "all")) &&
                port_matches(val_member(rule, "ports"), port))
                return true;
        }
    return false;
}

static bool from_matches(const struct val *ranges, struct cidr from)
{
    struct cidr range;
    for
        val_each(item, ranges) if (str_eq(item->text, "0.0.0.0/0") ||
                                   (cidr_read(item->text, &range) &&
                                    cidr_holds(range, from))) return true;
    return false;
}

static bool firewall_opens(struct google *g, const char *network, const char *subnet, int port)
{
    struct cidr from;
    int64_t best = INT64_MAX;
    bool open = false; /* a network made through the API lets nothing in */
    if (!cidr_read(subnet, &from))
        return false;
    for (struct thing *t = g->things; t != NULL; t = t->next) {
        if (!str_eq(t->kind, "firewall") || !thing_due(t) || val_truth(t->doc, "disabled") ||
            !str_ends(val_text_or(t->doc, "network", ""), network) ||
            !str_eq(val_text(t->doc, "direction"), "INGRESS") ||
            !from_matches(val_member(t->doc, "sourceRanges"), from))
            continue;
        bool allow = rule_matches(val_member(t->doc, "allowed"), port);
        bool deny = rule_matches(val_member(t->doc, "denied"), port);
        int64_t priority = val_int(t->doc, "priority", 1000);
        if ((allow || deny) && (priority < best || (priority == best && deny))) {
            best = priority;
            open = allow;
        }
    }
    return open;
}

static const struct thing *vm_at(struct google *g, const char *network, const char *ip)
{
    for (struct thing *t = g->things; t != NULL; t = t->next) {
        const struct val *nics = val_member(t->doc, "networkInterfaces");
        if (nics != NULL && str_eq(val_text(nics->first, "networkIP"), ip) &&
            str_ends(val_text_or(nics->first, "network", ""), network))
            return t;
    }
    return NULL;
}

bool source_reached(struct google *g, const struct val *profile, struct source_fault *why)
{
    char name[320], vpc[320];
    const char *host = val_text_or(profile, "postgresqlProfile.hostname", "");
    int port = (int)val_int(profile, "postgresqlProfile.port", 5432);
    resource_resolve(val_text_or(profile, "privateConnectivity.privateConnection", ""), name);
    const struct thing *connection = thing_find(g, "private-connection", name);
    if (connection == NULL || !str_eq(val_text(connection->doc, "state"), "CREATED"))
        return times_out(why, profile);
    resource_resolve(val_text_or(connection->doc, "vpcPeeringConfig.vpc", ""), name);
    compute_path(name, vpc);
    const struct thing *vm = vm_at(g, vpc, host);
    const char *subnet = val_text_or(connection->doc, "vpcPeeringConfig.subnet", "");
    if (vm == NULL || port != 5432 || !firewall_opens(g, vpc, subnet, port) ||
        !proxy_is_opened(vm) || !proxy_serves(vm, CONNECTION) || proxy_look(g, vm) != PROXY_READY)
        return times_out(why, profile);
    if (!g->paper && (g->s->pg == NULL || !postgres_alive(g->s->pg)))
        return fault(why, false, "server closed the connection unexpectedly");
    return true;
}

void source_conninfo(struct google *g, const char *profile_name, const struct val *profile,
                     char out[512])
{
    const struct thing *kept = thing_find(g, "profile-password", profile_name);
    postgres_conninfo(g->s->pg, val_text_or(profile, "postgresqlProfile.database", ""),
                      val_text_or(profile, "postgresqlProfile.username", ""),
                      kept != NULL ? kept->doc->text : NULL, out);
}

PGconn *source_connect(struct google *g, const char *profile_name, const struct val *profile,
                       struct source_fault *why)
{
    char conninfo[512], limited[560];
    if (!source_reached(g, profile, why))
        return NULL;
    source_conninfo(g, profile_name, profile, conninfo);
    snprintf(limited, sizeof limited, "%s connect_timeout=10", conninfo); /* the lock is held */
    PGconn *db = PQconnectdb(limited);
    if (PQstatus(db) == CONNECTION_OK)
        return db;
    char text[400];
    str_copy(text, sizeof text, PQerrorMessage(db));
    text[strcspn(text, "\n")] = '\0';
    const char *fatal = strstr(text, "FATAL:"); /* without our own host and port before it */
    fault(why, false, "%s", fatal != NULL ? fatal : text);
    if (strstr(text, "password authentication failed") != NULL)
        str_copy(why->code, sizeof why->code, "INVALID_CREDENTIALS");
    PQfinish(db);
    return NULL;
}

static bool paper_login(struct google *g, const char *profile_name, const struct val *profile,
                        struct source_fault *why)
{
    const struct thing *kept = thing_find(g, "profile-password", profile_name);
    const char *user = val_text_or(profile, "postgresqlProfile.username", "");
    char right[64];
    if (sandbox_password(g->s, user, right) && kept != NULL && str_eq(kept->doc->text, right))
        return true;
    fault(why, false, "FATAL:  password authentication failed for user \"%s\"", user);
    str_copy(why->code, sizeof why->code, "INVALID_CREDENTIALS");
    return false;
}

bool source_login(struct google *g, const char *profile_name, const struct val *profile,
                  struct source_fault *why)
{
    if (g->paper)
        return source_reached(g, profile, why) && paper_login(g, profile_name, profile, why);
    PGconn *db = source_connect(g, profile_name, profile, why);
    bool fine = db != NULL;
    PQfinish(db);
    return fine;
}
