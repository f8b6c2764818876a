#define _GNU_SOURCE
#include "gzip_stream.h"
#include <errno.h>
#include <sys/types.h>
#include <zlib.h>

static ssize_t read_inflated(void *cookie, char *buffer, size_t size)
{
    const int count = gzread(cookie, buffer, size > 1u << 30 ? 1u << 30 : (unsigned)size);
    if (count < 0) {
        errno = EIO;
        return -1;
    }
    return count;
}

static int close_stream(void *cookie)
{
    return gzclose_r(cookie) == Z_OK ? 0 : -1;
}

FILE *novatrace_gzip_stream_open(int fd)
{
    gzFile gzip = gzdopen(fd, "rb");
    if (gzip == NULL) {
        return NULL;
    }
    gzbuffer(gzip, 256 * 1024);
    const cookie_io_functions_t functions = {.read = read_inflated, .close = close_stream};
    FILE *stream = fopencookie(gzip, "rb", functions);
    if (stream == NULL) {
        gzclose_r(gzip);
    }
    return stream;
}
