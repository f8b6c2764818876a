#ifndef NOVATRACE_GZIP_STREAM_H
#define NOVATRACE_GZIP_STREAM_H
#include <stdio.h>

/// Opens file descriptor `fd` for reading through zlib, as a stdio stream that libpcap can read. Bytes that are not
/// gzip-compressed come through unchanged. The stream owns the descriptor. NULL when memory is short.
///
/// In C because `fopencookie` and its callbacks cannot be named from Swift.
FILE *novatrace_gzip_stream_open(int fd);

#endif
