#include "tests/faults/requests.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECKER SHARED_DIR "/tools/check_requests.py"

enum { SHAPES = 1 << 15, LINE = 1 << 18, PATH = 128 };

struct requests {
    FILE *kept;
    char path[PATH];
    uint64_t shapes[SHAPES]; /* by hash; 0: free */
    size_t n;
    char line[LINE];
};

struct requests *requests_open(const char *folder)
{
    struct requests *r = mem_alloc(sizeof *r);

    snprintf(r->path, sizeof r->path, "%s/requests.jsonl", folder);
    r->kept = fopen(r->path, "w");
    if (r->kept)
        return r;
    mem_free(r);
    return NULL;
}

/* FNV-1a over what is between the time and the status. Whatever has a digit in it differs from run
 * to run: ids, times, tokens. */
static uint64_t shape_of(const char *line)
{
    const char *at = strstr(line, "\"method\""), *end = strstr(line, "\"status\"");
    uint64_t h = 0xcbf29ce484222325U;

    while (at && end && at < end) {
        const char *word = at;
        bool digit = false;
        while (isalnum((unsigned char)*at))
            digit = isdigit((unsigned char)*at++) || digit;
        for (; word < at && !digit; word++)
            h = (h ^ (unsigned char)*word) * 0x100000001b3U;
        h = (h ^ (unsigned char)*at++) * 0x100000001b3U;
    }
    return h ? h : 1;
}

static bool is_new(struct requests *r, uint64_t shape)
{
    size_t i = shape % SHAPES;

    while (r->shapes[i] && r->shapes[i] != shape)
        i = (i + 1) % SHAPES;
    if (r->shapes[i] || r->n >= SHAPES / 2)
        return false;
    r->shapes[i] = shape;
    r->n++;
    return true;
}

void requests_take(struct requests *r, const char *log)
{
    FILE *f = fopen(log, "r");

    while (f && fgets(r->line, sizeof r->line, f))
        if (is_new(r, shape_of(r->line)))
            fputs(r->line, r->kept);
    if (f)
        fclose(f);
}

bool requests_hold(const struct requests *r)
{
    char command[sizeof CHECKER + PATH + 16], said[1024] = "", last[1024] = "";
    bool ok = true;

    if (access(CHECKER, R_OK) != 0) {
        printf("%zu kinds of requests; Google's documents are not there to hold them against\n",
               r->n);
        return true;
    }
    fflush(r->kept);
    snprintf(command, sizeof command, "python3 " CHECKER " %s 2>&1", r->path);
    FILE *out = popen(command, "r");
    while (out && fgets(said, sizeof said, out)) {
        if (*last)
            printf("%s", last);
        str_copy(last, sizeof last, said);
    }
    ok = out && pclose(out) == 0 && strstr(last, " 0 refused, 0 warnings") != NULL;
    printf("%zu kinds of requests: %s", r->n, last);
    return ok;
}

void requests_close(struct requests *r)
{
    if (!r)
        return;
    fclose(r->kept);
    unlink(r->path);
    mem_free(r);
}
