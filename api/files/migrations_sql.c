/* The frame of the SQL. Every name goes through quote.h; every file is guarded by the user's
 * existence. */

#include "api/files/migrations_sql.h"

#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/files/quote.h"

#include <string.h>

void sql_add(struct body *b, const char *line)
{
    str_printf(&b->sql, "            %s\n", line);
}

static const char *quoted(struct writer *w, bool (*how)(struct str *, const char *, struct err *),
                          const char *text)
{
    struct str out = {0};
    const char *result = NULL;
    if (how(&out, text ? text : "", w->e))
        result = arena_str(w->mem, str_text(&out));
    str_done(&out);
    return result;
}

bool sql_refuse(struct err *e, const char *why, const char *hint)
{
    err_set(e, ERR_INPUT, tr("writing the migrations"));
    err_why(e, "%s", why);
    return err_hint(e, "%s", hint);
}

static bool is_slot_name(const char *name)
{
    size_t n = name ? strlen(name) : 0;
    for (size_t i = 0; i < n; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
              name[i] == '_'))
            return false;
    return n > 0 && n <= QUOTE_IDENT_BYTES;
}

bool sql_begin(struct writer *w, struct arena *a, const struct migrations_folder *folder,
               const struct migration_facts *facts, struct migration_set *out, struct err *e)
{
    *out = (struct migration_set){0};
    *w = (struct writer){.mem = a, .folder = folder, .facts = facts, .out = out, .e = e};
    if (!is_slot_name(facts->slot))
        return sql_refuse(e, "a slot's name is made of a-z, 0-9 and _, at most 63",
                          "choose another with --slot");
    w->app = facts->app_role ? quoted(w, quote_ident, facts->app_role) : NULL;
    w->user = w->app || !facts->app_role ? quoted(w, quote_ident, facts->db_user) : NULL;
    w->publication = w->user ? quoted(w, quote_ident, facts->publication) : NULL;
    if (w->publication == NULL)
        return false;
    w->user_literal = quoted(w, quote_literal, facts->db_user);
    w->publication_literal = quoted(w, quote_literal, facts->publication);
    w->slot_literal = quoted(w, quote_literal, facts->slot);
    return true;
}

/* --- a file --- */

/* The dollar quote must not stand inside: a table or a user may be called $$. */
static const char *dollar_tag(struct writer *w, const char *body)
{
    const char *tag = "$$";
    for (int i = 1; strstr(body, tag) != NULL || strstr(w->user_literal, tag) != NULL; i++)
        tag = arena_printf(w->mem, "$strom%d$", i);
    return tag;
}

/* One step to the left: there is no guard around it. */
static const char *outdented(struct writer *w, const char *body)
{
    struct str out = {0};
    for (const char *line = body; *line;) {
        size_t n = strcspn(line, "\n") + 1, skip = str_starts(line, "    ") ? 4 : 0;
        str_addn(&out, line + skip, n - skip);
        line += n;
    }
    const char *text = arena_str(w->mem, str_text(&out));
    str_done(&out);
    return text;
}

static const char *sql_of(struct writer *w, const char *comment, const char *body)
{
    const char *tag = dollar_tag(w, body);
    if (w->facts->user_gone)
        return arena_printf(w->mem, "%sDO\n%s\n    BEGIN\n%s    END\n%s LANGUAGE 'plpgsql';\n",
                            comment, tag, outdented(w, body), tag);
    return arena_printf(w->mem,
                        "%s"
                        "DO\n"
                        "%s\n"
                        "    BEGIN\n"
                        "        IF EXISTS(SELECT * FROM pg_roles WHERE rolname = %s) THEN\n"
                        "%s"
                        "        END IF;\n"
                        "    END\n"
                        "%s LANGUAGE 'plpgsql';\n",
                        comment, tag, w->user_literal, body, tag);
}

/* Ends the body; a body without statements is no file. */
bool sql_finish(struct writer *w, struct body *b, const char *name, const char *comment,
                const char *does)
{
    bool fine = true;
    if (b->sql.bytes > 0) {
        struct migration_file *f = &w->out->files[w->out->n_files++];
        const char *version = migrations_version(w->mem, w->folder, w->facts->recorded,
                                                 (int)w->out->n_files, w->facts->now);
        f->name = arena_printf(w->mem, "V%s__%s.sql", version, name);
        f->path = path_join(w->mem, w->folder->path, f->name);
        f->sql = sql_of(w, comment, str_text(&b->sql));
        f->does = does;
        if (strstr(f->sql, "${") != NULL)
            fine = sql_refuse(w->e, "a name holds ${, which Flyway would replace",
                              "leave that table out, or write its statements by hand");
    }
    str_done(&b->sql);
    return fine;
}

/* --- lists of tables --- */

bool sql_any(const struct writer *w, sql_wanted *is)
{
    for (size_t i = 0; i < w->facts->n_tables; i++)
        if (is(w, &w->facts->tables[i]))
            return true;
    return false;
}

/* One table a line, so that a later change shows as one line. after: "TO ...", "" for nothing. */
bool sql_add_tables(struct writer *w, struct body *b, const char *before, sql_wanted *is,
                    const char *after)
{
    bool first = true;
    sql_add(b, before);
    for (size_t i = 0; i < w->facts->n_tables; i++) {
        const struct migration_table *t = &w->facts->tables[i];
        if (!is(w, t))
            continue;
        str_add(&b->sql, first ? "                " : ",\n                ");
        if (!quote_table(&b->sql, t->schema, t->name, w->e))
            return false;
        first = false;
    }
    str_printf(&b->sql, "%s%s;\n", *after ? "\n            " : "", after);
    return true;
}

bool sql_add_each(struct writer *w, struct body *b, sql_wanted *is)
{
    for (size_t i = 0; i < w->facts->n_tables; i++) {
        const struct migration_table *t = &w->facts->tables[i];
        struct str name = {0};
        bool ok = true;
        if (!is(w, t))
            continue;
        const char *schema = quoted(w, quote_literal, t->schema);
        const char *table = schema ? quoted(w, quote_literal, t->name) : NULL;
        ok = table && quote_table(&name, t->schema, t->name, w->e);
        if (ok) {
            sql_add(b, arena_printf(w->mem,
                                    "IF NOT EXISTS(SELECT 1 FROM pg_publication_tables WHERE "
                                    "pubname = %s AND schemaname = %s AND tablename = %s) THEN",
                                    w->publication_literal, schema, table));
            sql_add(b, arena_printf(w->mem, "    ALTER PUBLICATION %s ADD TABLE %s;",
                                    w->publication, str_text(&name)));
            sql_add(b, "END IF;");
        }
        str_done(&name);
        if (!ok)
            return false;
    }
    return true;
}

/* Each schema once. */
bool sql_add_schemas(struct writer *w, struct body *b, const char *verb, sql_wanted *is,
                     const char *direction)
{
    for (size_t i = 0; i < w->facts->n_tables; i++) {
        const struct migration_table *t = &w->facts->tables[i];
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before |= is(w, &w->facts->tables[j]) && str_eq(w->facts->tables[j].schema, t->schema);
        if (!is(w, t) || before)
            continue;
        const char *schema = quoted(w, quote_ident, t->schema);
        if (schema == NULL)
            return false;
        sql_add(b, arena_printf(w->mem, "%s USAGE ON SCHEMA %s %s %s;", verb, schema, direction,
                                w->user));
    }
    return true;
}

/* --- conditions --- */

void sql_unless(struct body *b, const char *condition)
{
    if (b->sql.bytes == 0)
        return;
    struct str inner = b->sql, out = {0};
    str_printf(&out, "            IF NOT EXISTS(%s) THEN\n", condition);
    for (const char *line = str_text(&inner); *line;) {
        size_t n = strcspn(line, "\n") + 1;
        str_add(&out, "    ");
        str_addn(&out, line, n);
        line += n;
    }
    str_add(&out, "            END IF;\n");
    str_done(&inner);
    b->sql = out;
}

bool sql_drop(struct body *b)
{
    str_done(&b->sql);
    return false;
}
