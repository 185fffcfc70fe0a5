#include "api/plan/worktree.h"

#include "api/base/str.h"
#include "api/checks/names.h"
#include "api/net/child.h"

#include <string.h>

enum { LONGEST_MS = 10000, STATE_BYTES = 3 /* "XY " before a path */ };

struct task *worktree_look(struct net *net, const char *repo)
{
    const char *argv[] = {"git",    "--no-optional-locks",
                          "-c",     "core.fsmonitor=false",
                          "-C",     repo,
                          "status", "--porcelain",
                          "-z",     NULL};

    return child_run(net, &(struct child_request){.argv = argv, .timeout_ms = LONGEST_MS});
}

/* Behind a renamed path stands the old one. */
static bool is_renamed(const char *entry)
{
    return strchr("RC", entry[0]) != NULL || strchr("RC", entry[1]) != NULL;
}

size_t worktree_paths(const struct task *t, struct arena *a, const char ***paths)
{
    const struct child_answer *answer = t && task_state(t) == TASK_OK ? child_answer(t) : NULL;
    size_t n = 0;

    *paths = NULL;
    if (answer == NULL || answer->status != 0)
        return 0;
    *paths = arena_array(a, const char *, answer->out_bytes / (STATE_BYTES + 1) + 1);
    const char *at = answer->out, *end = answer->out + answer->out_bytes;
    while (at + STATE_BYTES < end) {
        if (strlen(at) <= STATE_BYTES) /* git writes no such thing: there is no room for it */
            break;
        (*paths)[n++] = arena_str(a, at + STATE_BYTES);
        bool renamed = is_renamed(at);
        at += strlen(at) + 1;
        if (renamed && at < end)
            at += strlen(at) + 1;
    }
    return n;
}

const char *worktree_text(const struct task *t, struct arena *a)
{
    const char **paths;
    size_t n = worktree_paths(t, a, &paths);
    struct name_list list = {0};

    for (size_t i = 0; i < n; i++)
        names_add(&list, NULL, paths[i]);
    const char *text = n ? arena_str(a, names_text(&list)) : NULL;
    names_done(&list);
    return text;
}
