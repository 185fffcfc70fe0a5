#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
    struct arena a;
    char folder[64];
    struct err e;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    arena_init(&w->a);
    memcpy(w->folder, "/tmp/strom-path-XXXXXX", sizeof "/tmp/strom-path-XXXXXX");
    *state = w;
    return mkdtemp(w->folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-rf", w->folder, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    arena_done(&w->a);
    free(w);
    return 0;
}

static const char *in(struct world *w, const char *name)
{
    return path_join(&w->a, w->folder, name);
}

static mode_t mode_of(const char *path)
{
    struct stat st = {0};

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void write_plain(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* --- arena --- */

static void arenas(void **state)
{
    struct world *w = *state;
    char *first = arena_str(&w->a, "first"), *all[2000];

    assert_null(arena_str(&w->a, NULL));
    for (size_t i = 0; i < 2000; i++) {
        all[i] = arena_printf(&w->a, "%zu-%0*d", i, (int)(i % 300), 7);
        assert_int_equal((uintptr_t)all[i] % _Alignof(max_align_t), 0);
    }
    for (size_t i = 0; i < 2000; i++)
        assert_int_equal(strtoul(all[i], NULL, 10), i);
    assert_string_equal(first, "first");
    unsigned char *zero = arena_alloc(&w->a, 5000000);
    for (size_t i = 0; i < 5000000; i += 4099)
        assert_int_equal(zero[i], 0);
    assert_true(arena_bytes(&w->a) > 5000000);
    assert_non_null(arena_alloc(&w->a, 0));
    assert_string_equal(arena_strn(&w->a, "abc", 2), "ab");
    int *numbers = arena_array(&w->a, int, 100);
    assert_int_equal(numbers[99], 0);
    arena_reset(&w->a);
    assert_in_range(arena_bytes(&w->a), 1, 1024); /* the first block is small, and kept */
    memset(arena_alloc(&w->a, 100), 'x', 100);
    arena_reset(&w->a);
    const char *clean = arena_alloc(&w->a, 100); /* used before: still zeroed */
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(clean[i], 0);
    arena_done(&w->a);
    assert_int_equal(arena_bytes(&w->a), 0);
    assert_string_equal(arena_str(&w->a, "again"), "again");
}

static void last_words(void)
{
    (void)!write(STDOUT_FILENO, "bye", 3);
}

/* Too much: the last words, and exit code 1. */
static void exhausted(void **state)
{
    struct world *w = *state;
    int status, out[2];
    char text[8] = "";

    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(STDERR_FILENO);
        mem_on_exhausted(last_words);
        arena_calloc(&w->a, SIZE_MAX / 2, 3);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_int_equal(read(out[0], text, 3), 3);
    assert_string_equal(text, "bye");
    close(out[0]);
    close(out[1]);
}

/* --- files --- */

static void reads_and_writes(void **state)
{
    struct world *w = *state;
    struct str text = {0};
    const char *file = in(w, "f");
    char large[40000];

    memset(large, 'x', sizeof large);
    assert_true(path_write(file, large, sizeof large, true, &w->e));
    assert_int_equal(mode_of(file), 0600);
    assert_true(path_read(file, sizeof large, &text, &w->e)); /* just fits */
    assert_int_equal(text.bytes, sizeof large);
    str_clear(&text);
    str_add(&text, "kept");
    assert_false(path_read(file, sizeof large - 1, &text, &w->e));
    assert_int_equal(w->e.kind, ERR_INPUT);
    assert_string_equal(text.text, "kept"); /* nothing half read */
    assert_true(path_write(file, "new", 3, false, &w->e));
    assert_int_equal(mode_of(file), 0600); /* as it was */
    assert_true(path_read(file, 3, &text, &w->e));
    assert_string_equal(text.text, "keptnew");
    assert_false(path_read(in(w, "none"), 10, &text, &w->e));
    assert_int_equal(w->e.kind, ERR_MISSING);
    assert_false(path_read(w->folder, 10, &text, &w->e));
    assert_int_equal(w->e.kind, ERR_INPUT);
    assert_int_equal(mkfifo(in(w, "pipe"), 0600), 0);
    assert_false(path_read(in(w, "pipe"), 10, &text, &w->e)); /* and does not wait for a writer */
    assert_false(path_write(in(w, "no/such"), "x", 1, false, &w->e));
    assert_false(path_write(w->folder, "x", 1, false, &w->e));
    str_done(&text);
}

/* Whoever reads sees the old file or the new one, and nothing lies about afterwards. */
static void replaces_whole(void **state)
{
    struct world *w = *state;
    struct str text = {0};
    const char *file = in(w, "f"), *link = in(w, "l");

    assert_true(path_write(file, "old", 3, false, &w->e));
    int fd = open(file, O_RDONLY);
    assert_true(path_write(file, "newer", 5, false, &w->e));
    char seen[8] = "";
    assert_int_equal(read(fd, seen, sizeof seen), 3);
    assert_string_equal(seen, "old");
    close(fd);
    assert_int_equal(symlink("f", link), 0);
    assert_true(path_write(link, "mine", 4, true, &w->e)); /* a link is replaced, not followed */
    assert_true(path_read(file, 10, &text, &w->e));
    assert_string_equal(text.text, "newer");
    str_done(&text);
    unlink(file);
    unlink(link);
    assert_int_equal(rmdir(w->folder), 0);
    assert_int_equal(mkdir(w->folder, 0700), 0);
}

/* What a person names: `-`, and what the shell makes of <(...). */
static void given_files(void **state)
{
    struct world *w = *state;
    struct str text = {0};
    const char *file = in(w, "f");
    char name[32], large[600];
    int ends[2], keyboard = dup(STDIN_FILENO);

    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"-", "/dev/stdin", "/dev/fd/0"};
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], "piped", 5), 5);
        close(ends[1]);
        assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        close(ends[0]);
        str_clear(&text);
        assert_true(path_read_given(names[i], 100, i > 0, &text, &w->e));
        assert_string_equal(text.text, "piped");
    }
    dup2(keyboard, STDIN_FILENO);
    close(keyboard);
    assert_int_equal(pipe(ends), 0);
    memset(large, 'x', sizeof large);
    assert_int_equal(write(ends[1], large, sizeof large), sizeof large);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    str_clear(&text);
    assert_false(path_read_given(name, sizeof large - 1, false, &text, &w->e)); /* too large */
    assert_int_equal(text.bytes, 0);
    close(ends[0]);
    close(ends[1]);
    assert_false(path_read_given(name, 100, false, &text, &w->e)); /* not open */
    assert_non_null(strstr(w->e.what, name));
    assert_false(path_read_given("/dev/fd/0x1", 100, false, &text, &w->e));
    /* a file is a file, also through a descriptor */
    write_plain(file, "secret", 0644);
    int fd = open(file, O_RDONLY);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    assert_false(path_read_given(name, 100, true, &text, &w->e));
    assert_non_null(strstr(w->e.why, "644"));
    assert_true(path_read_given(name, 100, false, &text, &w->e));
    close(fd);
    assert_false(path_read_given(file, 100, true, &text, &w->e));
    assert_true(path_read_given(file, 100, false, &text, &w->e));
    assert_int_equal(mkfifo(in(w, "pipe"), 0600), 0);
    assert_false(path_read_given(in(w, "pipe"), 10, false, &text, &w->e)); /* waits for nobody */
    str_done(&text);
}

static void private_files(void **state)
{
    struct world *w = *state;
    struct str text = {0};
    const char *file = in(w, "f");
    static const mode_t bad[] = {0640, 0604, 0620, 0602, 0660, 0666, 0644};

    write_plain(file, "secret", 0600);
    assert_true(path_read_private(file, 100, &text, &w->e));
    assert_string_equal(text.text, "secret");
    write_plain(file, "secret", 0400);
    assert_true(path_read_private(file, 100, &text, &w->e));
    str_clear(&text);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(chmod(file, bad[i]), 0);
        assert_false(path_read_private(file, 100, &text, &w->e));
        assert_non_null(strstr(w->e.hint, "chmod 600"));
        assert_int_equal(text.bytes, 0);
    }
    assert_int_equal(chmod(file, 0600), 0);
    assert_int_equal(symlink("f", in(w, "l")), 0);
    assert_false(path_read_private(in(w, "l"), 100, &text, &w->e));
    assert_non_null(strstr(w->e.why, "link"));
    if (geteuid() == 0) {
        assert_int_equal(chown(file, 65534, 65534), 0);
        assert_false(path_read_private(file, 100, &text, &w->e));
        assert_non_null(strstr(w->e.why, "another user"));
    }
    str_done(&text);
}

static void folders(void **state)
{
    struct world *w = *state;
    const char *base = in(w, "x/y"), *folder;

    setenv("XDG_STATE_HOME", base, 1);
    folder = path_folder(&w->a, PATH_STATE, &w->e);
    assert_string_equal(folder, path_join(&w->a, base, "strom"));
    assert_int_equal(mode_of(folder), 0700);
    assert_int_equal(mode_of(base), 0700);
    assert_non_null(path_folder(&w->a, PATH_STATE, &w->e)); /* again */
    assert_int_equal(chmod(folder, 0755), 0);
    assert_non_null(path_folder(&w->a, PATH_STATE, &w->e)); /* others may look */
    assert_int_equal(chmod(folder, 0770), 0);
    assert_null(path_folder(&w->a, PATH_STATE, &w->e));
    assert_non_null(strstr(w->e.why, "others may write"));
    assert_int_equal(chmod(folder, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(folder, 65534, 65534), 0);
        assert_null(path_folder(&w->a, PATH_STATE, &w->e));
        assert_non_null(strstr(w->e.why, "another user"));
    }
    setenv("XDG_STATE_HOME", "relative", 1); /* ignored, as the rules of XDG say */
    setenv("HOME", w->folder, 1);
    assert_string_equal(path_folder(&w->a, PATH_STATE, &w->e), in(w, ".local/state/strom"));
    unsetenv("XDG_CONFIG_HOME");
    assert_string_equal(path_folder(&w->a, PATH_CONFIG, &w->e), in(w, ".config/strom"));
    write_plain(in(w, "plain"), "x", 0600);
    setenv("XDG_CACHE_HOME", in(w, "plain"), 1);
    assert_null(path_folder(&w->a, PATH_CACHE, &w->e));
    assert_int_equal(w->e.kind, ERR_SYSTEM);
    unsetenv("XDG_CACHE_HOME");
    unsetenv("XDG_STATE_HOME");
}

/* In a shared temporary folder somebody may have laid a link before us. */
static void a_trap_in_tmp(void **state)
{
    struct world *w = *state;
    char name[64];

    unsetenv("XDG_RUNTIME_DIR");
    setenv("TMPDIR", w->folder, 1);
    snprintf(name, sizeof name, "strom-%lu", (unsigned long)geteuid());
    assert_int_equal(mkdir(in(w, "elsewhere"), 0700), 0);
    assert_int_equal(symlink("elsewhere", in(w, name)), 0);
    assert_null(path_folder(&w->a, PATH_RUNTIME, &w->e));
    unlink(in(w, name));
    assert_string_equal(path_folder(&w->a, PATH_RUNTIME, &w->e), in(w, name));
    unsetenv("TMPDIR");
}

static void home(void **state)
{
    (void)state;
    setenv("HOME", "/some/where", 1);
    assert_string_equal(path_home(), "/some/where");
    setenv("HOME", "not/absolute", 1);
    assert_int_equal(path_home()[0], '/');
    unsetenv("HOME");
    assert_int_equal(path_home()[0], '/');
}

static void programs(void **state)
{
    struct world *w = *state;

    assert_int_equal(mkdir(in(w, "bin"), 0700), 0);
    assert_int_equal(mkdir(in(w, "bin/folder"), 0700), 0);
    write_plain(in(w, "bin/tool"), "#!/bin/sh\n", 0700);
    write_plain(in(w, "bin/data"), "x", 0600);
    char *old = mem_str(getenv("PATH"));
    setenv("PATH", arena_printf(&w->a, "relative::%s", in(w, "bin")), 1);
    assert_string_equal(path_find_program(&w->a, "tool"), in(w, "bin/tool"));
    assert_null(path_find_program(&w->a, "folder"));
    assert_null(path_find_program(&w->a, "data"));
    assert_null(path_find_program(&w->a, "none"));
    assert_null(path_find_program(&w->a, ""));
    assert_null(path_find_program(&w->a, NULL));
    assert_non_null(path_find_program(&w->a, in(w, "bin/tool")));
    assert_null(path_find_program(&w->a, in(w, "bin/none")));
    assert_int_equal(chdir(in(w, "bin")), 0);
    setenv("PATH", "::.", 1); /* the working folder is no place for programs */
    assert_null(path_find_program(&w->a, "tool"));
    assert_int_equal(chdir("/"), 0);
    setenv("PATH", old, 1);
    mem_free(old);
}

/* --- clock --- */

static void times(void **state)
{
    static const struct {
        const char *text;
        int64_t t;
    } good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-22T09:15:00Z", 1795338900},
        {"2024-02-29T23:59:59Z", 1709251199},
        {"2024-02-29T23:59:59.123456789z", 1709251199},
        {"2024-03-01t00:59:59+01:00", 1709251199},
        {"2024-02-29 18:59:59-05:00", 1709251199},
        {"2100-03-01T00:00:00Z", 4107542400},
        {"2016-12-31T23:59:60Z", 1483228800},
    };
    static const char *const bad[] = {
        "",
        "2024",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00Zx",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+1:00",
        "2024-01-01T00:00:00+25:00",
        "24-01-01T00:00:00Z",
        "2024-1-1T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2024-01-01T00:00Z",
    };
    char out[CLOCK_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (clock_parse(good[i].text) != good[i].t)
            fail_msg("%s", good[i].text);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (clock_parse(bad[i]) != -1)
            fail_msg("%s", bad[i]);
    assert_int_equal(clock_parse(NULL), -1);
    for (int64_t t = 0; t < 5000000000; t += 12345677)
        assert_true(clock_parse(clock_rfc3339(t, out)) == t);
    clock_rfc3339(INT64_MAX, out); /* beyond any calendar: some text */
    assert_true(out[0]);
}

static void spans(void **state)
{
    char out[CLOCK_TEXT];

    (void)state;
    assert_string_equal(clock_span(-5, out), "0 s");
    assert_string_equal(clock_span(59, out), "59 s");
    assert_string_equal(clock_span(125, out), "2 min 05 s");
    assert_string_equal(clock_span(900, out), "15 min");
    assert_string_equal(clock_span(4200, out), "1 h 10 min");
    assert_string_equal(clock_span(7200, out), "2 h");
    assert_string_equal(clock_span(4 * 86400 + 5, out), "4 d");
    assert_string_equal(clock_about(0, out), "0 s");
    assert_string_equal(clock_about(17, out), "20 s");
    assert_string_equal(clock_about(57, out), "1 min");
    assert_string_equal(clock_about(245, out), "4 min 30 s");
    assert_string_equal(clock_about(601, out), "11 min");
    clock_freeze(77);
    assert_int_equal(clock_wall(), 77);
    assert_int_equal(clock_wall_ms(), 77000);
    assert_string_equal(clock_moment(120, out), "00:02 UTC");
    assert_string_equal(clock_moment(86400, out), "1970-01-02 00:00 UTC");
    clock_freeze(0);
    assert_true(clock_wall() > 1700000000);
    int64_t before = clock_mono_ms();
    assert_true(clock_mono_ms() >= before);
}

/* --- log --- */

static void logs(void **state)
{
    struct world *w = *state;
    struct str text = {0};
    const char *file = in(w, "log");

    log_line(0, "goes nowhere: nothing is open");
    assert_true(log_open(2, file, &w->e));
    assert_int_equal(log_level(), 2);
    assert_int_equal(mode_of(file), 0600);
    clock_freeze(1795338900);
    log_line(1, "password=%s \x1b[31m", "hemmelig");
    log_line(3, "too fine");
    log_line(2, "%s", "two\nlines");
    clock_freeze(0);
    log_close();
    log_line(1, "closed");
    assert_int_equal(log_level(), 0);
    assert_true(log_open(1, file, &w->e)); /* goes on where it was */
    log_close();
    assert_true(path_read(file, 1000, &text, &w->e));
    assert_string_equal(text.text, "2026-11-22T09:15:00Z 1 password=*** \\x1b[31m\n"
                                   "2026-11-22T09:15:00Z 2 two\\x0alines\n");
    str_done(&text);
    assert_false(log_open(1, in(w, "no/such"), &w->e));
    assert_true(w->e.hint[0]);
    assert_int_equal(symlink("log", in(w, "link")), 0);
    assert_false(log_open(1, in(w, "link"), &w->e));
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(arenas),         in_folder(exhausted),     in_folder(reads_and_writes),
        in_folder(replaces_whole), in_folder(given_files),   in_folder(private_files),
        in_folder(folders),        in_folder(a_trap_in_tmp), cmocka_unit_test(home),
        in_folder(programs),       cmocka_unit_test(times),  cmocka_unit_test(spans),
        in_folder(logs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
