#define _GNU_SOURCE
#include "gzip_stream.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT_SIZE = 64 * 1024, HEAD_SIZE = 16 };

struct novatrace_stream {
    int fd;
    bool gzip;
    /// Inside a gzip member: the end of the input is an error there.
    bool in_member;
    /// A member was read to its end: what follows and is none is padding.
    bool had_member;
    z_stream inflater;
    size_t head_count;
    size_t head_given;
    unsigned char head[HEAD_SIZE];
    /// What was read and is to be read once more, in front of all else; `libpcap` is given it.
    unsigned char *again;
    size_t again_count;
    size_t again_given;
    unsigned char input[INPUT_SIZE];
};

static ssize_t read_raw(struct novatrace_stream *stream, void *buffer, size_t size)
{
    size_t left = stream->head_count - stream->head_given;
    if (left > 0) {
        if (left > size) {
            left = size;
        }
        memcpy(buffer, stream->head + stream->head_given, left);
        stream->head_given += left;
        return (ssize_t)left;
    }
    ssize_t count;
    do {
        count = read(stream->fd, buffer, size);
    } while (count < 0 && errno == EINTR);
    return count;
}

static ssize_t fail(int error)
{
    errno = error;
    return -1;
}

static ssize_t read_inflated(struct novatrace_stream *stream, void *buffer, size_t size)
{
    z_stream *inflater = &stream->inflater;
    inflater->next_out = buffer;
    inflater->avail_out = size > 1u << 30 ? 1u << 30 : (unsigned)size;
    const unsigned wanted = inflater->avail_out;
    while (inflater->avail_out == wanted && wanted > 0) {
        if (inflater->avail_in == 0) {
            const ssize_t count = read_raw(stream, stream->input, INPUT_SIZE);
            if (count < 0) {
                return -1;
            }
            if (count == 0) {
                return stream->in_member ? fail(ENODATA) : 0;
            }
            inflater->next_in = stream->input;
            inflater->avail_in = (unsigned)count;
        }
        if (!stream->in_member) {
            inflateReset(inflater);
            stream->in_member = true;
        }
        const int result = inflate(inflater, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            stream->in_member = false;
            stream->had_member = true;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            const bool is_padding = stream->had_member && inflater->total_out == 0;
            if (!is_padding) {
                return fail(EBADMSG);
            }
            stream->in_member = false;
            inflater->avail_in = 0;
        }
    }
    return (ssize_t)(wanted - inflater->avail_out);
}

ssize_t novatrace_stream_read(struct novatrace_stream *stream, void *buffer, size_t size)
{
    return stream->gzip ? read_inflated(stream, buffer, size) : read_raw(stream, buffer, size);
}

void novatrace_stream_close(struct novatrace_stream *stream)
{
    if (stream->gzip) {
        inflateEnd(&stream->inflater);
    }
    close(stream->fd);
    free(stream->again);
    free(stream);
}

struct novatrace_stream *novatrace_stream_open(int fd, const unsigned char *head, size_t count, bool gzip)
{
    struct novatrace_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL || count > HEAD_SIZE) {
        free(stream);
        return NULL;
    }
    stream->fd = fd;
    stream->gzip = gzip;
    stream->head_count = count;
    memcpy(stream->head, head, count);
    enum { GZIP_WRAPPER = 16 };
    if (gzip && inflateInit2(&stream->inflater, MAX_WBITS + GZIP_WRAPPER) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

static ssize_t read_again(void *cookie, char *buffer, size_t size)
{
    struct novatrace_stream *stream = cookie;
    size_t left = stream->again_count - stream->again_given;
    if (left == 0) {
        return novatrace_stream_read(stream, buffer, size);
    }
    if (left > size) {
        left = size;
    }
    memcpy(buffer, stream->again + stream->again_given, left);
    stream->again_given += left;
    return (ssize_t)left;
}

static int close_cookie(void *cookie)
{
    novatrace_stream_close(cookie);
    return 0;
}

FILE *novatrace_stream_file(struct novatrace_stream *stream, const void *again, size_t count)
{
    if (count > 0) {
        stream->again = malloc(count);
        if (stream->again == NULL) {
            return NULL;
        }
        memcpy(stream->again, again, count);
        stream->again_count = count;
    }
    const cookie_io_functions_t functions = {.read = read_again, .close = close_cookie};
    return fopencookie(stream, "rb", functions);
}
