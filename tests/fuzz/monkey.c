/* Somebody who presses anything: keys, words, pastes, mouse, raw bytes, resizes, suspends, signals,
 * over all screens, in a sandbox whose names and answers are hostile. What must hold stands in
 * monkey_holds.h. STROM_SEED names the run, STROM_EVENTS how long it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/hostile_world.h"
#include "tests/e2e/vt.h"
#include "tests/fuzz/monkey.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>

enum {
    EVENTS = 50000,
    EPISODE = 2500,
    BATCH = 100,
    WAIT_MS = 20000,
    QUIET_MS = 3,
    ROAD_MS = 1500,
    SEEN_MS = 90
};

static struct monkey m;
static uint64_t state_of_chance;

static unsigned chance(unsigned n)
{
    state_of_chance = state_of_chance * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(state_of_chance >> 33) % n;
}

/* --- an event --- */

/* Keys that are signals where the terminal has been given back: the kernel then throws away what
 * was written and not yet read, the giving back itself. So they come when nothing is on its way. */
#define SIGNALS "\x03\x1a\x1c"

static void press(const char *key)
{
    monkey_note(&m, key);
    vt_key(m.v, key);
}

static void type(const char *bytes)
{
    monkey_note(&m, bytes);
    vt_type(m.v, bytes);
}

static void some_key(void)
{
    static const char *const keys[] = {
        "Up",     "Down",   "Down",      "Left",   "Right",  "PgUp",   "PgDn",   "Home",   "End",
        "Tab",    "Esc",    "Shift-Tab", "Esc",    "F1",     "F5",     "F12",    "Ins",    "Del",
        "Space",  "Space",  "Backspace", "Ctrl-U", "Ctrl-W", "Ctrl-R", "Ctrl-L", "Ctrl-G", "Ctrl-A",
        "Ctrl-D", "Ctrl-E", "Ctrl-S",    "Ctrl-Q", "Enter",  "Enter",  "Enter",  "Enter"};

    press(keys[chance(sizeof keys / sizeof *keys)]);
}

/* Those that begin something, more often than others; the one that ends all, seldom. */
static void some_letter(void)
{
    static const char common[] = "nnwwaarrddccyyuuffvvssggG/G?/?1234567890+-*=xMtmbeijklhop";
    char text[2] = "";

    text[0] = chance(4) ? common[chance(sizeof common - 1)] : (char)(' ' + chance(95));
    type(text);
}

static void some_word(bool pasted)
{
    static const char *const words[] = {"postgres-postmottak-bigquery",
                                        "regel",
                                        "æøå",
                                        "aa",
                                        "15m",
                                        "datastream_postmottak",
                                        "person_ident",
                                        "aap-dev-ab12",
                                        "line\nline\r\nline",
                                        ""};
    char name[HOSTILE_NAME];
    const char *word = words[chance(sizeof words / sizeof *words)];

    if (chance(3) == 0)
        word = hostile_text(chance((unsigned)hostile_count()));
    else if (chance(4) == 0)
        word = hostile_name(chance((unsigned)hostile_count()), name);
    if (strpbrk(word, SIGNALS) != NULL)
        return;
    if (pasted) {
        monkey_note(&m, "paste");
        vt_paste(m.v, word);
    } else {
        type(word);
    }
}

static void some_bytes(void)
{
    static const char often[] = "\033[]O;?<M0123456789~ABCDHFRuPm";
    char bytes[16];
    unsigned n = 1 + chance(sizeof bytes - 2);

    for (unsigned i = 0; i < n; i++) {
        bytes[i] = chance(3) ? often[chance(sizeof often - 1)] : (char)(1 + chance(255));
        if (strchr(SIGNALS, bytes[i]))
            bytes[i] = '\033';
    }
    bytes[n] = '\0';
    type(bytes);
}

/* What the terminal would say, and what it would not. */
static void some_mouse(void)
{
    char bytes[48];
    int cols, rows;

    vt_size(m.v, &cols, &rows);
    if (chance(3) == 0) {
        monkey_note(&m, "click");
        vt_click(m.v, (int)chance((unsigned)cols), (int)chance((unsigned)rows));
        return;
    }
    if (chance(2))
        snprintf(bytes, sizeof bytes, "\033[<%u;%u;%u%c", chance(70), chance(200), chance(60),
                 chance(2) ? 'M' : 'm');
    else
        snprintf(bytes, sizeof bytes, "\033[M%c%c%c", (char)(32 + chance(90)),
                 (char)(33 + chance(90)), (char)(33 + chance(90)));
    type(bytes);
}

/* Too small for anything but a notice: keys are for what is behind it. */
static bool is_small(void)
{
    int cols, rows;

    vt_size(m.v, &cols, &rows);
    return cols < 60 || rows < 16;
}

static void some_size(void)
{
    static const int sizes[][2] = {{80, 24}, {80, 24}, {60, 16}, {100, 40},  {120, 30}, {59, 15},
                                   {1, 1},   {2, 500}, {500, 2}, {500, 200}, {40, 9},   {61, 17}};
    unsigned i = is_small() ? chance(5) : chance(sizeof sizes / sizeof *sizes + 4);
    int cols = (int)(1 + chance(200)), rows = (int)(1 + chance(70));

    if (i < sizeof sizes / sizeof *sizes) {
        cols = sizes[i][0];
        rows = sizes[i][1];
    }
    monkey_note(&m, "resize");
    vt_resize(m.v, cols, rows);
}

static void suspend(void)
{
    monkey_holds(&m);
    if (m.ended)
        return;
    if (chance(2)) {
        monkey_note(&m, "Ctrl-Z");
        monkey_suspended(&m);
    } else {
        monkey_note(&m, "SIGTSTP");
        vt_signal(m.v, SIGTSTP);
        monkey_stopped(&m);
    }
}

static void interrupt(void)
{
    vt_wait_quiet(m.v, 10 * QUIET_MS, WAIT_MS);
    monkey_holds(&m);
    if (m.ended)
        return;
    press("Ctrl-C");
    vt_wait_quiet(m.v, 10 * QUIET_MS, WAIT_MS); /* the question is a place, too */
    monkey_holds(&m);
    if (!m.ended && chance(4))
        press("Esc"); /* a new start costs as much as a hundred keys */
}

static void some_signal(void)
{
    static const int numbers[] = {SIGWINCH, SIGCONT, SIGWINCH, SIGPIPE};

    monkey_note(&m, "signal");
    vt_signal(m.v, numbers[chance(4)]);
}

static void event(void)
{
    unsigned n = chance(1000);

    m.events++;
    if (is_small() && chance(8) == 0)
        some_size();
    else if (n < 230)
        press("Enter");
    else if (n < 560)
        some_key();
    else if (n < 800)
        some_letter();
    else if (n < 860)
        some_word(false);
    else if (n < 890)
        some_word(true);
    else if (n < 930)
        some_bytes();
    else if (n < 950 || (m.mouse && chance(8) == 0))
        some_mouse();
    else if (n < 970)
        some_size();
    else if (n < 974)
        suspend();
    else if (n < 975)
        interrupt();
    else if (n < 979)
        some_signal();
    else if (n < 981)
        liar_refuse(liar, chance(3) == 0);
    else
        press("PgDn");
}

/* --- an episode: one wizard, from its start to its end --- */

/* A person sees what a key has done, and waits for what was asked; a liar's answer may never come.
 */
static void press_and_wait(const char *key)
{
    size_t before = vt_bytes(m.v);

    m.events++;
    press(key);
    for (int ms = 0; ms < SEEN_MS && vt_bytes(m.v) == before && !vt_has_ended(m.v); ms += QUIET_MS)
        vt_wait_quiet(m.v, QUIET_MS, QUIET_MS);
    for (int ms = 0; ms < ROAD_MS; ms += 5 * QUIET_MS) {
        vt_wait_quiet(m.v, 5 * QUIET_MS, ROAD_MS);
        if (vt_has_ended(m.v) || vt_has_stopped(m.v) || !monkey_is_busy(&m))
            return;
    }
}

/* Some way into the steps, as a person goes: the rest is chance. */
static void walk(void)
{
    for (unsigned steps = chance(12); steps > 0 && !m.ended; steps--) {
        press_and_wait("Enter");
        if (chance(4) == 0)
            some_key();
        monkey_holds(&m);
    }
}

/* To what lies behind a stream that runs, where chance alone would seldom come; from Home of one
 * who knows nothing yet. */
static void take_road(void)
{
    static const char *const roads[] = {
        "Enter Esc r End Enter",
        "Enter Esc r End Enter m",
        "Enter Esc r End Enter D",
        "Enter Esc r End Enter m Enter",
        "Enter Esc r End Enter e / regel Enter Down Space Enter Enter Enter c",
        "Enter Enter Enter Enter / regel Enter a Enter Enter Enter c Enter"};
    const char *road = roads[chance(sizeof roads / sizeof *roads)];
    char key[16];

    for (size_t n; *road && !m.ended; road += n + strspn(road + n, " ")) {
        n = strcspn(road, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, road);
        press_and_wait(key);
        monkey_holds(&m);
    }
}

static void begin(void)
{
    static const char *const terms[] = {"TERM=xterm-256color", "TERM=xterm", "TERM=screen-256color",
                                        "TERM=tmux-256color"};
    const char *env[4] = {terms[chance(4)], chance(3) ? "STROM_X=1" : "NO_COLOR=1",
                          chance(2) ? "STROM_LANG=nb" : "STROM_LANG=en", NULL};

    unsigned way = chance(6);
    if (way < 3 || chance(5) == 0)
        monkey_new_state(&m, &w);
    m.mouse = chance(3) == 0;
    monkey_start(&m, w.strom, env);
    m.until = m.events + EPISODE / 4 + chance(EPISODE);
    if (way < 3)
        take_road();
    else if (way < 5)
        walk();
}

/* By the quit that a person would choose, by a signal, or without a word. */
static void end(void)
{
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGKILL};

    if (!m.ended) {
        monkey_holds(&m);
        int number = numbers[chance(6)];
        monkey_note(&m, "end");
        if (!m.ended)
            monkey_end(&m, number);
    }
    monkey_ended(&m);
}

static long long number_of(const char *name, long long otherwise)
{
    const char *text = getenv(name);
    return text ? strtoll(text, NULL, 10) : otherwise;
}

static long events; /* asked for */

/* A long run comes everywhere, or it is no monkey. */
static void tell_places(void)
{
    int missed = 0;

    for (int i = 0; i < MONKEY_PLACES; i++) {
        print_message("%s %s: %ld", i ? "," : "events at", monkey_place_name(i), m.at[i]);
        missed += i < MONKEY_ELSEWHERE && m.at[i] == 0;
    }
    print_message("\n");
    if (events >= EVENTS)
        assert_int_equal(missed, 0);
}

static void nothing_breaks(void **state)
{
    struct timespec begun, now;

    (void)state;
    m.seed = (long)number_of("STROM_SEED", 1);
    state_of_chance = (uint64_t)m.seed * 0x9e3779b97f4a7c15U;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while (m.events < events) {
        begin();
        while (!m.ended && m.events < m.until && m.events < events) {
            for (unsigned n = 1 + chance(BATCH); n > 0 && !m.ended; n--)
                event();
            vt_wait_quiet(m.v, QUIET_MS, WAIT_MS);
            monkey_holds(&m);
        }
        end();
    }
    tell_places();
    clock_gettime(CLOCK_MONOTONIC, &now);
    print_message("ran: %ld events, %ld wizards, %ld looks, %ld s, seed %ld\n", m.events, m.starts,
                  m.looks, (long)(now.tv_sec - begun.tv_sec), m.seed);
}

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "300");
    make_hostile_tables();
    lie_about_apis();
    monkey_new_state(&m, &w);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    monkey_done(&m);
    world_close(&w);
    liar_stop(liar);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    events = (long)number_of("STROM_EVENTS", EVENTS);
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_breaks)};
    return cmocka_run_group_tests(tests, start, stop);
}
