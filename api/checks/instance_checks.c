#include "api/checks/instance_checks.h"

#include "api/base/figure.h"
#include "api/base/tr.h"
#include "api/checks/source_checks.h"

enum { OLDEST = 10, MAINTAINED = 13, CLOSE_PERCENT = 80 };

static const int64_t gib = 1024LL * 1024 * 1024;

static void logical_decoding(struct check_list *l, const struct sql_instance *i)
{
    enum check_id id = CHECK_INSTANCE_LOGICAL_DECODING;
    const char *value = sqladmin_flag(i, INSTANCE_FLAG);
    bool on = str_eq(value, "on");
    check_set(l, id, on ? CHECK_PASS : CHECK_FAIL, "%s", value ? value : tr("not set"));
    check_needed(l, id, "on");
    check_why(
        l, id,
        "It sets wal_level to logical, without which there is no replication slot. Turning it "
        "on restarts the instance, normally for less than a minute.");
    if (!on)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST,
                     "flags:\n  - name: " INSTANCE_FLAG "\n    value: \"on\"");
}

static void version(struct check_list *l, const struct instance_view *v)
{
    const struct sql_instance *i = v->instance;
    enum check_id id = CHECK_INSTANCE_VERSION;
    bool replica = str_eq(i->type, "READ_REPLICA_INSTANCE");
    enum check_result r = i->postgres < OLDEST || replica ? CHECK_FAIL
                          : i->postgres < MAINTAINED      ? CHECK_WARN
                                                          : CHECK_PASS;
    bool stands = !str_eq(i->state, "RUNNABLE");
    if (r == CHECK_PASS && stands)
        r = CHECK_WARN;
    check_set(l, id, r, "%s%s%s%s", i->version, replica ? tr(", a read replica") : "",
              stands ? ", " : "", stands ? i->state : "");
    check_needed(l, id, "PostgreSQL 10 or newer, the primary instance");
    check_why(l, id,
              "Datastream reads from the primary with pgoutput. A major upgrade is refused while "
              "the slot exists, so upgrade first.");
    if (i->postgres < MAINTAINED)
        checks_upgrade(l, id, v->facts);
    else if (stands)
        check_remedy(l, id, CHECK_REMEDY_WAIT, "Wait until the instance is RUNNABLE again.");
}

int64_t instance_room(const struct instance_view *v)
{
    const struct sql_instance *i = v->instance;
    if (!i || v->used_bytes < 0 || i->disk_gb <= 0)
        return -1;
    if (i->disk_autoresize && i->disk_limit_gb <= 0)
        return -1;
    int64_t size =
        i->disk_autoresize && i->disk_limit_gb > i->disk_gb ? i->disk_limit_gb : i->disk_gb;
    int64_t room = size * gib - v->used_bytes;
    return room > 0 ? room : 0;
}

static bool is_close(const struct instance_view *v)
{
    int64_t room = instance_room(v);
    return room >= 0 && room < (v->used_bytes + room) / 100 * (100 - CLOSE_PERCENT);
}

static void say_disk(struct check_list *l, const struct instance_view *v, enum check_result r)
{
    const struct sql_instance *i = v->instance;
    struct str text = {0};
    char used[FIGURE_TEXT];
    str_printf(&text, tr("%lld GB"), (long long)i->disk_gb);
    if (v->used_bytes >= 0)
        str_printf(&text, tr(", %s GB used"),
                   figure_tenths((double)v->used_bytes / (double)gib, used));
    if (!i->disk_autoresize)
        str_add(&text, tr(", does not grow"));
    else if (i->disk_limit_gb > 0)
        str_printf(&text, tr(", grows to %lld GB"), (long long)i->disk_limit_gb);
    else
        str_add(&text, tr(", grows by itself"));
    check_set(l, CHECK_INSTANCE_DISK, r, "%s", str_text(&text));
    str_done(&text);
}

static void disk(struct check_list *l, const struct instance_view *v)
{
    enum check_id id = CHECK_INSTANCE_DISK;
    const struct sql_instance *i = v->instance;
    bool close = is_close(v);
    enum check_result r = !i->disk_autoresize && close   ? CHECK_FAIL
                          : !i->disk_autoresize || close ? CHECK_WARN
                                                         : CHECK_PASS;
    say_disk(l, v, r);
    check_needed(l, id, "a disk that grows by itself, with room");
    check_why(l, id,
              "The replication slot keeps WAL on this disk for as long as nobody reads it. A full "
              "disk stops the application.");
    if (!i->disk_autoresize)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST, "diskAutoresize: true");
    else if (close)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST, "diskAutoresizeLimit: %lld",
                     (long long)i->disk_limit_gb * 2);
}

void instance_checks(struct check_list *l, const struct instance_view *v)
{
    if (!v->instance && !v->error)
        return;
    if (!v->instance) {
        struct str why = {0};
        str_printf(&why, "%s (%s)", v->error->why, v->error->what);
        check_unknown_group(l, "instance", str_text(&why));
        str_done(&why);
        return;
    }
    logical_decoding(l, v->instance);
    version(l, v);
    disk(l, v);
}
