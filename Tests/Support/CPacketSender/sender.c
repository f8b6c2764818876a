// What Linux offers under _GNU_SOURCE alone, which Swift does not see: unshare(2), sched_setaffinity(2), and sendmmsg(2),
// without which the sender would need a system call for each packet.
#define _GNU_SOURCE

#include "CPacketSender.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int novatrace_own_network(void) { return unshare(CLONE_NEWNET); }

int novatrace_stay_on(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

int novatrace_packet_socket(const char *interface) {
    // Protocol 0: nothing is received.
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

enum { batch_size = 64 };

int novatrace_send(int socket, const void *memory, const struct novatrace_packet *packets, int count) {
    struct mmsghdr headers[batch_size];
    struct iovec vectors[batch_size];
    int sent = 0;
    while (sent < count) {
        int size = count - sent < batch_size ? count - sent : batch_size;
        memset(headers, 0, sizeof headers[0] * (size_t)size);
        for (int index = 0; index < size; index++) {
            const struct novatrace_packet *packet = &packets[sent + index];
            vectors[index].iov_base = (char *)memory + packet->offset;
            vectors[index].iov_len = packet->length;
            headers[index].msg_hdr.msg_iov = &vectors[index];
            headers[index].msg_hdr.msg_iovlen = 1;
        }
        int result = sendmmsg(socket, headers, (unsigned)size, 0);
        if (result > 0) {
            sent += result;
        } else if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN) {
            return sent;
        }
    }
    return sent;
}
