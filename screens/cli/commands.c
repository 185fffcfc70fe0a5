#include "screens/cli/commands.h"

#include "screens/cli/command.h"
#include "screens/cli/options_rows.h"
#include "screens/cli/out.h"
#include "screens/cli/schemas.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(const struct options *o);
} commands[] = {
    {"check", command_check},           {"tables", command_tables},
    {"files", command_files},           {"plan", command_plan},
    {"apply", command_apply},           {"create", command_create},
    {"status", command_status},         {"review", command_review},
    {"stream", command_stream},         {"delete", command_delete},
    {"access", command_access},         {"export", command_export},
    {"config", command_config},         {"sandbox", command_sandbox},
    {"completion", command_completion}, {"man", command_man},
    {"__complete", command_complete},
};

_Static_assert(sizeof commands / sizeof *commands == OPTION_COMMANDS,
               "what --help lists, and nothing else, can be run");

int command_run(const struct options *o)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_eq(commands[i].name, o->command)) {
            int code = o->schema ? schema_print(o->command, o->json) : commands[i].run(o);
            if (out_arrived())
                return code;
            out_talk(tr("strom: the result could not be written: %s"), strerror(errno));
            return OUT_COULD_NOT;
        }
    out_talk(tr("strom: '%s' is not a command of this version"), o->command);
    return OUT_WRONG;
}
