import Bytes
import Foundation

@testable import LocalMachine

/// A TCP connection of this process with itself.
final class LoopbackConnection {
    private let descriptors: [Int32]
    /// Both ends as a trace writes them.
    let client: String
    let server: String

    struct Unavailable: Error {}

    /// IPv4, IPv6, or IPv4 to a socket of IPv6.
    enum Family: Sendable, CaseIterable {
        case v4, v6, mapped
    }

    static func isAvailable(_ family: Family) -> Bool { (try? LoopbackConnection(family)) != nil }

    init(_ family: Family = .v4) throws {
        let listener = try Self.listener(family)
        let port = try Self.port(of: listener)
        let client = try Self.connect(family, to: port)
        let accepted = accept(listener, nil, nil)
        close(listener)
        guard accepted >= 0 else { throw Unavailable() }
        descriptors = [client, accepted]
        // A program that a test starts must not have them open as well.
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let address = family == .v6 ? "[::1]" : "127.0.0.1"
        self.client = "\(address):\(try Self.port(of: client))"
        server = "\(address):\(port)"
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// The socket of the client and that of the server.
    var sockets: [SocketPair] {
        guard let client = SocketAddress(client), let server = SocketAddress(server) else { return [] }
        return [SocketPair(local: client, remote: server), SocketPair(local: server, remote: client)]
    }

    /// A socket that listens on a port that the kernel chooses.
    static func listener(_ family: Family) throws -> Int32 {
        let listener = socket(family == .v4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard bind(family == .v4 ? .v4 : .v6, listener, port: 0, any: family == .mapped), listen(listener, 1) == 0
        else { throw Unavailable() }
        return listener
    }

    private static func connect(_ family: Family, to port: UInt16) throws -> Int32 {
        let client = socket(family == .v6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isConnected = withAddress(family == .v6 ? .v6 : .v4, port: port, any: false) {
            Glibc.connect(client, $0, $1) == 0
        }
        guard isConnected else { throw Unavailable() }
        return client
    }

    private static func bind(_ family: Family, _ socket: Int32, port: UInt16, any: Bool) -> Bool {
        withAddress(family, port: port, any: any) { Glibc.bind(socket, $0, $1) == 0 }
    }

    private static func withAddress(
        _ family: Family, port: UInt16, any: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var storage = sockaddr_storage()
        return withUnsafeMutableBytes(of: &storage) { bytes -> Bool in
            guard let base = bytes.baseAddress else { return false }
            let size: Int
            if family == .v4 {
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = port.bigEndian
                address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
                size = MemoryLayout<sockaddr_in>.size
                base.storeBytes(of: address, as: sockaddr_in.self)
            } else {
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_port = port.bigEndian
                address.sin6_addr = any ? in6addr_any : in6addr_loopback
                size = MemoryLayout<sockaddr_in6>.size
                base.storeBytes(of: address, as: sockaddr_in6.self)
            }
            return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
        }
    }

    static func port(of socket: Int32) throws -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &storage) { bytes -> UInt16? in
            guard let base = bytes.baseAddress,
                getsockname(socket, base.assumingMemoryBound(to: sockaddr.self), &length) == 0
            else { return nil }
            // The port stands at the same place in the addresses of both families.
            return UInt16(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
        guard let result else { throw Unavailable() }
        return result
    }
}
