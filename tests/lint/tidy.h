#ifndef TESTS_LINT_TIDY_H
#define TESTS_LINT_TIDY_H

/* Put before every file by the preset `tidy`: what the analyser cannot know of cmocka, whose
 * fail() and fail_msg() do not come back. */

__attribute__((noreturn)) void _fail(const char *const file, const int line);

#endif
