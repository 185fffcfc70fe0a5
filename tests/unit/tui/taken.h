#ifndef TESTS_TUI_TAKEN_H
#define TESTS_TUI_TAKEN_H

/* The demo in a real pty, and whether it has given the terminal back. Include behind cmocka.h. */

#include "tests/e2e/vt.h"

#include <string.h>

static inline struct vt *start_with(const char *const *env)
{
    static const char *const argv[] = {TUI_DEMO, NULL};
    struct vt_options o = {.argv = argv, .env = env};
    struct vt *v = vt_start(&o);
    assert_non_null(v);
    return v;
}

static inline struct vt *start(void)
{
    struct vt *v = start_with(NULL);
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    return v;
}

static inline bool is_given_back(struct vt *v, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(v) && !vt_altscreen(v) && vt_cursor(v, NULL, NULL) && !vt_paste_mode(v) &&
           !vt_mouse_mode(v);
}

static inline void assert_given_back(struct vt *v)
{
    if (!vt_wait(v, is_given_back, NULL, VT_WAIT_MS))
        fail_msg("modes %d, screen %d, cursor %d, paste %d", vt_modes_sane(v), !vt_altscreen(v),
                 vt_cursor(v, NULL, NULL), !vt_paste_mode(v));
    size_t n;
    const char *log = vt_log(v, &n);
    const char *pushed = strstr(log, "\033[22;0t"), *popped = strstr(log, "\033[23;0t");
    assert_true(pushed == NULL || popped > pushed); /* the title as well */
}
#endif
