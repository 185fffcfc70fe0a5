#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* nftw, and O_TMPFILE's kin */
#endif
#include "tests/fuzz/faults_world.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define APP         "postmottak-backend"
#define BOTH        "regel_evaluering,regelsett_resultat"
#define STREAM      "postgres-postmottak-bigquery"
#define FILE_OF_TWO TESTS_DIR "/fuzz/kills_plan.json"
#define ALWAYS      "--json", "--yes", "--no-input"

const struct faults_way faults_ways[] = {
    {FAULTS_OPEN, EMFILE, false},   {FAULTS_OPEN, EACCES, false},  {FAULTS_OPEN, ENOSPC, true},
    {FAULTS_WRITE, ENOSPC, true},   {FAULTS_WRITE, 0, true},       {FAULTS_WRITE, EIO, false},
    {FAULTS_SYNC, EIO, false},      {FAULTS_RENAME, EIO, false},   {FAULTS_TRUNCATE, ENOSPC, false},
    {FAULTS_FOLDER, ENOSPC, false}, {FAULTS_CHUNK, ENOMEM, false}, {FAULTS_STDOUT, ENOSPC, false}};
const size_t faults_n_ways = sizeof faults_ways / sizeof *faults_ways;

static char judged[96], folder[96], repo[96];

struct faults_command faults_commands[] = {
    {"create", {"create", APP, "datastream", ALWAYS, "--include-tables", BOTH}, .running = false},
    {"apply", {"apply", "-f", FILE_OF_TWO, "--app", APP, ALWAYS}, .running = false},
    {"plan", {"plan", "-f", FILE_OF_TWO, "--app", APP, "--json"}, .running = false},
    {"review", {"review", "-f", FILE_OF_TWO, "--app", APP, "--json"}, .running = true},
    {"check", {"check", "--app", APP, "--json"}, .running = false},
    {"status", {"status", "--app", APP, "--json"}, .running = true},
    {"tables", {"tables", "--judge", judged, "--json"}, .running = false},
    {"files",
     {"files", "-f", FILE_OF_TWO, "--app", APP, "--repo", repo, "--out", folder, "--json"},
     .running = false},
    {"pause", {"stream", "pause", "--app", APP, ALWAYS}, .running = true},
    {"backfill", {"stream", "backfill", "regel_evaluering", "--app", APP, ALWAYS}, .running = true},
    {"stop", {"stream", "stop", "regel_evaluering", "--app", APP, ALWAYS}, .running = true},
    {"delete",
     {"delete", APP, "datastream", ALWAYS, "--confirm", STREAM, "--remove-dataset",
      "datastream_postmottak"},
     .running = true},
    {"access show", {"access", "show", "--app", APP, "--json"}, .running = false},
    {"access grant", {"access", "grant", "--app", APP, ALWAYS}, .running = false, .dated = true},
    {"access drop", {"access", "drop", "--app", APP, ALWAYS}, .running = false},
    {"export sql", {"export", "sql", "-f", FILE_OF_TWO, "--app", APP}, .running = false},
    {"export terraform",
     {"export", "terraform", "-f", FILE_OF_TWO, "--app", APP},
     .running = false},
    {"export gcloud", {"export", "gcloud", "-f", FILE_OF_TWO, "--app", APP}, .running = false},
    {"config", {"config", "--explain", "--json"}, .running = false},
    {"completion", {"completion", "bash"}, .running = false},
    {"complete",
     {"__complete", "--", "strom", "stream", "pause", "--stream", ""},
     .running = true,
     .quiet = true},
    {"man", {"man"}, .running = false},
    {"help", {"--help"}, .running = false},
    {"wizard", {"--no-notify"}, .running = true, .screen = true}};
const size_t faults_n_commands = sizeof faults_commands / sizeof *faults_commands;

/* --- the whole --- */

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

static const char columns[] =
    "schema,table,column,type,nullable,is_pk,comment\n"
    "public,person,id,bigint,false,true,\npublic,person,fnr,text,true,false,\n";

/* What `files` writes is another one. */
static const char manifest[] = "apiVersion: nais.io/v1alpha1\nkind: Application\n"
                               "metadata:\n  name: " APP "\nspec:\n  gcp:\n    sqlInstances:\n"
                               "      - type: POSTGRES_15\n        databases:\n"
                               "          - name: postmottak\n";

static const char *in_repo(const char *name)
{
    static char path[sizeof repo + 32];

    snprintf(path, sizeof path, "%s/%s", repo, name);
    return path;
}

static void write_repo(void)
{
    if (mkdir(repo, 0700) != 0 || mkdir(in_repo(".nais"), 0700) != 0)
        abort();
    write_file(in_repo(".nais/app.yaml"), manifest);
}

bool faults_open(struct faults_world *f, const char *argv0)
{
    struct kills_world *k = &f->kills;

    if (!kills_open(k, argv0))
        return false;
    char *whole = realpath(k->victim, NULL);
    if (!whole)
        return false;
    str_copy(k->victim, sizeof k->victim, whole);
    free(whole); /* the library's */
    char *name = strrchr(k->victim, '/');
    snprintf(name, sizeof k->victim - (size_t)(name - k->victim), "/fuzz_faulty");
    snprintf(judged, sizeof judged, "%s/judged.csv", k->folder);
    snprintf(folder, sizeof folder, "%s/cell/files", k->folder);
    snprintf(f->told_path, sizeof f->told_path, "%s/told", k->folder);
    snprintf(f->told_words, sizeof f->told_words, "STROM_FAULT_TOLD=%s", f->told_path);
    snprintf(repo, sizeof repo, "%s/repo", k->folder);
    write_file(judged, columns);
    write_repo();
    int fd = open(f->told_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *f->told) != 0)
        abort();
    f->told = mmap(NULL, sizeof *f->told, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (f->told == MAP_FAILED)
        abort();
    return access(k->victim, X_OK) == 0;
}

void faults_close(struct faults_world *f)
{
    for (size_t i = 0; i < faults_n_commands; i++) {
        mem_free(faults_commands[i].out);
        free(faults_commands[i].state); /* the stand's */
    }
    if (f->told)
        munmap(f->told, sizeof *f->told);
    unlink(f->told_path);
    unlink(judged);
    unlink(in_repo(".nais/app.yaml"));
    rmdir(in_repo(".nais"));
    rmdir(repo);
    kills_close(&f->kills);
}

/* --- one run --- */

void faults_tell(struct faults_world *f, const struct faults_way *way, unsigned nth)
{
    *f->told = (struct faults_told){.struck = 0};
    f->kills.more[0] = f->told_words;
    f->kills.more[1] = NULL;
    if (!way)
        return;
    snprintf(f->words, sizeof f->words, "STROM_FAULT=%s %u %d %s", faults_call_name(way->call), nth,
             way->error, way->goes_on ? "on" : "once");
    f->kills.more[1] = f->words;
    f->kills.more[2] = NULL;
}

struct ran {
    int code;
    char *out, *err;
};

static bool run(struct faults_world *f, const struct faults_command *c,
                const struct faults_way *way, unsigned nth, struct ran *r, char why[FAULTS_WHY])
{
    *r = (struct ran){0};
    faults_tell(f, way, nth);
    if (c->screen) {
        r->err = mem_str("");
        return faults_screen(f, &r->code, &r->out, why);
    }
    r->code = kills_run(&f->kills, c->words, NULL);
    r->out = mem_str(kills_out(&f->kills));
    r->err = mem_str(kills_err(&f->kills));
    return true;
}

static void done(struct ran *r)
{
    mem_free(r->out);
    mem_free(r->err);
}

static bool wrong(char why[FAULTS_WHY], const struct ran *r, const char *what)
{
    size_t n = r->out ? strlen(r->out) : 0;

    snprintf(why, FAULTS_WHY, "%s; exit %d\n%.1200s\n%.1800s", what, r->code,
             n > 1200 ? r->out + n - 1200 : (r->out ? r->out : ""), r->err ? r->err : "");
    return false;
}

/* --- what is left --- */

static char left[256]; /* the first file that should not be there, or cannot be read */

static bool is_whole(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;

    bool well = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
                sqlite3_step(stmt) == SQLITE_ROW &&
                str_eq((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return well;
}

/* NAME.PID.MS.N, as what is written beside a file is called. */
static bool is_beside(const char *name)
{
    int numbers = 0;

    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        size_t digits = strspn(dot + 1, "0123456789");
        bool all = digits > 0 && (dot[1 + digits] == '.' || dot[1 + digits] == '\0');
        numbers = all ? numbers + 1 : 0;
    }
    return numbers >= 3;
}

static int look_at(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    const char *name = path + at->base;
    size_t n = strlen(name);

    (void)st;
    if (kind != FTW_F || *left)
        return 0;
    if (is_beside(name))
        snprintf(left, sizeof left, "left lying about: %s", name);
    else if (strstr(name, ".damaged-"))
        snprintf(left, sizeof left, "state put aside as damaged: %s", name);
    else if (n > 3 && str_eq(name + n - 3, ".db") && !is_whole(path))
        snprintf(left, sizeof left, "not whole: %s", name);
    return 0;
}

static const char *lies_about(const struct faults_world *f)
{
    left[0] = '\0';
    nftw(f->kills.cell, look_at, 8, FTW_PHYS);
    return *left ? left : NULL;
}

/* --- without a fault --- */

/* But for figures: an hour, a duration. */
static bool is_same(const char *a, const char *b)
{
    static const char digits[] = "0123456789";

    while (*a && *b) {
        size_t n = strspn(a, digits), m = strspn(b, digits);
        if ((n > 0) != (m > 0) || (n == 0 && *a++ != *b++))
            return false;
        a += n;
        b += m;
    }
    return *a == *b;
}

static bool learn(struct faults_world *f, struct faults_command *c, char why[FAULTS_WHY])
{
    struct ran r, second;

    kills_begin(&f->kills, c->running);
    if (!run(f, c, NULL, 0, &r, why))
        return false;
    c->code = r.code;
    c->out = mem_str(r.out);
    memcpy(c->calls, f->told->calls, sizeof c->calls);
    c->calls[FAULTS_STDOUT] = *r.out && !c->screen;
    c->state = kills_state(&f->kills);
    kills_forget_made(&f->kills);
    bool ok = run(f, c, NULL, 0, &second, why);
    c->again = second.code;
    c->repeats = ok && is_same(second.out, r.out);
    ok = ok && (r.code == 0 || r.code == 3 || (c->screen && r.code == 130));
    if (!ok && !*why)
        wrong(why, &r, "without a fault it cannot");
    done(&second);
    done(&r);
    if (!ok)
        return false;
    kills_begin(&f->kills, c->running);
    ok = run(f, c, NULL, 0, &r, why);
    /* twice within a second is chance where it tells the time */
    c->steady = ok && is_same(r.out, c->out) && !strstr(c->out, "\"time\":");
    char *state = kills_state(&f->kills);
    c->alike = !c->dated && str_eq(state, c->state);
    free(state);
    done(&r);
    return ok;
}

bool faults_learn(struct faults_world *f, struct faults_command *c, char why[FAULTS_WHY])
{
    why[0] = '\0';
    if (!c->known)
        c->known = learn(f, c, why);
    return c->known;
}

/* --- with one --- */

/* What failed is named, or how. */
static bool is_told(const struct faults_world *f, const struct faults_way *way, const struct ran *r)
{
    static const char *const words[] = {"out of memory",  "disk is full",      "disk I/O error",
                                        "unable to open", "cannot be written", "cannot be read",
                                        "cannot read",    "Too many open",     "No space left"};
    const char *name = strrchr(f->told->what, '/');
    const char *said[] = {r->out, r->err};

    for (size_t i = 0; i < 2; i++) {
        if (way->error && strstr(said[i], strerror(way->error)))
            return true;
        if (name && name[1] && strstr(said[i], name + 1))
            return true;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (strstr(said[i], words[k]))
                return true;
    }
    return false;
}

static bool differs(const char *wanted, const struct ran *r, char why[FAULTS_WHY])
{
    const char *found = r->out;
    size_t line = 0;

    for (size_t i = 0; wanted[i] && wanted[i] == found[i]; i++)
        if (wanted[i] == '\n')
            line = i + 1;
    snprintf(why, FAULTS_WHY,
             "it prints something else, and calls that fine; exit %d\n  wanted %.300s\n  found  "
             "%.300s\n%.1000s",
             r->code, wanted + line, found + line, r->err);
    return false;
}

/* At a Tab nobody reads a reason, and a word of it would stand in the line that is typed: fewer
 * names are offered, or none, and none that is not there. */
static bool is_fewer(const struct faults_command *c, const struct ran *r, char why[FAULTS_WHY])
{
    const char *next;

    for (const char *line = r->out; *line; line = next) {
        size_t n = strcspn(line, "\n");
        next = line + n + (line[n] != '\0');
        const char *at = c->out;
        while (at && (strncmp(at, line, n) != 0 || at[n] != '\n'))
            at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
        if (!at)
            return wrong(why, r, "it offers what is not there");
    }
    return *r->out == ':' || wrong(why, r, "it does not tell the kind of what it offers");
}

/* The wizard is left by a second Ctrl-C, or by the first where it is alone with the question. */
static bool is_the_end(const struct faults_command *c, int code)
{
    return code == c->code || code == c->again || (c->screen && (code == 0 || code == 130));
}

static bool ended_well(const struct faults_world *f, const struct faults_command *c,
                       const struct faults_way *way, const struct ran *r, char why[FAULTS_WHY])
{
    if (strstr(r->err, "==ERROR") || strstr(r->err, "runtime error") || strstr(r->out, "==ERROR") ||
        strstr(r->out, "runtime error"))
        return wrong(why, r, "a sanitizer has found something");
    if (r->code >= 126 && !is_the_end(c, r->code))
        return wrong(why, r, "it ends by a fault of its own");
    if (is_the_end(c, r->code)) {
        if (way->call == FAULTS_STDOUT)
            return wrong(why, r, "nothing could be printed, and that is called fine");
        if (!c->steady || c->screen || is_same(r->out, c->out))
            return true;
        if (c->quiet)
            return is_fewer(c, r, why);
        if (r->code == 3 && is_told(f, way, r)) /* "not yet", as ever, for another reason */
            return true;
        return differs(c->out, r, why);
    }
    bool named = r->code == 2 && way->error == EACCES; /* the command line's file */
    if (r->code != 1 && r->code != 3 && !named)
        return wrong(why, r, "an exit code that does not fit");
    return is_told(f, way, r) || wrong(why, r, "what failed is not named");
}

static bool goes_on_well(struct faults_world *f, const struct faults_command *c,
                         char why[FAULTS_WHY])
{
    struct ran r;

    if (!run(f, c, NULL, 0, &r, why))
        return false;
    bool ok = is_the_end(c, r.code) || wrong(why, &r, "run again, it does not end as it should");
    if (ok && c->steady && c->repeats && !c->screen && !is_same(r.out, c->out))
        ok = wrong(why, &r, "run again, it prints something else");
    char *state = kills_state(&f->kills);
    if (ok && c->alike && !str_eq(state, c->state))
        ok = wrong(why, &r, "run again, the cloud is another one");
    if (ok && *f->kills.twice)
        ok = wrong(why, &r, "something was made twice");
    const char *mess = ok ? lies_about(f) : NULL;
    if (mess)
        ok = wrong(why, &r, mess);
    free(state);
    done(&r);
    return ok;
}

bool faults_try(struct faults_world *f, struct faults_command *c, const struct faults_way *way,
                unsigned nth, bool *past, char why[FAULTS_WHY])
{
    struct ran r;
    char what[sizeof f->told->what];

    why[0] = '\0';
    kills_begin(&f->kills, c->running);
    bool ok = run(f, c, way, nth, &r, why);
    *past = f->told->struck == 0;
    str_copy(what, sizeof what, f->told->what);
    ok = ok && ended_well(f, c, way, &r, why);
    const char *mess = ok ? lies_about(f) : NULL;
    if (mess)
        ok = wrong(why, &r, mess);
    done(&r);
    ok = ok && goes_on_well(f, c, why);
    if (!ok) {
        size_t n = strlen(why);
        snprintf(why + n, FAULTS_WHY - n, "\n  struck: %s", what);
    }
    return ok;
}
