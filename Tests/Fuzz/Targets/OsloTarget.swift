import OpenStack

/// Bodies of oslo.messaging, compressed or not.
///
/// An input is how the body was said to be packed (1 byte), whether it was cut (1), and the body.
extension FuzzTarget {
    static let oslo = FuzzTarget(
        "oslo", "bodies of oslo.messaging, with compression", longest: 16_384,
        seeds: { traffic in
            let unpacked = CapturedTraffic.spread(traffic.bodies.filter { $0.compression.isEmpty }, most: 30)
            let packed = traffic.bodies.filter { !$0.compression.isEmpty }.prefix(20)
            return unpacked.map { [0, 0] + $0.bytes }
                + packed.map { body in
                    [UInt8(packings.firstIndex(of: body.compression) ?? 0), 0] + body.bytes
                }
        },
        run: { input in
            var reader = InputReader(input)
            let compression = packings[Int(reader.octet()) % packings.count]
            let flags = reader.octet()
            let body = reader.rest()
            let types = ["application/json", nil, "", "text/plain"]
            // What one body left in the decoder must not tell on the next.
            var used = OsloDecoder(detail: .full, detailLimit: 4 << 20)
            var results: [String] = []
            for _ in 0..<2 {
                let result = used.decode(
                    body.span.bytes, contentType: types[Int(flags >> 1 & 3)], compression: compression,
                    isTruncated: flags & 1 != 0)
                if let place = used.uniqueIDRange {
                    try expect(
                        place.count == 32 && place.upperBound <= body.count,
                        "the unique id stands at \(place) of \(body.count)")
                }
                if let detail = result.detail {
                    try expect(StrictJSON.isText(detail), "a detail is no JSON: \(detail)")
                }
                results.append("\(result)")
            }
            // How far bodies may grow is bounded for all of them: the first may have used it up.
            let isRefused = !compression.isEmpty && results[1].contains("tooLarge")
            try expect(
                results[0] == results[1] || isRefused, "read once more it is something else: \(results)")
        })

    private static let packings = [
        "", "application/x-gzip", "application/x-bz2", "application/x-lzma", "application/zstd", "x",
    ]
}

extension OsloBody {
    fileprivate var detail: String? {
        switch self {
        case .request(let request): request.detail
        case .reply(let reply): reply.detail
        case .notification(let notification): notification.detail
        case .opaque: nil
        }
    }
}
