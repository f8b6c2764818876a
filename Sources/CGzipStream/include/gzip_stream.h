#ifndef NOVATRACE_GZIP_STREAM_H
#define NOVATRACE_GZIP_STREAM_H
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct novatrace_stream;

/// Makes a stream of file descriptor `fd`, inflated when `gzip` is true. It begins with the `count` bytes at `head` (at most
/// 16), which were read from the descriptor to see what it is: a pipe cannot be wound back. It owns the descriptor. NULL
/// when memory is short.
struct novatrace_stream *novatrace_stream_open(int fd, const unsigned char *head, size_t count, bool gzip);

/// Reads what there is, at least one byte and at most `size`; 0 at the end, and -1 with `errno` where it fails: EBADMSG
/// where the compressed data are damaged, ENODATA where they end too early.
ssize_t novatrace_stream_read(struct novatrace_stream *stream, void *buffer, size_t size);

void novatrace_stream_close(struct novatrace_stream *stream);

/// The stream as one of stdio, which libpcap can read, and which owns it; the `count` bytes at `again` come first. NULL when
/// memory is short.
///
/// In C because `fopencookie` and its callbacks cannot be named from Swift.
FILE *novatrace_stream_file(struct novatrace_stream *stream, const void *again, size_t count);

#endif
