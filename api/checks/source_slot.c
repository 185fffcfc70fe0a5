#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/tr.h"

/* slot.*: the bookmark in PostgreSQL's log. What it keeps from being thrown away: source_wal.c. */

static bool refuse(struct check_list *l, enum check_id id, const struct source_view *v)
{
    const struct source_slots *s = &v->facts->slots;
    if (!s->part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", s->part.why);
    else if (s->wanted == NULL)
        check_set(l, id, CHECK_UNKNOWN, "there is no slot %s yet", v->wanted->slot);
    else if (s->wanted->temporary)
        check_set(l, id, CHECK_UNKNOWN, "the slot is temporary: it goes with its session");
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

void slot_drop_sql(struct str *sql, const char *name)
{
    str_add(sql, "SELECT pg_drop_replication_slot(");
    sql_literal(sql, name);
    str_add(sql, ");");
}

static bool is_read_by_another(const struct source_view *v)
{
    return v->facts->slots.wanted->active && !v->stream_exists;
}

static bool is_elsewhere(const struct source_view *v)
{
    const struct source_server *server = &v->facts->server;
    const struct source_slot *s = v->facts->slots.wanted;
    return server->part.known && !str_is_empty(s->database) &&
           !str_eq(s->database, server->database);
}

/* A reader is at it, the log grows, and the bookmark stays: it cannot get past the place. */
static bool never_moves(const struct source_view *v, const struct source_slot *now)
{
    const struct source_mark *then = v->since;
    return v->stream_exists && then != NULL && then->confirmed_bytes >= 0 &&
           then->confirmed_bytes == now->confirmed_bytes &&
           v->facts->taken_ms - then->taken_ms >= SOURCE_LOOKS_APART_MS &&
           v->facts->usage.wal_bytes > then->wal_bytes;
}

/* The publication is the younger one, or not there at all. */
static bool is_too_old(const struct source_view *v, const struct source_slot *s)
{
    const struct source_publication *p = &v->facts->publication;
    if (!p->part.known || !p->exists)
        return p->part.known;
    return s->catalog_age >= 0 && p->age <= s->catalog_age &&
           (v->stream_saw_42704 || never_moves(v, s));
}

enum slot_future slot_future(const struct source_view *v)
{
    const struct source_slot *s = v->facts->slots.wanted;
    if (!v->facts->slots.part.known)
        return SLOT_SERVES;
    if (s == NULL || s->temporary)
        return SLOT_IS_MADE;
    if (is_elsewhere(v) || is_read_by_another(v))
        return SLOT_IS_MADE_BESIDE;
    bool useless = !s->logical || !str_eq(s->plugin, "pgoutput") || slot_is_lost(s);
    return useless || is_too_old(v, s) ? SLOT_IS_MADE_ANEW : SLOT_SERVES;
}

void slot_anew(struct check_list *l, enum check_id id, const struct source_view *v)
{
    struct str sql = {0};
    if (is_elsewhere(v)) { /* slot.database says where */
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "It belongs to another database, so it is not dropped: take a slot of another "
                     "name (--slot).");
        return;
    }
    if (is_read_by_another(v)) { /* slot.free says by whom */
        check_remedy(l, id, CHECK_REMEDY_NONE,
                     "Somebody reads it, so it is not dropped: take a slot of another name "
                     "(--slot), or stop that reader first.");
        return;
    }
    slot_drop_sql(&sql, v->wanted->slot);
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
        slot_anew(l, id, v);
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
    if (!s->logical) { /* slot.plugin says so */
        check_set(l, id, CHECK_UNKNOWN, "a physical slot belongs to no database");
        return;
    }
    check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL, "%s", s->database);
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
        slot_anew(l, id, v);
    } else if (s->catalog_age < 0) {
        check_set(l, id, CHECK_UNKNOWN,
                  s->logical ? tr("the slot does not tell its age")
                             : tr("a physical slot has no order"));
    } else if (p->age > s->catalog_age) { /* as old: what the slot began at is what made it */
        check_set(l, id, CHECK_PASS, "the publication was there first");
    } else {
        bool dead = is_too_old(v, s);
        check_set(
            l, id, dead ? CHECK_FAIL : CHECK_WARN, "%s",
            dead ? tr("the slot was made before the publication, and the stream cannot get past "
                      "that")
                 : tr("the publication was made or changed after the slot"));
        if (dead || slot_future(v) == SLOT_IS_MADE_BESIDE)
            slot_anew(l, id, v);
        else /* dropped under a stream that works, it would take changes with it */
            check_remedy(l, id, CHECK_REMEDY_NONE, "%s",
                         tr("Nothing while changes arrive: altering a publication looks the same. "
                            "Only when the stream reports 42704 is the slot made anew."));
    }
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
        {CHECK_SLOT_WAL, checks_slot_wal, "reserved, and room for more than a day",
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
