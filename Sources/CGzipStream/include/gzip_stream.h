#ifndef NOVATRACE_GZIP_STREAM_H
#define NOVATRACE_GZIP_STREAM_H
#include <stdbool.h>
#include <stdio.h>

/// Opens file descriptor `fd` as a stdio stream that libpcap can read, inflated when `gzip` is true. The stream begins
/// with the `count` bytes at `head` (at most 16), which were read from the descriptor to see what it is: a pipe cannot
/// be wound back. It owns the descriptor. Reading fails with EBADMSG where the compressed data are damaged and with
/// ENODATA where they end too early. NULL when memory is short.
///
/// In C because `fopencookie` and its callbacks cannot be named from Swift.
FILE *novatrace_stream_open(int fd, const unsigned char *head, size_t count, bool gzip);

#endif
