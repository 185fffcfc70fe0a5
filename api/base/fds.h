#ifndef STROM_BASE_FDS_H
#define STROM_BASE_FDS_H

/* Descriptors at the beginning of a process. For one that was just forked, too: only
 * async-signal-safe calls are made. */

/* Opens those of the standard three that are closed, so that no file or connection of ours becomes
 * one of them: stdin is at its end then, and what is written is refused. */
void fds_open_standard(void);

/* Closes every descriptor above the standard three but `keep` (-1: none): libraries open some
 * without the close-on-exec flag, and whoever started us may have left others. */
void fds_close_others(int keep);

#endif
