// Only includes libpcap: everything novatrace calls of it is importable as it stands.
#include <pcap/pcap.h>
