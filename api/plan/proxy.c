#include "api/plan/proxy.h"

#include "api/base/str.h"

#include <string.h>

#define PROXY_IMAGE "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.0"

const char *proxy_image_family(size_t at)
{
    static const char *const families[] = {"cos-129-lts", "cos-stable"};

    return at < sizeof families / sizeof *families ? families[at] : NULL;
}

/* "project:region:instance", "domain:project:region:instance"; nothing that a shell, a YAML reader
 * or the proxy itself could take for something else. */
static bool plain_connection(const char *connection)
{
    size_t colons = 0, part = 0;

    for (const char *c = connection; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (*c == ':') {
            if (part == 0)
                return false;
            colons++;
            part = 0;
        } else if (letter || (part > 0 && *c == '-') || (part > 0 && *c == '.' && colons == 0)) {
            part++;
        } else {
            return false;
        }
    }
    return part > 0 && (colons == 2 || colons == 3);
}

const char *proxy_user_data(struct arena *a, const char *connection, bool private_ip)
{
    if (!plain_connection(connection))
        return NULL;
    return arena_printf(
        a,
        "#cloud-config\n"
        "write_files:\n"
        "- path: /etc/systemd/system/cloud-sql-proxy.service\n"
        "  permissions: \"0644\"\n"
        "  owner: root\n"
        "  content: |\n"
        "    [Unit]\n"
        "    Description=Cloud SQL proxy for Datastream\n"
        "    After=docker.service network-online.target\n"
        "    Requires=docker.service\n"
        "    Wants=network-online.target\n"
        "    [Service]\n"
        "    Environment=HOME=/home/cloudsqlproxy\n"
        /* the system drops what comes in, and forgets rules at boot: without this line validation
         * ends in CONNECTION_TIMEOUT */
        "    ExecStartPre=/bin/sh -c 'iptables -w -C INPUT -p tcp --dport 5432 -j ACCEPT || "
        "iptables -w -I INPUT 1 -p tcp --dport 5432 -j ACCEPT'\n"
        "    ExecStartPre=-/usr/bin/docker rm -f proxy\n"
        "    ExecStart=/usr/bin/docker run --rm --name proxy --network=host " PROXY_IMAGE
        " --address=0.0.0.0 --port=5432 --structured-logs%s %s\n"
        "    ExecStop=/usr/bin/docker stop proxy\n"
        "    Restart=always\n"
        "    RestartSec=5\n"
        "    StandardOutput=journal+console\n"
        "    StandardError=journal+console\n"
        "    [Install]\n"
        "    WantedBy=multi-user.target\n"
        "runcmd:\n"
        "- systemctl daemon-reload\n"
        "- systemctl enable --now cloud-sql-proxy.service\n",
        private_ip ? " --private-ip" : "", connection);
}

/* "europe-north1": words, and a digit last. */
static bool is_region(const char *at, size_t n)
{
    return n > 2 && memchr(at, '-', n) && at[0] >= 'a' && at[n - 1] >= '0' && at[n - 1] <= '9';
}

static bool names_instance(const char *word)
{
    const char *last = strrchr(word, ':'), *before = last;

    if (!plain_connection(word))
        return false;
    while (before > word && before[-1] != ':')
        before--;
    return is_region(before, (size_t)(last - before));
}

/* The first word of that shape in a script that starts the proxy: ours, the Terraform module's, and
 * the container declaration of old, in which each argument has its own line. */
const char *proxy_connection_of(struct arena *a, const char *user_data)
{
    const char *at = user_data;

    if (at == NULL || (!strstr(at, "cloud-sql-proxy") && !strstr(at, "cloud_sql_proxy") &&
                       !strstr(at, "gce-proxy")))
        return NULL;
    while (*at) {
        size_t n = strcspn(at, " \t\r\n'\"?=,[]{}");
        char *word = n > 0 ? arena_strn(a, at, n) : NULL;
        if (word && names_instance(word))
            return word;
        at += n;
        at += *at ? 1 : 0;
    }
    return NULL;
}

bool proxy_is_ready(const char *serial_text)
{
    return strstr(serial_text, "ready for new connections") != NULL;
}

const char *proxy_wake(struct arena *a, const char *status, const char *name, const char *zone,
                       const char *project)
{
    const char *verb = str_eq(status, "RUNNING")      ? "reset"
                       : str_eq(status, "SUSPENDED")  ? "resume"
                       : str_eq(status, "TERMINATED") ? "start"
                       : str_eq(status, "STOPPED")    ? "start"
                                                      : NULL;
    const char *last = strrchr(zone, '/');

    return verb ? arena_printf(a, "gcloud compute instances %s %s --zone %s --project %s", verb,
                               name, last ? last + 1 : zone, project)
                : NULL;
}
