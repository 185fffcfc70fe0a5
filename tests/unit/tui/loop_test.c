/* The loop without a terminal: a clock of our own, a wait that counts. */

#include "tests/unit/tui/dump.h"
#include "tui/loop.h"

struct world {
    int64_t now;
    int draws, waits, steps;
    int64_t until;  /* of the last wait */
    int busy;       /* steps until nothing is in flight */
    int news;       /* steps that have news */
    char seen[256]; /* keys, in order */
    char shots[64];
    struct loop *loop;
    struct term *term;
};

static void draw(void *ctx, struct page *p)
{
    struct world *w = ctx;
    w->draws++;
    if (page_begin(p, page_cols(p), page_rows(p)))
        page_text(p, "%s", w->seen);
    page_end(p);
}

static void wait(void *ctx, struct pollfd *fds, size_t n, int64_t until)
{
    struct world *w = ctx;
    (void)fds;
    assert_int_equal(n, 0);
    w->waits++;
    w->until = until;
    if (until < 0 && w->news == 0 && w->busy == 0)
        loop_stop(w->loop); /* nothing would ever wake it */
    else if (until > w->now && w->news == 0)
        w->now = until;
    assert_true(w->waits < 10000); /* or it spins */
}

static bool step(void *ctx)
{
    struct world *w = ctx;
    w->steps++;
    w->busy -= w->busy > 0;
    w->now += 1;
    if (w->news == 0)
        return false;
    w->news--;
    return true;
}

static int64_t now(void *ctx)
{
    return ((struct world *)ctx)->now;
}

static bool idle(void *ctx)
{
    return ((struct world *)ctx)->busy == 0;
}

static void shot(void *ctx, const char *name, const struct page *p)
{
    struct world *w = ctx;
    struct str text = {0};
    shot_text(p, false, &text);
    snprintf(w->shots, sizeof w->shots, "%s:%.*s", name, (int)strcspn(text.text, "\n"), text.text);
    str_done(&text);
}

static void open_world(struct world *w)
{
    struct term_options o = {.headless = true, .cols = 80, .rows = 24};
    struct loop_calls calls = {.ctx = w,
                               .draw = draw,
                               .wait = wait,
                               .step = step,
                               .now_ms = now,
                               .idle = idle,
                               .shot = shot};
    setlocale(LC_ALL, "C.UTF-8");
    *w = (struct world){.now = 1000};
    assert_int_equal(term_open(&o, &w->term), TERM_READY);
    w->loop = loop_new(w->term, &calls);
}

static void close_world(struct world *w)
{
    loop_free(w->loop);
    term_close(w->term);
}

static void play(struct world *w, const char *script)
{
    char why[160];
    assert_true(loop_script(w->loop, script, why));
    for (struct loop_event ev; loop_next(w->loop, &ev);) {
        size_t n = strlen(w->seen);
        if (ev.kind == LOOP_KEY)
            key_name(ev.key, w->seen + n);
        else if (ev.kind == LOOP_PASTE)
            snprintf(w->seen + n, sizeof w->seen - n, "<%s>", ev.text);
        else if (ev.kind == LOOP_RESIZE)
            snprintf(w->seen + n, sizeof w->seen - n, "(%d)", term_cols(w->term));
        else if (ev.kind == LOOP_SCRIPT_END)
            loop_stop(w->loop);
    }
}

static void a_script_is_played(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    play(&w, "a Down paste:\"x\" size:60x16 shot:one b");
    assert_string_equal(w.seen, "aDown<x>(60)b");
    assert_string_equal(w.shots, "one:aDown<x>(60)");
    close_world(&w);
}

static void keys_wait_until_nothing_is_in_flight(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    w.busy = 50;
    play(&w, "a");
    assert_string_equal(w.seen, "a");
    assert_true(w.steps >= 50);
    close_world(&w);
}

static void news_paint_ten_times_a_second_at_most(void **state)
{
    (void)state;
    struct world w;
    struct loop_event ev;
    open_world(&w);
    loop_set_tick(w.loop, 100000);
    w.news = 1000; /* one a millisecond */
    for (int i = 0; i < 1000; i++) {
        assert_true(loop_next(w.loop, &ev));
        assert_int_equal(ev.kind, LOOP_NEWS);
    }
    assert_true(w.draws >= 8 && w.draws <= 11);
    close_world(&w);
}

static void ticks_come_and_nothing_else_wakes(void **state)
{
    (void)state;
    struct world w;
    struct loop_event ev;
    open_world(&w);
    loop_set_tick(w.loop, 250);
    for (int i = 0; i < 10; i++) {
        assert_true(loop_next(w.loop, &ev));
        assert_int_equal(ev.kind, LOOP_TICK);
    }
    assert_true(w.now >= 3500 && w.now < 3700);
    assert_true(w.waits < 45); /* the tick, and the repaint that it may have to wait for */
    assert_true(w.draws <= 11);
    close_world(&w);
}

static void at_rest_it_waits_without_limit(void **state)
{
    (void)state;
    struct world w;
    struct loop_event ev;
    open_world(&w);
    assert_false(loop_next(w.loop, &ev));
    assert_int_equal(w.waits, 1);
    assert_int_equal(w.until, -1);
    assert_int_equal(w.draws, 1);
    close_world(&w);
}

static void stop_stops(void **state)
{
    (void)state;
    struct world w;
    struct loop_event ev;
    open_world(&w);
    loop_stop(w.loop);
    assert_false(loop_next(w.loop, &ev));
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_is_played),
        cmocka_unit_test(keys_wait_until_nothing_is_in_flight),
        cmocka_unit_test(news_paint_ten_times_a_second_at_most),
        cmocka_unit_test(ticks_come_and_nothing_else_wakes),
        cmocka_unit_test(at_rest_it_waits_without_limit),
        cmocka_unit_test(stop_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
