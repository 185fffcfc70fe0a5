/* A plan of what is done to a stream as JSON and as lines. */

#include "api/plan/alter_inside.h"

#include "api/base/json.h"
#include "api/base/tr.h"
#include "api/plan/record.h"

static void put_error(struct json_out *o, const struct alter_plan *p)
{
    if (p->possible) {
        json_put_null(o, "blocked");
        return;
    }
    json_open_object(o, "blocked");
    json_put_string(o, "why", p->why.why);
    json_put_string(o, "hint", p->why.hint);
    json_close_object(o);
}

static void put_calls(struct json_out *o, const struct alter_plan *p)
{
    json_open_array(o, "calls");
    for (size_t i = 0; i < p->n_calls; i++) {
        const struct alter_call *c = &p->calls[i];
        json_open_object(o, NULL);
        json_put_string(o, "step", c->step);
        json_put_string(o, "name", c->name);
        json_put_string(o, "method", c->method);
        json_put_string(o, "path", c->path);
        json_put_string(o, "body", str_is_empty(c->body) ? NULL : c->body);
        json_put_string(o, "kept", c->done);
        json_close_object(o);
    }
    json_close_array(o);
}

static void put_said(struct json_out *o, const struct alter_plan *p)
{
    for (enum alter_said s = ALTER_NEEDS; s <= ALTER_AFTER; s++) {
        json_open_array(o, alter_said_name(s));
        for (size_t i = 0; i < p->n_lines; i++)
            if (p->lines[i].said == s)
                json_put_string(o, NULL, p->lines[i].text);
        json_close_array(o);
    }
}

void alter_json(const struct alter_plan *p, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, true);
    json_open_object(&o, NULL);
    json_put_int(&o, "version", 1);
    json_put_string(&o, "change", alter_type(p->kind)->name);
    json_put_bool(&o, "undo", p->undo);
    json_put_string(&o, "stream", p->seen->stream);
    json_put_string(&o, "state", p->seen->state);
    json_put_bool(&o, "changes", p->possible && !p->nothing);
    put_error(&o, p);
    json_put_string(&o, "going_on", p->going_on);
    json_put_string(&o, "maker", p->seen->maker);
    json_put_bool(&o, "terraform", p->seen->terraform);
    put_calls(&o, p);
    put_said(&o, p);
    json_put_string(&o, "migration", p->migration);
    json_put_string(&o, "hcl", p->hcl);
    json_close_object(&o);
    str_addc(out, '\n');
}

#define TEXT_OR_NULL "{\"type\": [\"string\", \"null\"]}"
#define TEXTS        "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"

const char *alter_schema(void)
{
    return "{\n"
           "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
           "  \"title\": \"strom stream: --dry-run, an event a line, the last line\",\n"
           "  \"type\": \"object\",\n"
           "  \"required\": [\"version\"],\n"
           "  \"properties\": {\n"
           "    \"version\": {\"const\": 1},\n"
           "    \"change\": {\"enum\": [\"pause\", \"resume\", \"backfill\", \"stop\", "
           "\"recover\",\n"
           "      \"slot\", \"password\", \"host\"]},\n"
           "    \"undo\": {\"type\": \"boolean\"},\n"
           "    \"stream\": {\"type\": \"string\"},\n"
           "    \"state\": {\"type\": \"string\"},\n"
           "    \"changes\": {\"type\": \"boolean\"},\n"
           "    \"blocked\": {\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"object\",\n"
           "      \"required\": [\"why\", \"hint\"],\n"
           "      \"properties\": {\"why\": {\"type\": \"string\"},\n"
           "        \"hint\": {\"type\": \"string\"}}}]},\n"
           "    \"going_on\": " TEXT_OR_NULL ",\n"
           "    \"maker\": " TEXT_OR_NULL ",\n"
           "    \"terraform\": {\"type\": \"boolean\"},\n"
           "    \"calls\": {\"type\": \"array\", \"items\": {\"type\": \"object\",\n"
           "      \"required\": [\"step\", \"name\", \"method\", \"path\", \"body\", \"kept\"],\n"
           "      \"properties\": {\"step\": {\"type\": \"string\"}, \"name\": {\"type\": "
           "\"string\"},\n"
           "        \"method\": " TEXT_OR_NULL ", \"path\": " TEXT_OR_NULL ",\n"
           "        \"body\": " TEXT_OR_NULL ", \"kept\": " TEXT_OR_NULL "}}},\n"
           "    \"needs\": " TEXTS ", \"copies\": " TEXTS ", \"loses\": " TEXTS ",\n"
           "    \"stays\": " TEXTS ", \"after\": " TEXTS ",\n"
           "    \"migration\": " TEXT_OR_NULL ",\n"
           "    \"hcl\": " TEXT_OR_NULL ",\n"
           "    \"time\": {\"type\": \"string\"},\n"
           "    \"step\": {\"type\": \"string\"},\n"
           "    \"name\": {\"type\": \"string\"},\n"
           "    \"message\": {\"type\": \"string\"},\n"
           "    \"elapsed\": {\"type\": \"number\"},\n"
           "    \"result\": {\"type\": \"string\"},\n"
           "    \"error\": {\"type\": \"object\", \"required\": [\"code\", \"message\"]}\n"
           "  }\n"
           "}\n";
}

/* --- for people --- */

static void tell_call(const struct alter_call *c, struct str *out)
{
    if (c->done)
        str_printf(out, "  = %s: %s\n", c->name, c->done);
    else if (c->method == NULL)
        str_printf(out, tr("  ~ until %s is %s\n"), c->name, c->value);
    else
        str_printf(out, "  ~ %s %s\n%s%s%s", c->method, c->path,
                   str_is_empty(c->body) ? "" : "    ", c->body, str_is_empty(c->body) ? "" : "\n");
}

static void tell_said(const struct alter_plan *p, struct str *out)
{
    for (enum alter_said s = ALTER_NEEDS; s <= ALTER_AFTER; s++)
        for (size_t i = 0; i < p->n_lines; i++)
            if (p->lines[i].said == s)
                str_printf(out, "  %s: %s\n", tr(alter_said_title(s)), p->lines[i].text);
}

/* An error's own words are told by whoever has the error. */
void alter_text(const struct alter_plan *p, struct str *out)
{
    str_printf(out, "%s: %s (%s)\n", tr(alter_type(p->kind)->title), p->seen->stream,
               p->seen->state);
    if (p->seen->maker)
        str_printf(out, tr("  strom has not made it: %s\n"), p->seen->maker);
    if (p->going_on)
        str_printf(out, "  %s\n", p->going_on);
    for (size_t i = 0; i < p->n_calls && (p->possible || p->migration); i++)
        tell_call(&p->calls[i], out);
    if (p->nothing && p->n_calls == 0)
        str_printf(out, "  = %s\n", tr("it is so already: nothing is to be done"));
    tell_said(p, out);
    if (p->migration)
        str_printf(out, "\n%s", p->migration);
    if (p->hcl)
        str_printf(out, "\n%s", p->hcl);
}

/* --- as a command --- */

static const char *tables_of_order(const struct alter_plan *p, struct arena *a)
{
    struct str text = {0};

    for (size_t i = 0; i < p->n_copies; i++)
        str_printf(&text, "%s%s", i ? "," : "", p->copies[i].table);
    const char *all = arena_str(a, str_text(&text));
    str_done(&text);
    return p->n_copies == p->seen->n_tables ? "all" : all;
}

const char *const *alter_command(const struct alter_plan *p, struct arena *a)
{
    const char **words = arena_array(a, const char *, RECORD_WORDS + 6);
    size_t n = 0;

    words[n++] = "strom";
    words[n++] = "stream";
    words[n++] = alter_type(p->kind)->name;
    if (p->value)
        words[n++] = p->value;
    if (p->kind == ALTER_BACKFILL || p->kind == ALTER_STOP)
        words[n++] = tables_of_order(p, a);
    if (p->undo)
        words[n++] = "--undo";
    record_put_target(words, n, &p->seen->target, p->seen->stream);
    return words;
}
