#ifndef STROM_BASE_FDS_H
#define STROM_BASE_FDS_H

/* For a process that was just forked: only async-signal-safe calls are made. */

/* Closes every descriptor above the standard three but `keep` (-1: none): libraries open some
 * without the close-on-exec flag, and whoever started us may have left others. */
void fds_close_others(int keep);

#endif
