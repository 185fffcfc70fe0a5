/* Hostile names in migrations: PostgreSQL's lexer sees the same sequence of tokens as with plain
 * names, inside the dollar quotes and around them, and Flyway finds nothing to replace. */

#include "tests/fuzz/fuzz.h"

#include "api/base/str.h"
#include "api/files/migrations.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES = 3, NAMES = 4 + 2 * TABLES };

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Behind a quoted token that begins at p; the end of the text when it is never closed. */
static const char *behind_quoted(const char *p, char quote, bool escapes)
{
    for (p++; *p; p++) {
        bool escaped = escapes && *p == '\\' && p[1];
        if (escaped || (*p == quote && p[1] == quote))
            p++;
        else if (*p == quote)
            return p + 1;
    }
    return p;
}

/* $tag$ at p: its length, 0 when it is none. */
static size_t dollar_tag(const char *p)
{
    size_t n = 1;
    if (*p != '$' || isdigit((unsigned char)p[1]))
        return 0;
    while (in_word(p[n]))
        n++;
    return p[n] == '$' ? n + 1 : 0;
}

static void lex(const char *p, int depth, struct str *out);

static const char *lex_dollar(const char *p, size_t tag, int depth, struct str *out)
{
    char *mark = fuzz_text((const uint8_t *)p, tag);
    const char *end = strstr(p + tag, mark);
    fuzz_must(end != NULL && depth == 0);
    char *inside = fuzz_text((const uint8_t *)p + tag, (size_t)(end - p) - tag);
    str_add(out, "<");
    lex(inside, depth + 1, out);
    str_add(out, ">");
    free(inside);
    free(mark);
    return end + tag;
}

/* One letter a token: w words (their text too), i identifiers, s strings, others as they are. */
static void lex(const char *p, int depth, struct str *out)
{
    while (*p) {
        size_t n = 1, tag = dollar_tag(p);
        if (p[0] == '-' && p[1] == '-') {
            p += strcspn(p, "\n");
        } else if (*p == '"' || *p == '\'') {
            str_addc(out, *p == '"' ? 'i' : 's');
            p = behind_quoted(p, *p, false);
        } else if (p[0] == 'E' && p[1] == '\'') {
            str_addc(out, 's');
            p = behind_quoted(p + 1, '\'', true);
        } else if (tag > 0) {
            p = lex_dollar(p, tag, depth, out);
        } else if (in_word(*p)) {
            while (in_word(p[n]))
                n++;
            str_addn(out, p, n);
            str_addc(out, ' ');
            p += n;
        } else {
            if (!isspace((unsigned char)*p))
                str_addc(out, *p);
            p++;
        }
    }
}

/* What is there already. */
struct there {
    unsigned bits, more, tables;
};

static void fill(struct migration_facts *f, struct migration_table *tables, char *const *names,
                 struct there there)
{
    unsigned bits = there.bits, more = there.more;
    for (size_t i = 0; i < TABLES; i++)
        tables[i] = (struct migration_table){.schema = names[4 + 2 * i],
                                             .name = names[5 + 2 * i],
                                             .published = there.tables >> i & 1,
                                             .readable = there.tables >> (i + TABLES) & 1};
    *f = (struct migration_facts){.shape = (enum migration_shape)(bits % 3),
                                  .app_role = names[0],
                                  .db_user = names[1],
                                  .publication = names[2],
                                  .slot = names[3],
                                  .tables = tables,
                                  .n_tables = TABLES,
                                  .publication_exists = bits & 4,
                                  .slot_exists = bits & 8,
                                  .user_replication = bits & 16,
                                  .app_replication = bits & 32,
                                  .via_root = bits & 64,
                                  .default_privileges = bits & 128,
                                  .user_login = more & 1 ? "LOGIN" : NULL,
                                  .publish = more & 2 ? "insert, update, delete" : NULL,
                                  .slot_lost = more & 4,
                                  .user_gone = more & 8,
                                  .publication_all_tables = more & 16};
    if (more & 32)
        f->app_role = NULL;
    if (more & 64) {
        f->schemas = (const char *const *)names + 2; /* as good as any */
        f->n_schemas = 2;
    }
    if (more & 128)
        f->n_tables = 0;
    if (f->shape == MIGRATION_PROCEDURE) {
        f->tables = NULL;
        f->n_tables = 0;
    }
}

typedef bool writing(struct arena *a, const struct migrations_folder *folder,
                     const struct migration_facts *facts, struct migration_set *out, struct err *e);

static void compare(const struct migration_set *one, const struct migration_set *other)
{
    fuzz_must(one->n_files == other->n_files);
    for (size_t i = 0; i < one->n_files; i++) {
        struct str x = {0}, y = {0};
        fuzz_must(str_eq(one->files[i].name, other->files[i].name));
        fuzz_must(strstr(one->files[i].sql, "${") == NULL);
        lex(one->files[i].sql, 0, &x);
        lex(other->files[i].sql, 0, &y);
        fuzz_must(str_eq(str_text(&x), str_text(&y)));
        str_done(&x);
        str_done(&y);
    }
}

/* Which tables are alike decides what is written once: the plain names repeat as the hostile do. */
static void plain_names(char *const *names, char plain[NAMES][16], char **out)
{
    for (size_t i = 0; i < NAMES; i++) {
        size_t same = i;
        for (size_t j = i; j-- > 0;)
            same = strcmp(names[i], names[j]) == 0 ? j : same;
        memcpy(plain[i], "navn_a", 7);
        plain[i][5] = (char)('a' + same);
        if (strcmp(names[i], "public") == 0) /* has a meaning of its own */
            memcpy(plain[i], "public", 7);
        out[i] = plain[i];
    }
}

static void write_both(char *const *names, struct there there, writing *write)
{
    static const struct migrations_folder folder = {.path = "db", .last = "7"};
    struct migration_table tables[TABLES], plain_tables[TABLES];
    struct migration_facts facts, plain_facts;
    struct migration_set set, plain_set;
    struct err e = {0};
    struct arena a;
    char plain[NAMES][16], *others[NAMES];
    arena_init(&a);
    fill(&facts, tables, names, there);
    if (write(&a, &folder, &facts, &set, &e)) {
        plain_names(names, plain, others);
        fill(&plain_facts, plain_tables, others, there);
        fuzz_must(write(&a, &folder, &plain_facts, &plain_set, &e));
        compare(&set, &plain_set);
    } else {
        fuzz_must(e.kind == ERR_INPUT && e.why[0]);
    }
    arena_done(&a);
}

/* The first line: what is there already; then a name a line: role, user, publication, slot, tables.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *names[NAMES], *first = fuzz_line(&in);
    struct there there = {0};
    if ((there.bits = (unsigned char)first[0]) != 0 && (there.more = (unsigned char)first[1]) != 0)
        there.tables = (unsigned char)first[2];
    free(first);
    for (size_t i = 0; i < NAMES; i++)
        names[i] = fuzz_line(&in);
    write_both(names, there, migrations_write);
    write_both(names, there, migrations_drop_tables);
    write_both(names, there, migrations_undo);
    fuzz_must(migrations_compare(names[0], names[1]) == -migrations_compare(names[1], names[0]));
    fuzz_must(migrations_compare(names[0], names[0]) == 0);
    for (size_t i = 0; i < NAMES; i++)
        free(names[i]);
    return 0;
}
