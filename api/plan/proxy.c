#include "api/plan/proxy.h"

#include "api/base/str.h"

#include <ctype.h>
#include <string.h>

#define PROXY_IMAGE "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.0"

static bool plain_connection(const char *connection)
{
    int colons = 0;

    for (const char *c = connection; *c; c++) {
        if (*c == ':')
            colons++;
        else if (!isalnum((unsigned char)*c) && *c != '-' && *c != '.')
            return false;
    }
    return colons == 2 || colons == 3; /* projects of a domain have one more */
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

/* The first word after the proxy's image that looks like project:region:instance. */
const char *proxy_connection_of(struct arena *a, const char *user_data)
{
    const char *at = user_data ? strstr(user_data, "cloud-sql-proxy:") : NULL;

    while (at && *at && *at != '\n') {
        size_t n = strcspn(at, " \t\r\n'\"?");
        char *word = arena_strn(a, at, n);
        if (n > 0 && !str_starts(word, "-") && !strchr(word, '/') &&
            !str_starts(word, "cloud-sql-proxy:") && plain_connection(word))
            return word;
        at += n;
        at += *at && *at != '\n' ? 1 : 0;
    }
    return NULL;
}

bool proxy_is_ready(const char *serial_text)
{
    return strstr(serial_text, "ready for new connections") != NULL;
}
