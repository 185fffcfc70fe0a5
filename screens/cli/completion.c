#include "screens/cli/command.h"

#include "screens/cli/out.h"

/* The scripts lie in screens/cli/completion and are built in: a copy of strom that was not
 * installed can complete, too. */

extern const char completion_bash[], completion_zsh[], completion_fish[];

static const char *script_of(const char *shell)
{
    if (str_eq(shell, "bash"))
        return completion_bash;
    if (str_eq(shell, "zsh"))
        return completion_zsh;
    return str_eq(shell, "fish") ? completion_fish : NULL;
}

int command_completion(const struct options *o)
{
    const char *script = o->n_args ? script_of(o->args[0]) : NULL;
    struct str text = {0};
    struct err e;

    if (script == NULL) {
        err_set(&e, ERR_INPUT, "Reading the command line");
        err_why(&e, "strom completion wants to know for which shell");
        err_hint(&e, "bash, zsh or fish: source <(strom completion bash)");
        return out_error(o, &e);
    }
    str_add(&text, script);
    out_result(&text);
    str_done(&text);
    return OUT_FINE;
}
