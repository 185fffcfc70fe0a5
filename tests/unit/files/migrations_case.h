#ifndef TESTS_UNIT_FILES_MIGRATIONS_CASE_H
#define TESTS_UNIT_FILES_MIGRATIONS_CASE_H

/* A .case file of tests/cases/migrations: what stands above its first "===" are the facts. Include
 * behind cmocka.h. */

#include "api/base/arena.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/files/migrations.h"

#include <stdlib.h>
#include <string.h>

#define TOLD_FOLDER TESTS_DIR "/cases/migrations/"

enum { MOST_BYTES = 1 << 20, MOST_TABLES = 16 };

struct told {
    char call[16];
    struct migrations_folder folder;
    struct migration_facts facts;
    struct migration_table tables[MOST_TABLES];
    const char *schemas[MOST_TABLES];
};

/* "public.a published readable cut"; the name may hold anything but those words behind a blank. */
static inline void told_table(struct told *c, char *text)
{
    struct migration_table *t = &c->tables[c->facts.n_tables++];
    assert_true(c->facts.n_tables <= MOST_TABLES);
    for (char *word; (word = strrchr(text, ' ')) != NULL; *word = '\0') {
        if (str_eq(word, " readable"))
            t->readable = true;
        else if (str_eq(word, " published"))
            t->published = true;
        else if (str_eq(word, " cut"))
            t->cut = true;
        else
            break;
    }
    char *dot = strchr(text, '.'), *line = strstr(text, "\\n");
    assert_non_null(dot);
    if (line) {
        *line = '\n';
        memmove(line + 1, line + 2, strlen(line + 2) + 1);
    }
    *dot = '\0';
    t->schema = text;
    t->name = dot + 1;
}

static inline void told_have(struct migration_facts *f, char *text)
{
    const struct {
        const char *word;
        bool *fact;
    } rows[] = {{"publication", &f->publication_exists},
                {"publication_all_tables", &f->publication_all_tables},
                {"slot", &f->slot_exists},
                {"slot_lost", &f->slot_lost},
                {"via_root", &f->via_root},
                {"publication_via_root", &f->publication_via_root},
                {"user_gone", &f->user_gone},
                {"app_replication", &f->app_replication},
                {"user_replication", &f->user_replication},
                {"default_privileges", &f->default_privileges},
                {"all_readable", &f->all_readable}};
    for (char *word = strtok_r(text, " ", &text); word; word = strtok_r(text, " ", &text)) {
        bool known = false;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (str_eq(rows[i].word, word))
                known = *rows[i].fact = true;
        assert_true(known);
    }
}

static inline enum migration_shape told_shape(const char *word)
{
    if (str_eq(word, "narrow"))
        return MIGRATION_NARROW;
    return str_eq(word, "three") ? MIGRATION_THREE : MIGRATION_PROCEDURE;
}

static inline void told_line(struct told *c, char *line)
{
    char *value = strchr(line, ' ');
    assert_non_null(value);
    *value++ = '\0';
    if (str_eq(line, "call"))
        assert_true(str_copy(c->call, sizeof c->call, value));
    else if (str_eq(line, "shape"))
        c->facts.shape = told_shape(value);
    else if (str_eq(line, "last"))
        c->folder.last = value;
    else if (str_eq(line, "recorded"))
        c->facts.recorded = value;
    else if (str_eq(line, "now"))
        c->facts.now = strtoll(value, NULL, 10);
    else if (str_eq(line, "app"))
        c->facts.app_role = value;
    else if (str_eq(line, "user"))
        c->facts.db_user = value;
    else if (str_eq(line, "publication"))
        c->facts.publication = value;
    else if (str_eq(line, "slot"))
        c->facts.slot = value;
    else if (str_eq(line, "login"))
        c->facts.user_login = value;
    else if (str_eq(line, "publish"))
        c->facts.publish = value;
    else if (str_eq(line, "schema"))
        c->schemas[c->facts.n_schemas++] = value;
    else if (str_eq(line, "table"))
        told_table(c, value);
    else if (str_eq(line, "have"))
        told_have(&c->facts, value);
    else
        fail_msg("what is %s?", line);
}

static inline void told_read(struct told *c, char *text)
{
    *c = (struct told){.folder = {.path = "src/main/resources/flyway"}};
    c->facts.tables = c->tables;
    c->facts.schemas = c->schemas;
    c->facts.publication = "ds_publication";
    c->facts.slot = "ds_replication";
    for (char *line = strtok_r(text, "\n", &text); line; line = strtok_r(text, "\n", &text))
        told_line(c, line);
}

/* Calls what the case says. */
static inline bool told_run(const struct told *c, struct arena *a, struct migration_set *set,
                            struct err *e)
{
    if (str_eq(c->call, "write"))
        return migrations_write(a, &c->folder, &c->facts, set, e);
    return str_eq(c->call, "drop") ? migrations_drop_tables(a, &c->folder, &c->facts, set, e)
                                   : migrations_undo(a, &c->folder, &c->facts, set, e);
}

#endif
