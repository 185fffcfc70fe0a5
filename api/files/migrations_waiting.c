#include "api/files/migrations_waiting.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/utf8.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { WAITING_MOST = 64 };

struct look {
    struct arena *mem;
    const char *folder; /* in the file system */
    const struct migrations_folder *in;
    const struct migration_facts *facts;
    const struct migrations_ran *ran;
    struct migration_waiting *out;
    const char *versions[WAITING_MOST];
    size_t n;
};

/* --- what a text speaks of --- */

/* One blank for any white space, none of the comments. */
static char *plainly(struct arena *a, const char *sql)
{
    char *out = arena_alloc(a, strlen(sql) + 1), *at = out;

    for (const char *p = sql; *p;) {
        if (p[0] == '-' && p[1] == '-') {
            p += strcspn(p, "\n");
        } else if (isspace((unsigned char)*p)) {
            p++;
            if (at > out && at[-1] != ' ')
                *at++ = ' ';
        } else {
            *at++ = *p++;
        }
    }
    *at = '\0';
    return out;
}

static bool says(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

static char *folded(struct arena *a, const char *text)
{
    size_t n = strlen(text) * 3 + 1; /* folding may lengthen a letter */
    char *out = arena_alloc(a, n);

    utf8_fold(out, n, text);
    return out;
}

static bool names(struct arena *a, const char *text, const char *name)
{
    return !str_is_empty(name) && says(text, folded(a, name));
}

/* Ours by its text; *slot when it makes the slot. */
static bool is_ours(struct look *l, const char *sql, bool *slot)
{
    const char *text = folded(l->mem, plainly(l->mem, sql));

    *slot = says(text, "create_logical_replication_slot") && names(l->mem, text, l->facts->slot);
    if (*slot)
        return true;
    if (says(text, "publication") && names(l->mem, text, l->facts->publication))
        return true;
    if (says(text, "replication_slot") && names(l->mem, text, l->facts->slot))
        return true;
    return names(l->mem, text, l->facts->db_user) &&
           (says(text, "grant ") || says(text, "revoke ") || says(text, "alter user ") ||
            says(text, "alter role "));
}

/* --- the folder --- */

static bool has_run(const struct migrations_ran *ran, const char *version)
{
    for (size_t i = 0; i < ran->n; i++)
        if (ran->versions[i] && migrations_compare(ran->versions[i], version) == 0)
            return true;
    return ran->since && migrations_compare(version, ran->since) < 0;
}

static void keep(struct look *l, struct migration_waiting w, const char *version)
{
    size_t at = l->n;

    while (at > 0 && migrations_compare(l->versions[at - 1], version) > 0) {
        l->out[at] = l->out[at - 1];
        l->versions[at] = l->versions[at - 1];
        at--;
    }
    l->out[at] = w;
    l->versions[at] = version;
    l->n++;
}

static bool visit(struct look *l, const char *name, struct err *e)
{
    size_t bytes = str_ends(name, ".sql") ? migrations_version_bytes(name) : 0;
    const char *path = path_join(l->mem, l->folder, name);
    struct str text = {0};
    struct stat st;
    bool slot;

    if (bytes == 0 || l->n == WAITING_MOST || lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size > MIGRATIONS_MAX_BYTES)
        return true;
    const char *version = arena_strn(l->mem, name + 1, bytes);
    if (has_run(l->ran, version))
        return true;
    bool ok = path_read(path, MIGRATIONS_MAX_BYTES, &text, e);
    if (ok && is_ours(l, str_text(&text), &slot))
        keep(l,
             (struct migration_waiting){
                 .name = arena_str(l->mem, name),
                 .path = path_join(l->mem, l->in->path, name),
                 .sql = arena_str(l->mem, str_text(&text)),
                 .slot = slot,
                 .is_too_low = l->ran->last && migrations_compare(version, l->ran->last) < 0},
             version);
    str_done(&text);
    return ok;
}

bool migrations_waiting(struct arena *a, const char *repo, const struct migrations_folder *folder,
                        const struct migration_facts *facts, const struct migrations_ran *ran,
                        struct migration_waiting **out, size_t *n, struct err *e)
{
    struct look l = {.mem = a,
                     .folder = path_join(a, repo, folder->path),
                     .in = folder,
                     .facts = facts,
                     .ran = ran,
                     .out = arena_array(a, struct migration_waiting, WAITING_MOST)};
    DIR *d = opendir(l.folder);
    bool ok = d != NULL;

    if (!ok)
        return err_system(e, errno, "Reading %s", folder->path);
    for (struct dirent *entry; ok && (entry = readdir(d)) != NULL;)
        ok = visit(&l, entry->d_name, e);
    closedir(d);
    *out = l.out;
    *n = l.n;
    return ok;
}

/* --- is it what is wanted? --- */

/* The statements stand inside DO ... IF ... THEN and END IF. */
static const char *inside(char *plain)
{
    char *from = strstr(plain, " THEN "), *to = strstr(plain, " END IF;");

    for (char *next = to; next; next = strstr(next + 1, " END IF;"))
        to = next;
    if (from == NULL || to == NULL || to < from)
        return plain;
    *to = '\0';
    return from + strlen(" THEN ");
}

bool migrations_waits_for(struct arena *a, const struct migration_waiting *w, const char *wanted)
{
    const char *there = plainly(a, w->sql), *rest = inside(plainly(a, wanted));

    while (*rest) {
        size_t n = strcspn(rest, ";");
        const char *statement = arena_strn(a, rest, n + (rest[n] == ';'));
        if (!says(there, statement))
            return false;
        rest += strlen(statement);
        rest += *rest == ' ';
    }
    return true;
}
