#ifndef NOVATRACE_PACKET_SENDER_H
#define NOVATRACE_PACKET_SENDER_H

#include <stdint.h>

/// Where a packet lies in memory.
struct novatrace_packet {
    uint32_t offset;
    uint32_t length;
};

/// Moves the calling thread, and what it starts from then on, to a network namespace of its own; 0, or -1 with errno set.
int novatrace_own_network(void);

/// Keeps the calling thread, and what it starts from then on, on one processor; 0, or -1 with errno set.
int novatrace_stay_on(int processor);

/// A socket that sends whole Ethernet frames on an interface; -1 with errno set.
int novatrace_packet_socket(const char *interface);

/// Sends packets in order, waiting where there is no room; how many were sent, less than count only with errno set.
int novatrace_send(int socket, const void *memory, const struct novatrace_packet *packets, int count);

#endif
