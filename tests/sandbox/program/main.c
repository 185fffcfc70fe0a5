/* strom-sandbox: a throwaway database, a stand-in for the cloud, and an app between them. */

#include "tests/sandbox/program/call.h"
#include "tests/sandbox/program/down.h"
#include "tests/sandbox/program/environment.h"
#include "tests/sandbox/program/fixtures.h"
#include "tests/sandbox/program/options.h"
#include "tests/sandbox/program/up.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { NOT_RUNNING = 3, WRONG_LINE = 2 };

static int fail(const char *why, int code)
{
    fprintf(stderr, "strom-sandbox: %s\n", why);
    return code;
}

static void print_document(const struct json *doc)
{
    struct str text = {0};
    json_print(doc, &text);
    puts(str_text(&text));
    str_done(&text);
}

/* The words of a refusal, or NULL. */
static const char *refusal(const struct json *doc)
{
    return json_string(doc, "error.message");
}

/* --- commands that ask the keeper --- */

static int status(const struct options *o, const struct json *doc)
{
    if (o->json) {
        print_document(doc);
        return 0;
    }
    printf("%s: %s, since %s\n", json_string_or(doc, "name", ""),
           json_string_or(doc, "scenario", ""), json_string_or(doc, "started", ""));
    printf("  folder      %s\n", json_string_or(doc, "folder", ""));
    printf("  cloud       http://127.0.0.1:%d, %g times as fast\n", (int)json_int64(doc, "port", 0),
           json_double(doc, "speed", 1));
    printf("  PostgreSQL  %d on port %d%s, logical decoding %s\n",
           (int)json_int64(doc, "postgres.version", 0), (int)json_int64(doc, "postgres.port", 0),
           json_bool(doc, "postgres.alive", false) ? "" : " (not answering)",
           json_bool(doc, "logical_decoding", false) ? "on" : "off");
    printf("  app         %g changes a second, %d deploys\n", json_double(doc, "traffic.rate", 0),
           (int)json_int64(doc, "deploys", 0));
    return 0;
}

static int deployed(const struct options *o, const struct json *doc)
{
    bool ok = json_bool(doc, "ok", false);
    if (o->json) {
        print_document(doc);
        return ok ? 0 : 1;
    }
    for
        json_each(line, json_get(doc, "lines"))
            puts(json_text(line) != NULL ? json_text(line) : "");
    return ok ? 0 : fail(refusal(doc) != NULL ? refusal(doc) : "no answer", 1);
}

static int answered(const struct options *o, const struct json *doc)
{
    bool ok = json_bool(doc, "ok", false);
    if (o->json)
        print_document(doc);
    if (!ok)
        return o->json ? 1 : fail(refusal(doc) != NULL ? refusal(doc) : "no answer", 1);
    for
        json_each(row, o->json ? NULL : json_get(doc, "rows"))
        {
            const char *between = "";
        for
            json_each(cell, row)
            {
                printf("%s%s", between, json_text(cell) != NULL ? json_text(cell) : "");
                between = "\t";
            }
        putchar('\n');
        }
    return 0;
}

static int flowing(const struct options *o, const struct json *doc)
{
    if (o->json)
        print_document(doc);
    else
        printf("%g changes a second; so far %lld inserts, %lld updates, %lld deletes, %lld rolled "
               "back\n",
               json_double(doc, "traffic.rate", 0),
               (long long)json_int64(doc, "traffic.inserts", 0),
               (long long)json_int64(doc, "traffic.updates", 0),
               (long long)json_int64(doc, "traffic.deletes", 0),
               (long long)json_int64(doc, "traffic.rollbacks", 0));
    return 0;
}

/* --- one request, one answer --- */

static const struct {
    const char *path;
    bool posts;
    int (*print)(const struct options *o, const struct json *doc);
} asks[] = {
    [VERB_STATUS] = {"status", false, status}, [VERB_DEPLOY] = {"deploy", true, deployed},
    [VERB_SQL] = {"sql", true, answered},      [VERB_TRAFFIC] = {"traffic", true, flowing},
    [VERB_GRANT] = {"grant", true, answered},
};

static void write_body(const struct options *o, struct str *body)
{
    struct json_out out;
    json_begin(&out, body, false);
    json_open_object(&out, NULL);
    if (o->query != NULL)
        json_put_string(&out, "query", o->query);
    if (o->verb == VERB_TRAFFIC && o->rate >= 0)
        json_put_double(&out, "rate", o->rate);
    json_close_object(&out);
}

static int ask(const struct options *o, const struct place *p)
{
    char why[FOLDER_WHY] = "";
    struct str body = {0};
    write_body(o, &body);
    struct json *doc =
        call_keeper(p, asks[o->verb].path, asks[o->verb].posts ? str_text(&body) : NULL, why);
    str_done(&body);
    if (doc == NULL)
        return fail(why, 1);
    bool refused = refusal(doc) != NULL && json_get(doc, "ok") == NULL;
    int code = refused ? fail(refusal(doc), 1) : asks[o->verb].print(o, doc);
    json_free(doc);
    return code;
}

static int print_env(const struct place *p, bool json)
{
    struct str text = {0};
    struct json_out o;
    if (json) {
        json_begin(&o, &text, true);
        json_open_object(&o, NULL);
        json_put_int(&o, "version", 1);
        json_put_string(&o, "folder", p->folder);
        environment_json(p, &o);
        json_close_object(&o);
        str_addc(&text, '\n');
    } else {
        environment_exports(p, &text);
    }
    fputs(str_text(&text), stdout);
    str_done(&text);
    return 0;
}

static int with_running(const struct options *o)
{
    char folder[FOLDER_PATH], why[FOLDER_WHY] = "";
    struct place p;
    if (o->folder != NULL)
        snprintf(folder, sizeof(folder), "%s", o->folder);
    else if (!place_folder(o->name, folder, why))
        return fail(why, 1);
    bool runs = place_read(folder, &p, why);
    if (!runs && !o->named && o->folder == NULL && o->verb != VERB_DOWN)
        runs = place_only(folder, why) && place_read(folder, &p, why);
    if (o->verb == VERB_DOWN)
        return down_run(folder, runs ? &p : NULL);
    if (!runs)
        return fail(why, o->verb == VERB_STATUS ? NOT_RUNNING : 1);
    return o->verb == VERB_ENV ? print_env(&p, o->json) : ask(o, &p);
}

int main(int argc, char **argv)
{
    struct options o;
    char why[256];
    signal(SIGPIPE, SIG_IGN);
    fixtures_note_program(argv[0]);
    if (!options_parse(argc, argv, &o, why)) {
        fail(why, WRONG_LINE);
        fputs("strom-sandbox --help tells more\n", stderr);
        return WRONG_LINE;
    }
    if (o.verb == VERB_HELP)
        fputs(options_help, argc > 1 ? stdout : stderr);
    else if (o.verb == VERB_VERSION)
        puts("strom-sandbox " STROM_VERSION);
    else
        return o.verb == VERB_UP ? up_run(&o) : with_running(&o);
    return argc > 1 ? 0 : WRONG_LINE;
}
