#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/figure.h"
#include "api/base/tr.h"

/* slot.*: the bookmark in PostgreSQL's log, and what it keeps from being thrown away. */

enum { LOOKS_APART_MS = 10000, HOURS_FAIL = 2, HOURS_WARN = 24 };

static const int64_t GIGABYTE = 1000LL * 1000 * 1000;

static bool refuse(struct check_list *l, enum check_id id, const struct source_view *v)
{
    const struct source_slots *s = &v->facts->slots;
    if (!s->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", s->part.why);
    else if (s->wanted == NULL)
        check_set(l, id, CHECK_UNKNOWN, "there is no slot %s yet", v->wanted->slot);
    else
        return false;
    return true;
}

static void make_sql(struct str *sql, const char *name)
{
    str_add(sql, "SELECT pg_create_logical_replication_slot(");
    sql_literal(sql, name);
    str_add(sql, ", 'pgoutput');");
}

static void drop_sql(struct str *sql, const char *name)
{
    str_add(sql, "SELECT pg_drop_replication_slot(");
    sql_literal(sql, name);
    str_add(sql, ");");
}

static bool is_read_by_another(const struct source_view *v)
{
    return v->facts->slots.wanted->active && !v->stream_exists;
}

static void anew(struct check_list *l, enum check_id id, const struct source_view *v)
{
    struct str sql = {0};
    if (is_read_by_another(v)) { /* slot.free says by whom */
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Somebody reads it, so it is not dropped: take a slot of another name "
                     "(--slot), or stop that reader first.");
        return;
    }
    drop_sql(&sql, v->wanted->slot);
    str_printf(&sql, "\n-- %s\n", tr("then, in a file of its own:"));
    make_sql(&sql, v->wanted->slot);
    check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
    str_done(&sql);
}

static void exists(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_EXISTS;
    const struct source_slots *s = &v->facts->slots;
    if (!s->part.known) {
        check_set(l, id, CHECK_UNKNOWN, "%s", s->part.why);
    } else if (s->wanted == NULL) {
        struct str sql = {0};
        check_set(l, id, CHECK_FAIL, "there is no slot %s", v->wanted->slot);
        make_sql(&sql, v->wanted->slot);
        check_remedy(l, id, CHECK_REMEDY_MIGRATION, "%s", str_text(&sql));
        str_done(&sql);
    } else if (s->wanted->temporary) {
        check_set(l, id, CHECK_FAIL, "%s is temporary: it goes with its session", v->wanted->slot);
        check_remedy(l, id, CHECK_REMEDY_WAIT,
                     "Let the session that made it end, then make the slot in a migration.");
    } else {
        check_set(l, id, CHECK_PASS, "%s", v->wanted->slot);
    }
    check_needed(l, id, "the slot %s", v->wanted->slot);
    check_why(
        l, id,
        "It is the stream's bookmark. It is made in a migration of its own, after the one that "
        "makes the publication: in one file PostgreSQL refuses it.");
}

static void plugin(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_PLUGIN;
    const struct source_slot *s = v->facts->slots.wanted;
    bool fine = s->logical && str_eq(s->plugin, "pgoutput");
    check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL, "%s",
              s->logical ? s->plugin : tr("a physical slot, for a standby server"));
    if (!fine)
        anew(l, id, v);
}

static void database(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_DATABASE;
    const struct source_slot *s = v->facts->slots.wanted;
    const struct source_server *server = &v->facts->server;
    if (!server->part.known) {
        check_set(l, id, CHECK_UNKNOWN, "%s", server->part.why);
        return;
    }
    bool fine = str_eq(s->database, server->database);
    check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL, "%s",
              str_is_empty(s->database) ? tr("none: it is a physical slot") : s->database);
    check_needed(l, id, "%s", server->database);
    if (!fine)
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Slot names are shared by all databases of the server: choose another name "
                     "(--slot), or "
                     "connect to the database that this one belongs to.");
}

static void reader(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_FREE;
    const struct source_slot *s = v->facts->slots.wanted;
    const char *who = str_is_empty(s->active_by) ? tr("an unknown client") : s->active_by;
    if (!s->active) {
        check_set(l, id, CHECK_PASS, "nobody reads it");
    } else if (v->stream_exists) {
        check_set(l, id, CHECK_PASS, "read by the stream (pid %d, %s)", s->active_pid, who);
    } else {
        check_set(l, id, CHECK_FAIL, "read by pid %d (%s)", s->active_pid, who);
        check_remedy(
            l, id, CHECK_REMEDY_NONE,
            "Stop that reader if it is an old stream of yours, else take a slot of another name "
            "(--slot).");
    }
}

/* --- order --- */

static const struct source_slot *same_slot(const struct source_facts *f, const char *name)
{
    for (size_t i = 0; f != NULL && f->slots.part.known && i < f->slots.n; i++)
        if (str_eq(f->slots.at[i].name, name))
            return &f->slots.at[i];
    return NULL;
}

/* A reader is at it, the log grows, and the bookmark stays: it cannot get past the place. */
static bool never_moves(const struct source_view *v, const struct source_slot *now)
{
    const struct source_slot *then = same_slot(v->earlier, v->wanted->slot);
    return v->stream_exists && then != NULL && then->confirmed_bytes >= 0 &&
           then->confirmed_bytes == now->confirmed_bytes &&
           v->facts->taken_ms - v->earlier->taken_ms >= LOOKS_APART_MS &&
           v->facts->usage.wal_bytes > v->earlier->usage.wal_bytes;
}

static void order(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_ORDER;
    const struct source_slot *s = v->facts->slots.wanted;
    const struct source_publication *p = &v->facts->publication;
    if (!p->part.known) {
        check_set(l, id, CHECK_UNKNOWN, "%s", p->part.why);
    } else if (!p->exists) {
        check_set(l, id, CHECK_FAIL, "the slot stands, but there is no publication %s yet",
                  v->wanted->publication);
        anew(l, id, v);
    } else if (s->catalog_age < 0) {
        check_set(l, id, CHECK_UNKNOWN, "the slot does not tell its age");
    } else if (p->age >= s->catalog_age) {
        check_set(l, id, CHECK_PASS, "the publication was there first");
    } else {
        bool dead = v->stream_saw_42704 || never_moves(v, s);
        check_set(
            l, id, dead ? CHECK_FAIL : CHECK_WARN, "%s",
            dead ? "the slot was made before the publication, and the stream cannot get past that"
                 : "the publication was made or changed after the slot");
        if (dead)
            anew(l, id, v);
        else /* dropped under a stream that works, it would take changes with it */
            check_remedy(l, id, CHECK_REMEDY_NONE, "%s",
                         tr("Nothing while changes arrive: altering a publication looks the same. "
                            "Only when the stream reports 42704 is the slot made anew."));
    }
}

/* --- what it holds back --- */

int64_t slot_bytes_per_hour(const struct source_facts *earlier, const struct source_facts *now,
                            const char *slot)
{
    const struct source_slot *then = same_slot(earlier, slot), *here = same_slot(now, slot);
    if (then == NULL || here == NULL || then->held_bytes < 0 || here->held_bytes < 0)
        return -1;
    int64_t ms = now->taken_ms - earlier->taken_ms;
    if (ms < LOOKS_APART_MS)
        return -1;
    double grown = (double)(here->held_bytes - then->held_bytes);
    double hourly = grown * 3600000.0 / (double)ms;
    return hourly <= 0 ? 0 : hourly > 9e18 ? INT64_MAX : (int64_t)hourly;
}

double slot_hours_until(int64_t room, int64_t bytes_per_hour)
{
    if (room < 0 || bytes_per_hour <= 0)
        return -1;
    return (double)room / (double)bytes_per_hour;
}

static int64_t room_left(const struct source_view *v, const struct source_slot *s)
{
    if (v->disk_free_bytes < 0)
        return s->safe_bytes;
    return s->safe_bytes >= 0 && s->safe_bytes < v->disk_free_bytes ? s->safe_bytes
                                                                    : v->disk_free_bytes;
}

static void describe(struct str *to, const struct source_slot *s, int64_t hourly, double hours)
{
    char size[FIGURE_TEXT];

    if (s->held_bytes >= 0)
        str_printf(to, tr("%s held"), figure_bytes(s->held_bytes, size));
    if (!str_is_empty(s->wal_status))
        str_printf(to, "%s%s", to->bytes > 0 ? ", " : "", s->wal_status);
    if (hourly > 0)
        str_printf(to, tr(", growing by %s an hour"), figure_bytes(hourly, size));
    if (hours >= 0)
        str_printf(to,
                   hours < 1.5 ? tr(", full within about %.0f hour")
                               : tr(", full in about %.0f hours"),
                   hours < 1 ? 1.0 : hours);
}

static enum check_result judge_wal(const struct source_slot *s, double hours)
{
    if (str_eq(s->wal_status, "lost") || (hours >= 0 && hours < HOURS_FAIL))
        return CHECK_FAIL;
    if (str_eq(s->wal_status, "unreserved") || (hours >= 0 && hours < HOURS_WARN) ||
        (!s->active && s->held_bytes > GIGABYTE))
        return CHECK_WARN;
    return s->held_bytes < 0 && str_is_empty(s->wal_status) ? CHECK_UNKNOWN : CHECK_PASS;
}

static void make_room(struct check_list *l, enum check_id id, const struct source_view *v)
{
    struct str sql = {0};
    drop_sql(&sql, v->wanted->slot);
    if (v->facts->slots.wanted->active)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST, "diskAutoresize: true");
    else
        check_remedy(l, id, CHECK_REMEDY_SQL, "-- start the stream soon, or give the slot up:\n%s",
                     str_text(&sql));
    str_done(&sql);
}

static void wal(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SLOT_WAL;
    const struct source_slot *s = v->facts->slots.wanted;
    int64_t hourly = slot_bytes_per_hour(v->earlier, v->facts, v->wanted->slot);
    double hours = slot_hours_until(room_left(v, s), hourly);
    enum check_result r = judge_wal(s, hours);
    struct str found = {0};
    describe(&found, s, hourly, hours);
    check_set(l, id, r, "%s", found.bytes > 0 ? str_text(&found) : tr("the server does not tell"));
    if (str_eq(s->wal_status, "lost"))
        anew(l, id, v);
    else if (r == CHECK_WARN || r == CHECK_FAIL)
        make_room(l, id, v);
    str_done(&found);
}

void checks_slot(struct check_list *l, const struct source_view *v)
{
    static const struct {
        enum check_id id;
        void (*judge)(struct check_list *l, const struct source_view *v);
        const char *needed, *why;
    } rows[] = {
        {CHECK_SLOT_PLUGIN, plugin, "pgoutput", "Datastream understands no other format."},
        {CHECK_SLOT_DATABASE, database, "this database",
         "A slot belongs to one database and hands out its changes only."},
        {CHECK_SLOT_FREE, reader, "no other reader",
         "A slot has one reader. What another one reads is gone for the stream."},
        {CHECK_SLOT_ORDER, order, "first the publication, then the slot",
         "A slot looks back at the time it was made. A publication that was not there then does "
         "not exist "
         "for it (error 42704), and making it again does not help: only a new slot does."},
        {CHECK_SLOT_WAL, wal, "reserved, and room for more than a day",
         "The slot keeps PostgreSQL's log until it is read. A slot that nobody reads fills the "
         "disk and "
         "stops the application."},
    };
    exists(l, v);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!refuse(l, rows[i].id, v))
            rows[i].judge(l, v);
        if (l->at[rows[i].id].needed[0] == '\0')
            check_needed(l, rows[i].id, "%s", tr(rows[i].needed));
        check_why(l, rows[i].id, "%s", tr(rows[i].why));
    }
}
