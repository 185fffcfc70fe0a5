#include "api/plan/revision.h"

#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/child.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_MS = 30000, NAME_BYTES = 64 /* of an object: SHA-256 */ };

struct job {
    const char *folder, *file, *revision;
    size_t most;
    struct task *asking;
    enum { RESOLVE, LIST, READ } at;
    char commit[NAME_BYTES + 1], blob[NAME_BYTES + 1];
    const char *text; /* NULL: not there */
    size_t bytes;
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->asking);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"revision", sizeof(struct job), step, stop};

/* What a repository's own configuration could run or fetch is off; patterns are plain names. */
static void ask(struct task *t, struct job *j, const char *const *words)
{
    static const char *const first[] = {"git",
                                        "--no-pager",
                                        "--no-optional-locks",
                                        "--no-replace-objects",
                                        "--literal-pathspecs",
                                        "-c",
                                        "protocol.allow=never",
                                        "-c",
                                        "core.fsmonitor=false"};
    const char *argv[24];
    size_t n = 0;

    for (; n < sizeof first / sizeof *first; n++)
        argv[n] = first[n];
    argv[n++] = "-C";
    argv[n++] = j->folder;
    while (*words && n + 1 < sizeof argv / sizeof *argv)
        argv[n++] = *words++;
    argv[n] = NULL;
    task_clear(&j->asking);
    j->asking = child_run(
        task_net(t),
        &(struct child_request){.argv = argv, .max_bytes = j->most + 1, .timeout_ms = LONGEST_MS});
}

/* A name that begins with a dash is none, whatever git would make of it. */
static void ask_resolve(struct task *t, struct job *j)
{
    const char *commit = arena_printf(task_arena(t), "%s^{commit}", j->revision);
    const char *const words[] = {"rev-parse", "--verify", "--end-of-options", commit, NULL};

    ask(t, j, words);
}

static void ask_list(struct task *t, struct job *j)
{
    const char *const words[] = {"ls-tree", "-z", j->commit, "--", j->file, NULL};

    ask(t, j, words);
}

static void ask_read(struct task *t, struct job *j)
{
    const char *const words[] = {"cat-file", "blob", j->blob, NULL};

    ask(t, j, words);
}

/* --- answers --- */

static enum task_state refuse(struct task *t, enum err_kind kind, const char *reason,
                              const char *why, const char *hint)
{
    const struct job *j = task_job(t, &type);
    char shown[160];
    struct err e;

    safe_text(shown, sizeof shown, j->revision);
    err_set(&e, kind, "Reading %s as of %s", j->file, shown);
    err_reason(&e, reason);
    err_resource(&e, shown);
    err_why(&e, "%s", why);
    err_hint(&e, "%s", hint);
    return task_fail(t, &e);
}

/* What git itself says, its first line. */
static enum task_state git_refused(struct task *t, const struct child_answer *a)
{
    char why[240];

    str_copy(why, sizeof why, a->err_text);
    why[strcspn(why, "\n")] = '\0';
    if (strstr(why, "not a git repository"))
        return refuse(t, ERR_INPUT, "NO_REPOSITORY", tr("its folder is in no git repository"),
                      tr("--base FILE compares with another file"));
    if (strstr(why, "dubious ownership"))
        return refuse(t, ERR_DENIED, "NO_REPOSITORY", why,
                      tr("the repository belongs to another user: git refuses to read it"));
    return refuse(t, ERR_INPUT, "NO_REVISION", why[0] ? why : tr("git knows no such revision"),
                  tr("a branch, tag or commit that git knows here (git fetch brings others'), or a "
                     "file"));
}

/* The name of an object, as hexadecimal digits and nothing else. */
static bool take_name(const char *text, size_t bytes, char out[NAME_BYTES + 1])
{
    size_t n = strspn(text, "0123456789abcdef");

    if (n > bytes || n < 40 || n > NAME_BYTES)
        return false;
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

/* "100644 blob NAME\tPATH"; nothing: it is not there. */
static enum task_state take_list(struct task *t, struct job *j, const struct child_answer *a)
{
    if (a->status != 0)
        return git_refused(t, a);
    if (a->out_bytes == 0)
        return TASK_OK;
    if (a->out_bytes < 12 || !str_starts(a->out, "100") || strncmp(a->out + 6, " blob ", 6) != 0 ||
        !take_name(a->out + 12, a->out_bytes - 12, j->blob))
        return refuse(t, ERR_INPUT, "NO_FILE", tr("it is no plain file there"),
                      tr("--base FILE compares with another file"));
    j->at = READ;
    ask_read(t, j);
    return TASK_RUNNING;
}

static enum task_state take_text(struct task *t, struct job *j, const struct child_answer *a)
{
    if (a->status != 0)
        return git_refused(t, a);
    if (a->cut || a->out_bytes > j->most)
        return refuse(t, ERR_INPUT, "TOO_LARGE", tr("it is larger there than such a file can be"),
                      tr("--base FILE compares with another file"));
    j->text = a->out;
    j->bytes = a->out_bytes;
    return TASK_OK;
}

static enum task_state take_commit(struct task *t, struct job *j, const struct child_answer *a)
{
    if (a->status != 0)
        return git_refused(t, a);
    if (!take_name(a->out, a->out_bytes, j->commit))
        return refuse(t, ERR_BUG, "NO_REVISION", tr("git answered something else than a commit"),
                      tr("--base FILE compares with another file"));
    j->at = LIST;
    ask_list(t, j);
    return TASK_RUNNING;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);

    if (task_state(j->asking) == TASK_RUNNING)
        return TASK_RUNNING;
    if (task_state(j->asking) == TASK_FAILED)
        return task_fail_like(t, j->asking);
    const struct child_answer *a = child_answer(j->asking);
    switch (j->at) {
    case RESOLVE:
        return take_commit(t, j, a);
    case LIST:
        return take_list(t, j, a);
    case READ:
        break;
    }
    return take_text(t, j, a);
}

struct task *revision_read(struct net *net, const char *path, const char *revision,
                           size_t most_bytes)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);
    const char *slash = strrchr(path, '/');

    j->folder = slash == NULL   ? "."
                : slash == path ? "/"
                                : arena_strn(task_arena(t), path, (size_t)(slash - path));
    j->file = arena_str(task_arena(t), slash ? slash + 1 : path);
    j->revision = arena_str(task_arena(t), revision);
    j->most = most_bytes;
    ask_resolve(t, j);
    return t;
}

const char *revision_text(const struct task *t, size_t *bytes)
{
    const struct job *j = task_job(t, &type);

    *bytes = j->bytes;
    return j->text;
}

const char *revision_commit(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return j->commit;
}
