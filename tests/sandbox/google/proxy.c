/* The proxy on a VM: does its cloud-init run one, may it, is it up, what does its console say? */

#include "tests/sandbox/google/compute.h"

#include <string.h>

#define CONNECTION SANDBOX_PROJECT ":" SANDBOX_REGION ":" SANDBOX_INSTANCE

enum { BOOT_SECONDS = 60 };

static const char *user_data(const struct thing *vm)
{
    const struct val *items = val_get(vm->doc, "metadata.items");
    for
        val_each(item, items) if (str_eq(val_text(item, "key"), "user-data")) return val_text_or(
            item, "value", "");
    return "";
}

static bool on_cos(const struct thing *vm)
{
    for
        val_each(
            disk,
            val_member(vm->doc,
                       "disks")) if (strstr(val_text_or(disk, "initializeParams.sourceImage", ""),
                                            "cos-cloud") != NULL) return true;
    return false;
}

static bool can_pull(struct google *g, const struct thing *vm)
{
    const struct val *nic = val_member(vm->doc, "networkInterfaces")->first;
    char path[300] = "";
    if (!val_is_empty(val_member(nic, "accessConfigs")))
        return true;
    compute_path(val_text_or(nic, "subnetwork", ""), path);
    const struct thing *subnetwork = thing_find(g, "subnetwork", path);
    return subnetwork != NULL && val_truth(subnetwork->doc, "privateIpGoogleAccess");
}

static bool runs_proxy(const struct thing *vm)
{
    const char *text = user_data(vm);
    return str_starts(text, "#cloud-config") && strstr(text, "docker run") != NULL &&
           strstr(text, "cloud-sql-connectors/cloud-sql-proxy:") != NULL &&
           (strstr(text, "--address=0.0.0.0") != NULL ||
            strstr(text, "--address 0.0.0.0") != NULL) &&
           strstr(text, "--private-ip") == NULL && on_cos(vm);
}

bool proxy_is_opened(const struct thing *vm)
{
    const char *text = user_data(vm);
    return strstr(text, "iptables") != NULL && strstr(text, "--dport 5432") != NULL &&
           strstr(text, "ACCEPT") != NULL;
}

bool proxy_serves(const struct thing *vm, const char *connection_name)
{
    const char *at = strstr(user_data(vm), connection_name);
    char next = at != NULL ? at[strlen(connection_name)] : 'x';
    return at != NULL && strchr(" \n\r?'\"\\", next) != NULL; /* the NUL at its end too */
}

static bool may_connect(struct google *g, const struct thing *vm)
{
    const struct val *accounts = val_member(vm->doc, "serviceAccounts");
    char member[240];
    bool scope = false;
    if (val_is_empty(accounts))
        return false;
    for
        val_each(item, val_member(accounts->first, "scopes")) scope =
            scope || str_ends(item->text, "/auth/cloud-platform") ||
            str_ends(item->text, "/auth/sqlservice.admin");
    snprintf(member, sizeof member, "serviceAccount:%.200s",
             val_text_or(accounts->first, "email", ""));
    return scope && services_ready(g, "sqladmin.googleapis.com") &&
           (policy_member_has(g, member, "roles/cloudsql.client") ||
            policy_member_has(g, member, "roles/cloudsql.editor") ||
            policy_member_has(g, member, "roles/editor"));
}

enum proxy_state proxy_look(struct google *g, const struct thing *vm)
{
    int64_t up = instance_running_ms(vm);
    if (up == INT64_MAX)
        return PROXY_DOWN;
    if (!runs_proxy(vm) || !can_pull(g, vm))
        return PROXY_NOT_THERE;
    if (clock_mono_ms() < up + sandbox_ms(g->s, BOOT_SECONDS))
        return PROXY_BOOTING;
    return may_connect(g, vm) ? PROXY_READY : PROXY_NOT_ALLOWED;
}

void proxy_serial(struct google *g, const struct thing *vm, struct str *out)
{
    int64_t up = instance_running_ms(vm);
    int64_t past = up == INT64_MAX ? -1 : clock_mono_ms() - up;
    enum proxy_state state = proxy_look(g, vm);
    if (past < 0)
        return;
    str_add(out, "[    0.000000] Linux version 6.12.46+ (builder@localhost) #1 SMP PREEMPT\r\n"
                 "[    3.417331] systemd[1]: Detected virtualization google.\r\n");
    if (past < sandbox_ms(g->s, 15))
        return;
    str_printf(out, "[   14.902113] cloud-init[712]: Cloud-init v. 23.4 running 'modules:final'\r\n"
                    "[   16.120944] systemd[1]: Reached target Network is Online.\r\n");
    if (past < sandbox_ms(g->s, BOOT_SECONDS))
        return;
    if (state == PROXY_NOT_THERE) {
        str_add(out, can_pull(g, vm)
                         ? "[   21.500120] cloud-init[712]: no unit of that name was started\r\n"
                         : "[   57.100482] docker[911]: Error response from daemon: Get "
                           "\"https://gcr.io/v2/\": net/http: request canceled while waiting for "
                           "connection (Client.Timeout exceeded while awaiting headers)\r\n");
        return;
    }
    str_add(out, "[   41.330581] docker[911]: Status: Downloaded newer image\r\n");
    if (state == PROXY_NOT_ALLOWED)
        str_printf(
            out,
            "[   59.004113] docker[911]: {\"severity\":\"ERROR\",\"message\":\"The proxy has "
            "encountered a terminal error: unable to start: [%s] Unable to mount socket: "
            "googleapi: Error 403: boss::NOT_AUTHORIZED: Not authorized to access resource. "
            "Possibly missing permission cloudsql.instances.get on resource instances/%s., "
            "forbidden\"}\r\n",
            CONNECTION, SANDBOX_INSTANCE);
    else
        str_printf(
            out,
            "[   58.120334] docker[911]: {\"severity\":\"INFO\",\"message\":\"[%s] Listening "
            "on [::]:5432\"}\r\n"
            "[   58.129871] docker[911]: {\"severity\":\"INFO\",\"message\":\"The proxy has "
            "started successfully and is ready for new connections!\"}\r\n",
            CONNECTION);
}

void proxy_cloud_init(struct str *out)
{
    str_add(out,
            "#cloud-config\n"
            "write_files:\n"
            "- path: /etc/systemd/system/cloud-sql-proxy.service\n"
            "  permissions: '0644'\n"
            "  content: |\n"
            "    [Unit]\n"
            "    After=docker.service network-online.target\n"
            "    [Service]\n"
            "    ExecStartPre=/bin/sh -c 'iptables -w -C INPUT -p tcp --dport 5432 -j ACCEPT || "
            "iptables -w -I INPUT 1 -p tcp --dport 5432 -j ACCEPT'\n"
            "    ExecStart=/usr/bin/docker run --rm --name proxy --network=host "
            "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.0 --address=0.0.0.0 --port=5432 "
            "--structured-logs " CONNECTION "\n"
            "    Restart=always\n"
            "runcmd:\n"
            "- systemctl daemon-reload\n"
            "- systemctl enable --now cloud-sql-proxy.service\n");
}
