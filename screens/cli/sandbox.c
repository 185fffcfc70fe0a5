#include "screens/cli/command.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/out.h"
#include "screens/cli/practice.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

/* The sandbox is a program of its own, installed beside this one: it is only started here, and the
 * environment that it prints is taken over. */

static bool own_path(char *out, size_t cap)
{
#ifdef __APPLE__
    uint32_t n = (uint32_t)cap;
    return _NSGetExecutablePath(out, &n) == 0;
#else
    ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
#endif
}

static const char *own_folder(struct arena *a, const char *argv0)
{
    char path[4096];
    char *copy = arena_str(a, own_path(path, sizeof path) ? path : argv0);
    char *slash = strrchr(copy, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    return copy;
}

const char *practice_program(struct arena *a, const char *argv0)
{
    const char *folder = own_folder(a, argv0);
    const char *beside = folder ? path_join(a, folder, "strom-sandbox") : NULL;

    if (beside && access(beside, X_OK) == 0)
        return beside;
    return path_find_program(a, "strom-sandbox");
}

int practice_missing(void)
{
    out_talk(tr("strom: the sandbox: strom-sandbox is neither beside strom nor on PATH"));
    out_talk(tr("       ./dev build makes both, cmake --install puts them side by side"));
    return OUT_COULD_NOT;
}

int command_sandbox(const struct options *o)
{
    struct arena a = {0};
    const char *argv[OPTIONS_MANY + 16];
    size_t n = 0;
    const char *program = practice_program(&a, "");

    if (program == NULL)
        return practice_missing();
    argv[n++] = program;
    for (size_t i = 0; i < o->n_args; i++)
        argv[n++] = o->args[i];
    if (o->name) {
        argv[n++] = "--name";
        argv[n++] = o->name;
    }
    if (o->speed) {
        argv[n++] = "--speed";
        argv[n++] = o->speed;
    }
    if (o->rate) {
        argv[n++] = "--rate";
        argv[n++] = o->rate;
    }
    argv[n++] = "--lang";
    argv[n++] = tr_current();
    if (o->foreground)
        argv[n++] = "--foreground";
    if (o->json)
        argv[n++] = "--json";
    argv[n] = NULL;
    execv(program, (char *const *)(void *)argv);
    out_talk("strom: %s: %s", program, strerror(errno));
    return OUT_COULD_NOT;
}
