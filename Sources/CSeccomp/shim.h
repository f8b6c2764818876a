// libseccomp, and what Swift cannot call of the kernel as it stands: functions with a variable number of arguments, system
// calls that the C library has no function for, and macros.
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <net/if.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// A macro with an argument.
static inline uint32_t rights_refuse_with(int number) { return SCMP_ACT_ERRNO(number); }
static inline uint32_t rights_allow(void) { return SCMP_ACT_ALLOW; }

// prctl(2) takes a variable number of arguments; the kernel wants those that are not used to be 0.
static inline int rights_prctl(int option, unsigned long value) { return prctl(option, value, 0, 0, 0); }
static inline int rights_clear_ambient(void) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); }

// capset(2) and capget(2) are functions of libcap only. A set has 64 bits in two halves.
static inline int rights_set_capabilities(uint64_t permitted) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)permitted, (uint32_t)permitted, 0},
        {(uint32_t)(permitted >> 32), (uint32_t)(permitted >> 32), 0},
    };
    return (int)syscall(SYS_capset, &header, data);
}

static inline int rights_get_capabilities(uint64_t *permitted, uint64_t *inheritable) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    int result = (int)syscall(SYS_capget, &header, data);
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return result;
}

// Landlock (landlock(7), linux/landlock.h) has no functions in the C library, and older headers do not know it. The
// numbers of its system calls are the same everywhere.
static inline int rights_landlock_version(void) { return (int)syscall(444, NULL, 0, 1U); }

static inline int rights_landlock_create(int version, uint64_t files, uint64_t network) {
    struct { uint64_t files, network; } attributes = {files, network};
    return (int)syscall(444, &attributes, version < 4 ? sizeof(uint64_t) : sizeof attributes, 0U);
}

static inline int rights_landlock_allow(int rules, int folder, uint64_t access) {
    struct { uint64_t access; int32_t folder; } __attribute__((packed)) beneath = {access, folder};
    return (int)syscall(445, rules, 1, &beneath, 0U);
}

static inline int rights_landlock_enforce(int rules) { return (int)syscall(446, rules, 0U); }

// Descriptors travel beside a message (unix(7), SCM_RIGHTS), which is built with macros.
static inline int rights_send(int connection, int32_t number, int descriptor) {
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr header; } control;
    struct iovec text = {&number, sizeof number};
    struct msghdr message = {0};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    memset(&control, 0, sizeof control);
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    }
    return sendmsg(connection, &message, MSG_NOSIGNAL) == sizeof number ? 0 : -1;
}

// The descriptor is -1 where none came.
static inline int rights_receive(int connection, int32_t *number, int *descriptor) {
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr header; } control;
    struct iovec text = {number, sizeof *number};
    struct msghdr message = {0};
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control.bytes;
    *descriptor = -1;
    ssize_t count;
    do count = recvmsg(connection, &message, MSG_CMSG_CLOEXEC); while (count < 0 && errno == EINTR);
    if (count == 0) errno = ECONNRESET;
    if (count != sizeof *number) return -1;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
            memcpy(descriptor, CMSG_DATA(part), sizeof *descriptor);
    return 0;
}

// ioctl(2) takes a variable number of arguments. The flags of an interface (netdevice(7)), -1 where there is none.
static inline int rights_interface_flags(int socket, const char *name) {
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(socket, SIOCGIFFLAGS, &request) == 0 ? (uint16_t)request.ifr_flags : -1;
}

// Its number, 0 where there is none; if_nametoindex(3) would open a socket for it.
static inline int rights_interface_number(int socket, const char *name) {
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(socket, SIOCGIFINDEX, &request) == 0 ? request.ifr_ifindex : 0;
}

// A folder to go into, not to read (open(2), O_PATH, which the C library keeps to itself unless it is asked to).
static inline int rights_open_folder(const char *path) { return open(path, 010000000 | O_DIRECTORY | O_CLOEXEC); }
