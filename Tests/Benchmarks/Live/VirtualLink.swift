import CPacketSender
import Glibc

/// A value: a pair of virtual interfaces in a network namespace that only this process and its children are in; both go
/// when the last of these ends.
///
/// What is sent on one end comes in at the other (veth(4)). There are no addresses: the system sends nothing of its own.
struct VirtualLink {
    /// Where packets are sent, and where they are captured.
    let sending = "novatrace-out"
    let receiving = "novatrace-in"
    /// The processors of the sender, in whose time the kernel also copies packets for who captures, and of who captures.
    static let senderProcessor = 0
    static let captureProcessor = 1

    /// Moves this thread into the namespace, and makes the link.
    init() throws(BenchmarkFailure) {
        guard geteuid() == 0 else {
            throw BenchmarkFailure(description: "a live capture is not measured: making a virtual link needs root")
        }
        guard sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 else {
            throw BenchmarkFailure(description: "a live capture is not measured: it needs two processors")
        }
        guard novatrace_own_network() == 0, novatrace_stay_on(Int32(Self.senderProcessor)) == 0 else {
            throw .ofSystem("no network namespace can be made")
        }
        let size = ["mtu", "65535"]
        _ = try ChildProcess.run(
            ["ip", "link", "add", sending] + size + ["type", "veth", "peer", "name", receiving] + size)
        for end in [sending, receiving] { _ = try ChildProcess.run(["ip", "link", "set", end, "up"]) }
    }

    /// Whether anybody captures at the receiving end (packet(7), /proc/net/packet).
    var isCaptured: Bool {
        let index = String(if_nametoindex(receiving))
        return (TextFile.read("/proc/thread-self/net/packet") ?? "").split(separator: "\n").dropFirst().contains {
            let fields = $0.split(separator: " ")
            return fields.count > 5 && fields[4] == index && fields[5] == "1"
        }
    }
}

extension BenchmarkFailure {
    /// What could not be done, with what the system says.
    static func ofSystem(_ what: String) -> BenchmarkFailure {
        BenchmarkFailure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}

/// Reads small files whole.
enum TextFile {
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
