/* The second emulator: what is painted into tmux stands there as on the page, whatever the text.
 * Where there is no tmux it is skipped. */

#include "tests/unit/tui/painted.h"

#include "tests/e2e/hostile.h"
#include "tui/text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

enum { COLS = 80, ROWS = 24, WAIT_MS = 10000, LOOK_MS = 10, LINE = 4096 };

static char folder[64] = "/tmp/strom-tmux-XXXXXX";
static int way = -1; /* into what tmux shows */

/* Its answer, or false. */
static bool tmux(const char *command, struct str *out)
{
    char line[LINE];
    FILE *f;

    snprintf(line, sizeof line, "tmux -u -S %s/socket -f /dev/null %s 2>&1", folder, command);
    f = popen(line, "r");
    assert_non_null(f);
    if (out)
        str_clear(out);
    while (fgets(line, sizeof line, f))
        if (out)
            str_add(out, line);
    return pclose(f) == 0;
}

static int start(void **state)
{
    char path[80], command[512];

    (void)state;
    unsetenv("TMUX");
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", "xterm-256color", 1);
    if (!mkdtemp(folder) || !tmux("-V", NULL))
        return 0;
    snprintf(path, sizeof path, "%s/way", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(command, sizeof command,
             "set -g default-terminal screen \\; set -g status off \\; new-session -d -x %d -y %d "
             "'stty raw -echo; exec cat %s'",
             COLS, ROWS, path);
    if (!tmux(command, NULL)) /* older ones want a session before they take options */
        return 0;
    way = open(path, O_RDWR);
    assert_true(way >= 0);
    return 0;
}

static int end(void **state)
{
    char path[80];

    (void)state;
    tmux("kill-server", NULL);
    if (way >= 0)
        close(way);
    snprintf(path, sizeof path, "%s/way", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/socket", folder);
    unlink(path);
    rmdir(folder);
    return 0;
}

/* As tmux tells it: rows without trailing blanks. */
static void rows_of(const struct page *p, struct str *out)
{
    char *end_of_text;

    str_clear(out);
    shot_text(p, false, out);
    end_of_text = strstr(out->text, "\n-- cursor");
    if (end_of_text)
        *(end_of_text + 1) = '\0';
}

static void send_all(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(way, bytes, n);
        assert_true(done > 0);
        bytes += done;
        n -= (size_t)done;
    }
}

static void assert_shown(const struct page *p)
{
    struct str want = {0}, have = {0};
    bool same = false;

    rows_of(p, &want);
    for (int ms = 0; !same && ms < WAIT_MS; ms += LOOK_MS) {
        assert_true(tmux("capture-pane -p", &have));
        same = strncmp(str_text(&have), str_text(&want), strlen(str_text(&want))) == 0;
        if (!same)
            poll(NULL, 0, LOOK_MS);
    }
    if (!same)
        fprintf(stderr, "tmux shows:\n%s--- wanted:\n%s", str_text(&have), str_text(&want));
    assert_true(same);
    str_done(&want);
    str_done(&have);
}

/* More marks on one letter than tmux keeps. */
static bool differs(const char *text)
{
    return text_width(text) > 0 && strlen(text) > 30 && (unsigned char)text[1] == 0xcc;
}

enum { PER_PAGE = 10 };

static void draw(struct page *p, size_t from)
{
    const struct page_title title = {.program = "strom", .title = "tmux", .context = "beside"};

    page_title(p, &title);
    page_rule(p);
    for (size_t i = from; i < from + PER_PAGE && i < hostile_count(); i++) {
        if (differs(hostile_text(i)))
            continue;
        page_put(p, STYLE_ACCENT, "%zu", i);
        page_tab(p, 5);
        page_put_until(p, STYLE_TEXT, 40, "%s", hostile_text(i));
        page_tab(p, 40);
        page_put(p, STYLE_OK, "| %-20s |", "between");
        page_put_right(p, STYLE_WARN, "|");
        page_newline(p);
        page_put(p, STYLE_TEXT, "%s%s", hostile_text(i), hostile_text(i));
        page_put_right(p, STYLE_WARN, "|");
        page_newline(p);
    }
    page_end(p);
}

static void what_tmux_shows_is_the_page(void **state)
{
    struct screen s;
    struct page *p;

    (void)state;
    if (way < 0)
        skip();
    p = new_page(COLS, ROWS);
    open_screen(&s, "xterm-256color", true, COLS, ROWS);
    for (size_t from = 0; from < hostile_count(); from += PER_PAGE) {
        page_begin(p, COLS, ROWS);
        draw(p, from);
        paint(&s, p);
        assert_painted(&s, p);
        send_all(str_text(&s.bytes), s.bytes.bytes);
        assert_shown(p);
    }
    page_free(p);
    close_screen(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_tmux_shows_is_the_page),
    };
    return cmocka_run_group_tests(tests, start, end);
}
