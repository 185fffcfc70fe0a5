#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/utf8.h"

#include <string.h>

/* migration.no_op: a guarded migration that ran before the user existed did nothing, and Flyway
 * takes it for done for ever. */

enum {
    MAKES_NOTHING = 0,
    MAKES_PUBLICATION = 1,
    MAKES_SLOT = 2,
    MAKES_SOMETHING = 4,
    MAKES_GRANTS = 8
};

bool source_reads_nothing(const struct source_facts *f)
{
    const struct source_grants *g = &f->grants;
    if (!g->part.known || !g->user_exists || g->n_tables == 0)
        return false;
    for (size_t i = 0; i < g->n_tables; i++)
        if (g->tables[i].select)
            return false;
    return true;
}

static bool has_word(const char *folded, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(folded, words[i]) != NULL)
            return true;
    return false;
}

/* By its text where the repository is at hand, else by its name. */
static unsigned makes(const struct source_view *v, const struct source_migration *m)
{
    static const char *const slots[] = {"slot", "del_2", "del2", "part_2", "part2", "steg_2"};
    static const char *const signs[] = {"datastream",  "replik",      "replic",
                                        "publikasjon", "publication", "bigquery"};
    char name[512];
    for (size_t i = 0; i < v->n_scripts; i++)
        if (str_eq(v->scripts[i].name, m->script))
            return (v->scripts[i].publication ? (unsigned)MAKES_PUBLICATION : 0) |
                   (v->scripts[i].slot ? (unsigned)MAKES_SLOT : 0) |
                   (v->scripts[i].grants ? (unsigned)MAKES_GRANTS : 0);
    utf8_fold(name, sizeof name, m->script);
    bool slot = has_word(name, slots, sizeof slots / sizeof slots[0]);
    bool sign = has_word(name, signs, sizeof signs / sizeof signs[0]);
    if (slot && (sign || strstr(name, "slot") != NULL))
        return MAKES_SLOT;
    return sign ? MAKES_SOMETHING : MAKES_NOTHING;
}

/* A name that only says "datastream" speaks of the publication, and the second of that kind of the
 * slot. */
static bool is_missing(const struct source_facts *f, unsigned made, size_t earlier)
{
    bool no_publication = f->publication.part.known && !f->publication.exists;
    bool no_slot = f->slots.part.known && f->slots.wanted == NULL;
    if (made == MAKES_SOMETHING)
        return earlier == 0 ? no_publication : no_slot;
    return (source_reads_nothing(f) && (made & MAKES_GRANTS) != 0) ||
           (no_publication && (made & MAKES_PUBLICATION) != 0) ||
           (no_slot && (made & MAKES_SLOT) != 0);
}

static void judge(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_MIGRATION_NO_OP;
    const struct source_flyway *f = &v->facts->flyway;
    struct name_list idle = {0}, broken = {0};
    size_t earlier = 0;
    for (size_t i = f->n; i-- > 0;) { /* oldest first */
        unsigned made = makes(v, &f->at[i]);
        if (made == MAKES_NOTHING)
            continue;
        if (!f->at[i].success)
            names_add(&broken, NULL, f->at[i].script);
        else if (is_missing(v->facts, made, earlier))
            names_add(&idle, NULL, f->at[i].script);
        earlier++;
    }
    if (broken.n > 0)
        check_set(l, id, CHECK_FAIL, "recorded as failed: %s", names_text(&broken));
    else if (idle.n > 0)
        check_set(l, id, CHECK_FAIL, "ran, did nothing: %s", names_text(&idle));
    else
        check_set(l, id, CHECK_PASS, "none");
    if (broken.n > 0)
        check_remedy(l, id, CHECK_REMEDY_COMMAND,
                     "Mend the file and run `flyway repair`, then deploy.");
    else if (idle.n > 0)
        check_remedy(
            l, id, CHECK_REMEDY_MIGRATION,
            "A new file with the next number and the same statements; never change the old one.");
    names_done(&idle);
    names_done(&broken);
}

void checks_migration(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_MIGRATION_NO_OP;
    const struct source_facts *f = v->facts;
    if (!f->flyway.part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s", f->flyway.part.why);
    else if (!f->flyway.table)
        check_set(l, id, CHECK_PASS, "this database has no flyway_schema_history");
    else if (!f->publication.part.known || !f->slots.part.known)
        check_set(l, id, CHECK_UNKNOWN, "%s",
                  f->publication.part.known ? f->slots.part.why : f->publication.part.why);
    else
        judge(l, v);
    check_needed(l, id, "every recorded migration has had its effect");
    check_why(
        l, id,
        "The migrations are guarded: without the database user they do nothing. Flyway records "
        "them all the same and never runs them again.");
}
