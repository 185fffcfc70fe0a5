/* What is copied reaches the clipboard of this desktop, by its own program; over SSH the terminal's
 * alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char copied[1100], path[4200];

/* It holds its standard streams and goes on for a while, as one that serves a clipboard does. */
static int start(void **state)
{
    char tool[1100];
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "200");
    snprintf(tool, sizeof tool, "%s/wl-copy", w.state);
    snprintf(copied, sizeof copied, "%s/copied", w.state);
    snprintf(path, sizeof path, "PATH=%s:%s", w.state, getenv("PATH"));
    world_write_program(tool,
                        "#!/bin/sh\n[ -z \"$STROM_DB_PASSWORD$PGPASSWORD\" ] && [ ! -t 0 ] && "
                        "[ ! -t 1 ] &&\n[ ! -t 2 ] && [ $# = 0 ] && cat >'%s' && sleep 2\n",
                        copied);
    return 0;
}

static bool is_as_sent(struct vt *t, void *ctx)
{
    char text[8192] = "";
    const char *sent = vt_clipboard(t);
    FILE *f = fopen(ctx, "r");
    if (f == NULL)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    return sent != NULL && n > 0 && strcmp(text, sent) == 0;
}

static void leaves(void)
{
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

STEP(over_ssh_the_terminal_alone_gets_it)
{
    const char *const env[] = {path, "WAYLAND_DISPLAY=wayland-0", "SSH_TTY=/dev/pts/1", NULL};
    open_wizard(env);
    see("What do you want to do?");
    vt_key(v, "y");
    see("sent to the clipboard; a terminal that takes none says nothing");
    assert_non_null(strstr(vt_clipboard(v), "What do you want to do?"));
    leaves();
    assert_int_not_equal(access(copied, F_OK), 0);
}

STEP(here_the_desktop_gets_it_too)
{
    const char *const env[] = {path, "WAYLAND_DISPLAY=wayland-0", "SSH_TTY", "STROM_DB_PASSWORD=h",
                               NULL};
    open_wizard(env);
    see("What do you want to do?");
    vt_key(v, "y");
    see("✔ copied");
    assert_true(vt_wait(v, is_as_sent, copied, LONG_MS));
    leaves();
}

STEP(a_program_that_fails_is_not_believed)
{
    char tool[1100];
    const char *const env[] = {path, "WAYLAND_DISPLAY=wayland-0", "SSH_TTY", NULL};
    snprintf(tool, sizeof tool, "%s/wl-copy", w.state);
    world_write_program(tool, "no program\n");
    open_wizard(env);
    see("What do you want to do?");
    vt_key(v, "y");
    see("sent to the clipboard");
    leaves();
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_ssh_the_terminal_alone_gets_it),
        cmocka_unit_test(here_the_desktop_gets_it_too),
        cmocka_unit_test(a_program_that_fails_is_not_believed),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}
