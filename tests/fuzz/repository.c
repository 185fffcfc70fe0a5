/* The app's repository: what it says about Flyway, what its migrations speak of, and what git
 * answers. The first byte picks; then answers of git (wire.h), or a text. */

#include "tests/fuzz/wire.h"

#include "api/base/str.h"
#include "api/checks/scripts.h"
#include "api/files/migrations.h"
#include "api/files/migrations_config.h"
#include "api/net/net.h"
#include "api/net/task.h"
#include "api/plan/revision.h"
#include "api/plan/worktree.h"

#include <stdlib.h>
#include <string.h>

static void read_config(const char *text)
{
    struct flyway_config c;
    struct arena a;
    arena_init(&a);
    flyway_config_read(&a, text, &c);
    fuzz_must(c.n <= FLYWAY_LOCATIONS);
    for (size_t i = 0; i < c.n; i++) {
        fuzz_must(c.locations[i].path[0] && !strpbrk(c.locations[i].path, " \n\"'"));
        (void)flyway_location_has(&c.locations[i], "src/main/resources/db/migration");
        fuzz_must(!c.locations[i].in_files ||
                  flyway_location_has(&c.locations[i], c.locations[i].path));
    }
    fuzz_must(!flyway_config_is_profile(text) || flyway_config_is(text));
    arena_done(&a);
}

static void read_names(struct fuzz_input *in, const char *text)
{
    const struct source_wanted wanted = {
        .db_user = "datastream", .publication = "pub", .slot = "slot"};
    const struct source_script s = script_of("V1__x.sql", text, &wanted);
    char *first = fuzz_line(in), *second = fuzz_line(in);
    const struct migrations_folder folder = {.path = "db", .last = *first ? first : NULL};
    struct arena a;
    arena_init(&a);
    fuzz_must(!s.slot || strlen(text) > 4);
    fuzz_must(migrations_version_bytes(first) <= strlen(first));
    for (int n = 1; n < 4; n++) {
        const char *v = migrations_version(&a, &folder, *second ? second : NULL, n, n * 1000LL);
        fuzz_must(v && *v);
    }
    arena_done(&a);
    free(first);
    free(second);
}

static void look_around(struct net *net)
{
    struct task *t = worktree_look(net, "/nowhere");
    struct arena a;
    const char **paths;
    arena_init(&a);
    wire_run(t);
    size_t n = worktree_paths(t, &a, &paths);
    for (size_t i = 0; i < n; i++)
        fuzz_touch_text(paths[i]);
    fuzz_must((worktree_text(t, &a) != NULL) == (n > 0));
    arena_done(&a);
    task_drop(t);
}

static void read_revision(struct net *net)
{
    struct task *t = revision_read(net, "/repo/replication.json", "main", 4096);
    wire_run(t);
    if (task_state(t) == TASK_OK) {
        size_t bytes;
        const char *text = revision_text(t, &bytes), *commit = revision_commit(t);
        size_t n = strlen(commit);
        fuzz_must(n >= 40 && n <= 64 && commit[strspn(commit, "0123456789abcdef")] == '\0');
        fuzz_must(bytes <= 4096 && (text || bytes == 0));
        if (text)
            fuzz_touch(text, bytes);
    }
    task_drop(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    unsigned which = fuzz_byte(&in);
    struct net *net = wire_open(in.at, in.left);
    char *text = fuzz_text(in.at, in.left);
    if (which == 'g')
        look_around(net);
    else if (which == 'r')
        read_revision(net);
    else if (which == 'n')
        read_names(&in, text);
    else
        read_config(text);
    free(text);
    fuzz_must(net_running(net) == 0);
    return 0;
}
