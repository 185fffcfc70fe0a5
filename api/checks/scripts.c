#include "api/checks/scripts.h"

#include "api/base/path.h"
#include "api/files/migrations.h"
#include "api/files/migrations_waiting.h"

#include <string.h>

enum { NEWEST = 300 };

/* Small letters, one space where there is any, no line comments: as the words are looked for. */
static void flatten(struct str *out, const char *sql)
{
    for (; *sql != '\0'; sql++) {
        if (sql[0] == '-' && sql[1] == '-')
            sql += strcspn(sql, "\n");
        bool space = strchr(" \t\r\n", *sql) != NULL; /* the end, too */
        bool begins = out->bytes == 0 || out->text[out->bytes - 1] == ' ';
        if (!space)
            str_addc(out, *sql >= 'A' && *sql <= 'Z' ? (char)(*sql - 'A' + 'a') : *sql);
        else if (!begins)
            str_addc(out, ' ');
        if (*sql == '\0')
            break;
    }
}

static bool names(const char *text, const char *words, const char *name)
{
    struct str small = {0};
    flatten(&small, name);
    bool both = strstr(text, words) != NULL && strstr(text, str_text(&small)) != NULL;
    str_done(&small);
    return both;
}

struct source_script script_of(const char *name, const char *sql,
                               const struct source_wanted *wanted)
{
    struct str flat = {0};
    flatten(&flat, sql);
    const char *text = str_text(&flat);
    struct source_script s = {
        .name = name,
        .publication = names(text, "create publication", wanted->publication),
        .slot = names(text, "pg_create_logical_replication_slot", wanted->slot),
        .grants = names(text, "grant select", wanted->db_user),
    };
    str_done(&flat);
    return s;
}

static bool may_be_idle(const struct source_facts *f)
{
    return f->flyway.part.known && f->flyway.n > 0 && f->publication.part.known &&
           f->slots.part.known &&
           (!f->publication.exists || f->slots.wanted == NULL || source_reads_nothing(f));
}

/* The name comes from the database: it stays below the folder. */
static bool is_below(const char *script)
{
    return *script != '\0' && *script != '/' && strstr(script, "..") == NULL;
}

const struct source_script *scripts_read(struct arena *a, const char *repo,
                                         const struct source_facts *f,
                                         const struct source_wanted *wanted, size_t *n)
{
    struct migrations_folder folder;
    struct str text = {0};
    struct err e;
    *n = 0;
    if (repo == NULL || !may_be_idle(f) || !migrations_find(a, repo, NULL, &folder, &e))
        return NULL;
    size_t most = f->flyway.n < NEWEST ? f->flyway.n : NEWEST;
    struct source_script *list = arena_array(a, struct source_script, most);
    const char *path = path_join(a, repo, folder.path);
    for (size_t i = 0; i < most; i++) {
        const char *script = f->flyway.at[i].script;
        str_clear(&text);
        if (is_below(script) &&
            path_read(path_join(a, path, script), MIGRATIONS_MAX_BYTES, &text, &e))
            list[(*n)++] = script_of(arena_str(a, script), str_text(&text), wanted);
    }
    str_done(&text);
    return list;
}
