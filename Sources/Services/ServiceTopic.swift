/// A value: which service listens behind a routing key, an exchange or a queue name, and on which host.
///
/// `compute.node1.example.org` is nova-compute on node1.example.org; `compute_fanout_<uuid>` and the exchange
/// `compute_fanout` are the topic `compute`. A topic that is not known may be anybody's, and is nobody's here: who was
/// seen to take from it tells more.
package struct ServiceTopic: Sendable {
    package var service: String?
    package var topic: String?
    package var host: String?

    /// The longest topic that begins it counts; what follows a `.` is the host, which may hold dots, `@` and `#`.
    package init(_ name: String, in catalogue: Catalogue = .openStack) {
        var name = name
        name.withUTF8 { name in
            guard let first = unsafe name.first else { return }
            let cut = name.indices.first {
                unsafe name[$0] == UInt8(ascii: "_") && Self.has(Self.fanout, at: $0, in: name)
            }
            let end = cut ?? name.count
            for row in catalogue.topics[Int(first)] where unsafe Self.has(row.bytes, at: 0, in: name) {
                let length = row.bytes.count
                guard length <= end, unsafe length == end || name[length] == UInt8(ascii: ".") else { continue }
                (service, topic) = (row.service, row.topic)
                if length < end { host = unsafe Self.host(in: String(decoding: name[length + 1..<end], as: UTF8.self)) }
                return
            }
        }
    }

    private static let fanout = Array("_fanout".utf8)

    private static func has(_ part: [UInt8], at start: Int, in name: UnsafeBufferPointer<UInt8>) -> Bool {
        part.count <= name.count - start && part.indices.allSatisfy { unsafe name[start + $0] == part[$0] }
    }

    /// Cinder and manila name a backend, and since Queens the host behind it once more: `ctl1@ceph.ctl1` is `ctl1@ceph`
    /// (cinder `volume/rpcapi.py`, `_get_cctxt`).
    private static func host(in rest: String) -> String {
        guard let at = rest.firstIndex(of: "@") else { return rest }
        return String(rest[..<at]) + rest[at...].prefix { $0 != "." && $0 != "#" }
    }
}
