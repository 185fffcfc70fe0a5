/* A person's own file stays theirs: mode, group, and the link that leads to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "api/base/path.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/strom-write-XXXXXX";
static struct arena mem;

static const char *in(const char *name)
{
    return path_join(&mem, folder, name);
}

static int start(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    unlink(in("manifest"));
    unlink(in("link"));
    unlink(in("fresh"));
    arena_done(&mem);
    return rmdir(folder);
}

static void a_file_keeps_what_it_was(void **state)
{
    struct str text = {0};
    struct err e;
    struct stat before, after;
    (void)state;
    assert_true(path_write(in("manifest"), "old", 3, false, &e));
    assert_int_equal(chmod(in("manifest"), 0664), 0);
    assert_int_equal(stat(in("manifest"), &before), 0);
    assert_int_equal(symlink("manifest", in("link")), 0);
    assert_true(path_write(in("link"), "new", 3, false, &e));
    assert_int_equal(lstat(in("link"), &after), 0);
    assert_true(S_ISLNK(after.st_mode));
    assert_true(path_read(in("manifest"), 10, &text, &e));
    assert_string_equal(str_text(&text), "new");
    assert_int_equal(stat(in("manifest"), &after), 0);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_equal(after.st_gid, before.st_gid);
    str_done(&text);
}

static void a_new_one_is_made_as_the_person_makes_files(void **state)
{
    struct stat st;
    struct err e;
    (void)state;
    mode_t mask = umask(027);
    assert_true(path_write(in("fresh"), "x", 1, false, &e));
    assert_int_equal(umask(mask), 027); /* put back */
    assert_int_equal(stat(in("fresh"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_keeps_what_it_was),
        cmocka_unit_test(a_new_one_is_made_as_the_person_makes_files),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
