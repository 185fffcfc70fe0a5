/* Reading sensitivity.json: strict, and every complaint names the key and the line. */

#include "api/rules/team_inside.h"

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/base/safe.h"
#include "api/base/utf8.h"

#include <string.h>
#include <unistd.h>

struct reader {
    struct rules_team *to;
    struct team_rule *rule;
    struct err *e;
};

static bool refuse(struct reader *r, const struct json *at, const char *key, const char *why)
{
    char shown[80];

    safe_text(shown, sizeof shown, key ? key : json_key(at) ? json_key(at) : "rules");
    err_set(r->e, ERR_INPUT, "reading the team's rules (%s)", TEAM_FILE);
    err_why(r->e, "line %d: %s: \"%s\"", json_line(at), why, shown);
    return err_hint(r->e,
                    "a rule reads {\"do\": \"silence\", \"table\": \"...\", \"column\": "
                    "\"...\", \"reason\": \"...\"}; `strom tables --schema` prints all of it");
}

/* --- one member of a rule --- */

static bool read_text(struct reader *r, const struct json *j, size_t most, const char **out)
{
    const char *text = json_text(j);

    if (text == NULL)
        return refuse(r, j, NULL, "a text is needed");
    if (strlen(text) > most)
        return refuse(r, j, NULL, "the text is too long");
    if (!utf8_is_line(text))
        return refuse(r, j, NULL, "control characters cannot stand here");
    if (safe_turns(text))
        return refuse(r, j, NULL, "a character that turns the text stands here");
    if (text[strspn(text, " ")] == '\0')
        return refuse(r, j, NULL, "the text is empty");
    *out = arena_str(&r->to->mem, text);
    return true;
}

enum { PATTERN_BYTES = 256 };

static bool read_schema(struct reader *r, const struct json *j)
{
    return read_text(r, j, PATTERN_BYTES, &r->rule->schema);
}

static bool read_table(struct reader *r, const struct json *j)
{
    return read_text(r, j, PATTERN_BYTES, &r->rule->table);
}

static bool read_column(struct reader *r, const struct json *j)
{
    return read_text(r, j, PATTERN_BYTES, &r->rule->column);
}

static bool read_type(struct reader *r, const struct json *j)
{
    return read_text(r, j, PATTERN_BYTES, &r->rule->type);
}

static bool read_reason(struct reader *r, const struct json *j)
{
    return read_text(r, j, TEAM_MAX_REASON, &r->rule->reason);
}

static bool read_does(struct reader *r, const struct json *j)
{
    for (int d = TEAM_ADD; d <= TEAM_RAISE; d++)
        if (str_eq(json_text(j), team_does_name((enum team_does)d))) {
            r->rule->does = (enum team_does)d;
            return true;
        }
    return refuse(r, j, NULL, "only \"add\", \"silence\" and \"raise\" may stand here");
}

static bool read_level(struct reader *r, const struct json *j)
{
    int level = json_text(j) ? rules_level_from(json_text(j)) : -1;

    if (level <= RULES_NONE)
        return refuse(r, j, NULL, "only \"personal\" and \"special\" may stand here");
    r->rule->level = (enum rules_level)level;
    return true;
}

static bool read_categories(struct reader *r, const struct json *j)
{
    if (!json_is_array(j) || json_count(j) == 0)
        return refuse(r, j, NULL, "a list of categories is needed");
    for
        json_each(item, j)
        {
            int c = json_text(item) ? rules_category_from(json_text(item)) : -1;
            if (c < 0)
                return refuse(r, item, json_text(item) ? json_text(item) : json_key(j),
                              "there is no such category");
            r->rule->categories |= UINT32_C(1) << c;
        }
    return true;
}

static bool read_values(struct reader *r, const struct json *j)
{
    if (!json_is_bool(j))
        return refuse(r, j, NULL, "true or false is needed");
    r->rule->values = json_as_bool(j, false);
    return true;
}

static const struct {
    const char *key;
    bool (*read)(struct reader *r, const struct json *j);
} members[] = {{"do", read_does},
               {"schema", read_schema},
               {"table", read_table},
               {"column", read_column},
               {"type", read_type},
               {"level", read_level},
               {"categories", read_categories},
               {"values", read_values},
               {"reason", read_reason}};

static bool read_member(struct reader *r, const struct json *j)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (str_eq(members[i].key, json_key(j)))
            return members[i].read(r, j);
    return refuse(r, j, NULL, "an unknown key");
}

/* --- a whole rule --- */

/* "*" or nothing everywhere: that would be another rules.def. */
static bool fits_everything(const struct team_rule *rule)
{
    const char *const patterns[] = {rule->schema, rule->table, rule->column, rule->type};

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (patterns[i] && patterns[i][strspn(patterns[i], "*")] != '\0')
            return false;
    return true;
}

static bool check_rule(struct reader *r, const struct json *j)
{
    const struct team_rule *rule = r->rule;

    if (json_get(j, "do") == NULL)
        return refuse(r, j, "do", "this is missing");
    if (rule->reason == NULL)
        return refuse(r, j, "reason", "each rule needs one, and this is missing");
    if (rule->does != TEAM_SILENCE && rule->level == RULES_NONE)
        return refuse(r, j, "level", "this is missing");
    if (rule->does == TEAM_ADD && rule->categories == 0)
        return refuse(r, j, "categories", "this is missing");
    if (rule->does == TEAM_SILENCE && rule->level != RULES_NONE)
        return refuse(r, json_get(j, "level"), "level", "what is silenced has no level");
    if (rule->does != TEAM_SILENCE && rule->values)
        return refuse(r, json_get(j, "values"), "values", "this is for \"silence\" alone");
    if (fits_everything(rule))
        return refuse(r, j, "table",
                      "it fits every column: name a schema, a table, a column or a type");
    return true;
}

static bool read_rule(struct reader *r, const struct json *j)
{
    if (!json_is_object(j))
        return refuse(r, j, "rules", "an object for each rule is needed");
    *r->rule = (struct team_rule){.line = json_line(j)};
    for
        json_each(member, j)
        {
            if (!read_member(r, member))
                return false;
        }
    return check_rule(r, j);
}

/* --- the file --- */

enum { TEAM_VERSION = 1 };

static bool read_version(struct reader *r, const struct json *doc)
{
    const struct json *version = json_get(doc, "version");

    if (version == NULL)
        return refuse(r, doc, "version", "this is missing");
    if (!json_is_number(version) || json_as_int64(version, 0) < TEAM_VERSION)
        return refuse(r, version, NULL, "only 1 may stand here");
    if (json_as_int64(version, 0) > TEAM_VERSION)
        return refuse(r, version, NULL, "a newer version of strom wrote this file");
    return true;
}

static bool read_rules(struct reader *r, const struct json *list)
{
    if (!json_is_array(list))
        return refuse(r, list, "rules", "a list is needed");
    if (json_count(list) > TEAM_MAX_RULES)
        return refuse(r, list, "rules", "more than 1000 rules");
    r->to->rules = arena_array(&r->to->mem, struct team_rule, json_count(list) + 1);
    for
        json_each(item, list)
        {
            r->rule = &r->to->rules[r->to->n++];
            if (!read_rule(r, item))
                return false;
        }
    return true;
}

static bool read_document(struct reader *r, const struct json *doc)
{
    if (!json_is_object(doc))
        return refuse(r, doc, "version", "an object is needed");
    if (!read_version(r, doc)) /* first: what a newer file holds is not known */
        return false;
    for
        json_each(member, doc)
        {
            if (!str_eq(json_key(member), "version") && !str_eq(json_key(member), "rules"))
                return refuse(r, member, NULL, "an unknown key");
        }
    const struct json *rules = json_get(doc, "rules");
    return rules ? read_rules(r, rules) : refuse(r, doc, "rules", "this is missing");
}

bool team_read(const char *text, size_t bytes, struct rules_team **out, struct err *e)
{
    *out = NULL;
    if (bytes > TEAM_MAX_BYTES) {
        err_set(e, ERR_INPUT, "reading the team's rules (%s)", TEAM_FILE);
        return err_why(e, "the file has more than a million bytes");
    }
    struct json *doc = json_parse_strict(text, bytes, e);
    if (doc == NULL)
        return false;
    struct rules_team *t = mem_alloc(sizeof *t);
    struct reader r = {.to = t, .e = e};
    bool ok = read_document(&r, doc);
    json_free(doc);
    if (ok)
        *out = t;
    else
        team_free(t);
    return ok;
}

bool team_open(const char *folder, struct rules_team **out, struct err *e)
{
    struct arena mem = {0};
    struct str text = {0};
    const char *path = path_join(&mem, folder, TEAM_FILE);
    bool ok = true;

    *out = NULL;
    if (access(path, F_OK) == 0)
        ok = path_read(path, TEAM_MAX_BYTES, &text, e) &&
             team_read(str_text(&text), text.bytes, out, e);
    if (!ok)
        err_resource(e, path);
    str_done(&text);
    arena_done(&mem);
    return ok;
}
