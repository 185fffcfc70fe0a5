#ifndef TESTS_E2E_WIZARD_H
#define TESTS_E2E_WIZARD_H

/* One sandbox and one wizard in a terminal, for the tests of one program: what they see, and how it
 * ends. Include behind cmocka.h, in one file of a program. */

#include "tests/e2e/one_world.h"
#include "tests/e2e/vt.h"

enum { LONG_MS = 60000 };

static struct vt *v; /* the wizard */

static inline void see(const char *text)
{
    if (!vt_wait_text(v, text, LONG_MS))
        fail_msg("the screen lacks: %s", text);
}

static inline void see_gone(const char *text)
{
    if (!vt_wait_gone(v, text, LONG_MS))
        fail_msg("the screen still has: %s", text);
}

/* Another one, 80x24, in the place of the last. env: over the world's own; NULL: nothing. */
static inline void open_wizard(const char *const *env)
{
    const char *const argv[] = {w.strom, "--no-notify", NULL};
    struct vt_options o = {.argv = argv, .cwd = w.state, .env = env};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}

/* A first start: over Connect back to Home, which lists the streams then, and into the last one. */
static inline void home_to_stream(const char *stream)
{
    see("Enter choose");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Esc");
    see(stream);
    vt_key(v, "End");
    vt_key(v, "Enter");
}

static inline int close_world(void **state)
{
    vt_free(v);
    v = NULL;
    return stop_world(state);
}

#endif
